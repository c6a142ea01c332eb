//! The floor: a bare axum handler that asks the same PostgreSQL with the best SQL we know, in one round trip a request, and writes the JSON.
//! No GraphQL, no sign-in, no log, nothing kept in memory between requests.

mod children;
mod dashboard;
mod feed;
mod figures;
mod json;
mod leaders;
mod performance;
mod plans;
mod pool;
mod prices;
mod tree;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::{FromRequestParts, Path, Query, State};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use clap::{Args, Subcommand};
use entity::TenantId;
use reseller_network::bus::contract::Period;
use serde::Deserialize;
use time::Date;
use uuid::Uuid;

use super::{Outcome, day};
use pool::Pool;
pub(crate) use pool::connect;

/// The indexes that its statements want, beside those of the schema.
const INDEXES: &str = include_str!("sql/indexes.sql");

/// The tables that it keeps of its own.
const TABLES: &str = include_str!("sql/tables.sql");

#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    /// Create its tables and indexes, and list them
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
            let client = connect(database_url, "").await?;
            for statements in [TABLES, INDEXES] {
                client.batch_execute(statements).await?;
                super::say(statements.trim_end())?;
            }
            Ok(())
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
        .route("/performance/{id}", get(performance))
        .route("/performance/whole/{id}", get(performance_whole))
        .route("/performance/few/{id}", get(performance_few))
        .route("/dashboard/{id}", get(dashboard))
        .route("/leaders/{id}", get(leaders))
        .route("/feed/{id}", get(feed::feed))
        .route("/healthz", get(async || "ok\n"))
        .with_state(Arc::new(pool));
    Ok(axum::serve(tokio::net::TcpListener::bind(options.listen).await?, routes).await?)
}

/// What is asked: of which company, and when.
struct Asked {
    company: Uuid,
    period: Period,
}

impl<S: Send + Sync> FromRequestParts<S> for Asked {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, StatusCode> {
        let id = Path::<String>::from_request_parts(parts, state).await;
        let days = Query::<Days>::from_request_parts(parts, state).await;
        let (Ok(Path(id)), Ok(Query(days))) = (id, days) else { return Err(StatusCode::BAD_REQUEST) };
        match (TenantId::parse(&id), day(&days.from), day(&days.to)) {
            (Some(id), Ok(from), Ok(to)) => Ok(Self { company: id.0, period: Period { from, to } }),
            _ => Err(StatusCode::BAD_REQUEST),
        }
    }
}

async fn children(State(pool): State<Arc<Pool>>, asked: Asked) -> Response {
    answer(children::write(pool.next(), &asked).await)
}

async fn performance(State(pool): State<Arc<Pool>>, asked: Asked) -> Response {
    let connection = pool.next();
    answer(performance::write(connection, &connection.performance, &asked).await)
}

async fn performance_whole(State(pool): State<Arc<Pool>>, asked: Asked) -> Response {
    let connection = pool.next();
    answer(performance::write(connection, &connection.performance_whole, &asked).await)
}

async fn performance_few(State(pool): State<Arc<Pool>>, asked: Asked) -> Response {
    let connection = pool.next();
    answer(performance::write(connection, &connection.performance_few, &asked).await)
}

async fn dashboard(State(pool): State<Arc<Pool>>, asked: Asked) -> Response {
    answer(dashboard::write(pool.next(), &asked).await)
}

async fn leaders(State(pool): State<Arc<Pool>>, asked: Asked) -> Response {
    answer(leaders::write(pool.next(), &asked).await)
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
