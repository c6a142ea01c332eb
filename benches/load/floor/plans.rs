//! The plans of the floor's statements, as its connections run them.

use clap::Args;
use entity::{Day, TenantId};
use reseller_network::bus::contract::Period;
use tokio_postgres::{Client, SimpleQueryMessage};

use super::super::{Outcome, say};
use super::pool::OPTIONS;
use super::{Between, Database, children, connect, dashboard, feed, leaders, performance, tree};

/// How often a statement is run before its plan is looked at, so that what it reads is in memory.
const WARM_UP: usize = 10;

#[derive(Args, Debug)]
pub(crate) struct Options {
    #[command(flatten)]
    database: Database,
    /// The company whose children are read
    #[arg(long, value_name = "ID", value_parser = company)]
    children: TenantId,
    /// The top of the tree
    #[arg(long, value_name = "ID", value_parser = company)]
    tree: TenantId,
    /// The root of the chain
    #[arg(long, value_name = "ID", value_parser = company)]
    root: TenantId,
    /// A company with few below it
    #[arg(long, value_name = "ID", value_parser = company)]
    few: TenantId,
    #[command(flatten)]
    between: Between,
}

pub(super) async fn print(options: &Options) -> Outcome<()> {
    let client = connect(&options.database.database_url, OPTIONS).await?;
    let Between { from, to } = options.between;
    let (begin, until) = Period { from, to }.instants();
    let arguments = format!("'{}', {}, {}", options.children, begin.0, until.0);
    explain(&client, "children", "uuid, bigint, bigint", children::SQL, &arguments).await?;
    explain(&client, "tree", "uuid", tree::SQL, &format!("'{}'", options.tree)).await?;
    let of_days = [
        ("performance", performance::SQL, options.root),
        ("performance_whole", performance::WHOLE_SQL, options.root),
        ("performance_few", performance::FEW_SQL, options.few),
        ("dashboard", dashboard::SQL, options.root),
        ("leaders", leaders::SQL, options.root),
    ];
    for (name, sql, company) in of_days {
        let arguments = format!("'{company}', {}, {}", Day::from(from).0, Day::from(to).0);
        explain(&client, name, "uuid, integer, integer", sql, &arguments).await?;
    }
    let arguments = format!("'{}', 'ResellerOrders.chain_order.status_changed', {}", options.root, i64::MAX);
    explain(&client, "feed", "uuid, text, bigint", feed::SQL, &arguments).await
}

async fn explain(client: &Client, name: &str, types: &str, sql: &str, arguments: &str) -> Outcome<()> {
    client.batch_execute(&format!("PREPARE {name} ({types}) AS {sql}")).await?;
    let execute = format!("EXECUTE {name} ({arguments})");
    for _ in 0..WARM_UP {
        client.batch_execute(&execute).await?;
    }
    say(format_args!("{sql}\nEXPLAIN (ANALYZE, BUFFERS) {execute};\n"))?;
    for message in client.simple_query(&format!("EXPLAIN (ANALYZE, BUFFERS) {execute}")).await? {
        if let SimpleQueryMessage::Row(row) = message {
            say(row.get(0).unwrap_or_default())?;
        }
    }
    say("")
}

fn company(text: &str) -> Result<TenantId, String> {
    TenantId::parse(text).ok_or_else(|| "expected the id of a company".to_owned())
}
