//! `demo`: a real chain on a database of its own, and tokens to try it with.

mod journeys;
mod overlay;
mod simulator;

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use entity::{Role, TenantId};

use self::overlay::Overlay;
use super::{Failure, say, token};
use crate::app::{App, Bounds};
use crate::auth::{AuthConfig, DEFAULT_AUDIENCE, DEFAULT_ISSUER, Signer, Verifier, grant, load_or_create};
use crate::clock::Clock;
use crate::config::ListenOptions;
use crate::events::Log;
use crate::http::connections::ConnectionLimits;
use crate::http::proxies::Proxies;
use crate::http::server;
use crate::modules::admin::{find, has_root};
use crate::modules::import::{self, Source};
use crate::tenancy::{Actor, Database, OpenOptions, Scope};

#[derive(Args, Debug)]
pub(super) struct Options {
    #[command(flatten)]
    listen: ListenOptions,
    /// The folder for the database and for the secret that signs the demo's tokens
    #[arg(long, env, value_name = "DIR", default_value = "demo-data")]
    data_dir: PathBuf,
    /// Another database for the demo: postgres://… or sqlite://…; without it, an SQLite file in the data folder
    #[arg(long, env, value_name = "URL", hide_env_values = true)]
    database_url: Option<String>,
    /// About how many things happen a minute in the demo's chain; 0: none
    #[arg(long, env, value_name = "NUMBER", default_value_t = 30, value_parser = clap::value_parser!(u32).range(0..=6_000))]
    events_per_minute: u32,
}

/// Who can be tried out: what they are, their address, and their company in the example chain.
const PEOPLE: [(&str, &str, &str); 3] = [
    ("super_admin", "ada@superstore.example", "superstore"),
    ("state", "grace@california.example", "united-states/west/california"),
    ("city", "alan@los-angeles.example", "united-states/west/california/los-angeles"),
];

/// Somebody who is a member nowhere yet, and may join by a referral code or be invited.
const NEWCOMER: (&str, &str) = ("newcomer", "katherine@harbour.example");

/// How long the printed tokens are good.
const TOKENS_LAST: Duration = Duration::from_hours(24);

pub(super) async fn run(options: Options) -> Result<(), Failure> {
    let proxies = Proxies::new(options.listen.trusted_proxies);
    let listener = server::listen(options.listen.listen).await?;
    std::fs::create_dir_all(&options.data_dir)
        .map_err(|cause| format!("the folder {} cannot be made: {cause}", options.data_dir.display()))?;
    let config = AuthConfig {
        secret: Some(load_or_create(&options.data_dir.join("jwt-secret"))?),
        jwks: None,
        issuer: DEFAULT_ISSUER.to_owned(),
        audience: DEFAULT_AUDIENCE.to_owned(),
    };
    let url = options.database_url.clone().unwrap_or_else(|| sqlite_url(&options.data_dir.join("demo.db")));
    let database = Database::open(&url, OpenOptions { create: true, ..OpenOptions::default() }).await?;
    refuse_another_chain(&database).await?;
    database.migrate().await?;
    load_chain(&database).await?;
    Overlay::start(&database, Verifier::load(&config).await?).await?.lay().await?;
    let app = App::start(&database, Verifier::load(&config).await?, Clock::system(), Bounds::default()).await?;
    say(format_args!("GraphiQL     http://{}/graphiql", listener.local_addr()?))?;
    introduce(&database, &config).await?;
    if options.events_per_minute > 0 {
        tokio::spawn(simulator::run(app.clone(), options.events_per_minute));
    }
    Ok(server::serve(listener, app, ConnectionLimits::default(), proxies).await?)
}

/// The owner of a company, who is nobody in particular.
fn owner(company: TenantId) -> Actor {
    Actor { scope: Scope::Tenant(company), person: None, role: Role::Owner }
}

/// The URL of an SQLite database in `file`, whatever its name.
fn sqlite_url(file: &Path) -> String {
    let path = file.display().to_string().replace('%', "%25").replace('?', "%3F").replace('#', "%23");
    format!("sqlite://{path}")
}

/// Before anything is changed: the database must be empty, or the demo's already.
async fn refuse_another_chain(database: &Database) -> Result<(), Failure> {
    let (_, _, root) = PEOPLE[0];
    let empty = database.schema().await?.applied.is_empty();
    if empty || !has_root(&database.in_central()).await? || find(&database.in_central(), root).await?.is_some() {
        return Ok(());
    }
    Err("the database holds another chain: the demo needs one of its own".into())
}

/// The Superstore chain, as the project holds it (`data/superstore`).
const SUPERSTORE: [(&str, &[u8]); 4] = [
    (import::RESELLERS, include_bytes!("../../../data/superstore/resellers.csv")),
    (import::PRODUCTS, include_bytes!("../../../data/superstore/products.csv")),
    (import::ORDERS, include_bytes!("../../../data/superstore/orders.csv")),
    (import::ORDER_LINES, include_bytes!("../../../data/superstore/order_lines.csv")),
];

/// Brings the chain into the database; what is there already stays.
async fn load_chain(database: &Database) -> Result<(), Failure> {
    let report = super::import::import(database, Source::Memory(&SUPERSTORE), true).await?;
    tracing::info!(resellers = ?report.resellers, orders = ?report.orders, "the Superstore chain is there");
    Ok(())
}

/// Makes the demo's people members, and prints a token for each.
async fn introduce(database: &Database, config: &AuthConfig) -> Result<(), Failure> {
    let log = Log::new(database.in_central(), Clock::system());
    let signer = Signer::new(config)?;
    for (title, email, company) in PEOPLE {
        let tenant = token::named(database, company).await?;
        grant(&log, Actor::central(), token::person(config, email), tenant, Role::Owner).await?;
        let token = signer.sign(email, Some(email), Some(company), TOKENS_LAST)?;
        say(format_args!("{title:<12} {email}  {token}"))?;
    }
    let (title, email) = NEWCOMER;
    let token = signer.sign(email, Some(email), None, TOKENS_LAST)?;
    say(format_args!("{title:<12} {email}  {token}"))?;
    Ok(())
}
