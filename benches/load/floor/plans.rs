//! The plans of the floor's statements, as its connections run them.

use clap::Args;
use entity::TenantId;
use reseller_network::bus::contract::Period;
use tokio_postgres::{Client, SimpleQueryMessage};

use super::super::{Outcome, say};
use super::{Between, Database, children, connect, tree};

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
    #[command(flatten)]
    between: Between,
}

pub(super) async fn print(options: &Options) -> Outcome<()> {
    let client = connect(&options.database.database_url, "-c plan_cache_mode=force_generic_plan").await?;
    let Between { from, to } = options.between;
    let (from, until) = Period { from, to }.instants();
    let arguments = format!("'{}', {}, {}", options.children, from.0, until.0);
    explain(&client, "children", "uuid, bigint, bigint", children::SQL, &arguments).await?;
    explain(&client, "tree", "uuid", tree::SQL, &format!("'{}'", options.tree)).await
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
