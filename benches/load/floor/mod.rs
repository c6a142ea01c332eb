//! The floor: a bare axum handler that asks the same PostgreSQL with the best SQL we know, in one round trip a request, and writes the JSON.
//! No GraphQL, no sign-in, no log, nothing kept in memory between requests.

mod children;
mod json;
mod plans;
mod pool;
mod prices;
mod tree;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use clap::{Args, Subcommand};
use entity::TenantId;
use reseller_network::bus::contract::Period;
use serde::Deserialize;
use time::Date;

use super::{Outcome, day};
use pool::Pool;
pub(crate) use pool::connect;

/// The indexes that its statements want, beside those of the schema.
const INDEXES: &str = include_str!("sql/indexes.sql");

#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    /// Create its indexes, and list them
    Prepare(Database),
    /// Serve
    Serve(Serve),
    /// Print the plans of its statements
    Plans(plans::Options),
}

#[derive(Args, Debug)]
pub(crate) struct Database {
    /// postgres://USER@HOST:PORT/NAME
    #[arg(long, value_name = "URL")]
    database_url: String,
}

#[derive(Args, Debug)]
pub(crate) struct Serve {
    #[command(flatten)]
    database: Database,
    /// The address and port to serve HTTP on
    #[arg(long, value_name = "ADDRESS")]
    listen: SocketAddr,
    /// How many connections to the database
    #[arg(long, default_value_t = 4)]
    connections: usize,
}

#[derive(Deserialize)]
struct Days {
    from: String,
    to: String,
}

pub(crate) async fn run(command: &Command) -> Outcome<()> {
    match command {
        Command::Prepare(Database { database_url }) => {
            connect(database_url, "").await?.batch_execute(INDEXES).await?;
            super::say(INDEXES.trim_end())
        }
        Command::Serve(options) => serve(options).await,
        Command::Plans(options) => plans::print(options).await,
    }
}

async fn serve(options: &Serve) -> Outcome<()> {
    let pool = Pool::open(&options.database.database_url, options.connections).await?;
    let routes = Router::new()
        .route("/children/{id}", get(children))
        .route("/tree/{id}", get(tree))
        .route("/healthz", get(async || "ok\n"))
        .with_state(Arc::new(pool));
    Ok(axum::serve(tokio::net::TcpListener::bind(options.listen).await?, routes).await?)
}

async fn children(State(pool): State<Arc<Pool>>, Path(id): Path<String>, Query(days): Query<Days>) -> Response {
    let (Some(id), Ok(from), Ok(to)) = (TenantId::parse(&id), day(&days.from), day(&days.to)) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    answer(children::write(pool.next(), id.0, Period { from, to }).await)
}

async fn tree(State(pool): State<Arc<Pool>>, Path(id): Path<String>) -> Response {
    let Some(id) = TenantId::parse(&id) else { return StatusCode::BAD_REQUEST.into_response() };
    let connection = pool.next();
    let rows = connection.client.query(&connection.tree, &[&id.0]).await;
    answer(rows.map_err(Into::into).and_then(|rows| tree::write(&rows)))
}

fn answer(written: Outcome<Vec<u8>>) -> Response {
    match written {
        Ok(json) => ([(header::CONTENT_TYPE, "application/json")], json).into_response(),
        Err(why) => (StatusCode::INTERNAL_SERVER_ERROR, why.to_string()).into_response(),
    }
}

/// The first and the last day of a period, as options.
#[derive(Args, Debug)]
struct Between {
    /// The first day of the period
    #[arg(long, value_parser = day)]
    from: Date,
    /// The last one
    #[arg(long, value_parser = day)]
    to: Date,
}
