//! `serve`: the API on a database that was migrated.

use clap::Args;

use super::Failure;
use crate::app::{App, Bounds};
use crate::auth::Verifier;
use crate::clock::Clock;
use crate::config::{ActivityOptions, AuthOptions, ConnectionOptions, DatabaseOptions, ListenOptions, ReferralOptions};
use crate::http::proxies::Proxies;
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
    #[command(flatten)]
    activity: ActivityOptions,
    #[command(flatten)]
    connections: ConnectionOptions,
    #[command(flatten)]
    referrals: ReferralOptions,
}

pub(super) async fn run(options: Options) -> Result<(), Failure> {
    let proxies = Proxies::new(options.listen.trusted_proxies);
    let verifier = Verifier::load(&options.auth.config()?).await?;
    let listener = server::listen(options.listen.listen).await?;
    let database = Database::open_current(&options.database.database_url, OpenOptions::default()).await?;
    let bounds = Bounds {
        keep_activity_days: options.activity.keep_activity_days,
        attempts: options.referrals.into(),
        ..Bounds::default()
    };
    let app = App::start(&database, verifier, Clock::system(), bounds).await?;
    Ok(server::serve(listener, app, options.connections.into(), proxies).await?)
}
