//! `serve`: the API on a database that was migrated.

use std::sync::Arc;

use clap::Args;
use tokio::net::TcpListener;

use super::Failure;
use crate::app::App;
use crate::auth::Verifier;
use crate::clock::Clock;
use crate::config::{AuthOptions, DatabaseOptions, ListenOptions};
use crate::graphql::limits::Limits;
use crate::http::server;
use crate::tenancy::{Database, OpenOptions};

#[derive(Args, Debug)]
pub(super) struct Options {
    #[command(flatten)]
    listen: ListenOptions,
    #[command(flatten)]
    database: DatabaseOptions,
    #[command(flatten)]
    auth: AuthOptions,
}

pub(super) async fn run(options: Options) -> Result<(), Failure> {
    let verifier = Verifier::load(&options.auth.config()?).await?;
    let listener = server::listen(options.listen.listen).await?;
    let database = Database::open_current(&options.database.database_url, OpenOptions::default()).await?;
    let app = App::start(&database, verifier, Clock::system(), Limits::default()).await?;
    serve(listener, app).await
}

/// Serves `app` on `listener` until the program is asked to end.
pub(super) async fn serve(listener: TcpListener, app: Arc<App>) -> Result<(), Failure> {
    let address = listener.local_addr()?;
    tracing::info!(%address, resellers = app.topology.current().len(), "serving");
    Ok(server::serve(listener, app).await?)
}
