//! A made-up chain in a database of its own, with one person who sees all of it.

use std::time::Duration;

use entity::{Role, TenantStatus, Timestamp};
use reseller_network::app::{App, Bounds};
use reseller_network::auth::{AuthConfig, DEFAULT_AUDIENCE, DEFAULT_ISSUER, Person, Secret, Signer, Verifier, grant};
use reseller_network::clock::Clock;
use reseller_network::events::Log;
use reseller_network::modules::admin::NewReseller;
use reseller_network::tenancy::{Actor, Database, OpenOptions};
use tempfile::TempDir;

use super::Outcome;

/// Signs the tokens of the benchmark.
pub(crate) const SECRET: &str = "the benchmark's secret, of no use to anyone else";

/// How many children each company has.
const CHILDREN: usize = 4;

/// Who asks: an owner of the company at the top.
const PERSON: &str = "owner@root.example";

/// A database with a chain in it; the file goes when this is dropped.
pub(crate) struct ChainDatabase {
    pub(crate) url: String,
    /// A token of the person who sees the whole chain.
    pub(crate) token: String,
    _directory: TempDir,
}

impl ChainDatabase {
    /// A chain of `size` companies with four children each, filled level by level: 1,365 are full to depth 5.
    pub(crate) async fn of(size: usize) -> Outcome<Self> {
        let directory = tempfile::tempdir()?;
        let url = format!("sqlite://{}", directory.path().join("bench.db").display());
        let database = Database::open(&url, OpenOptions { create: true, ..OpenOptions::default() }).await?;
        database.migrate().await?;
        let config = auth()?;
        let verifier = Verifier::load(&config).await?;
        let app = App::start(&database, verifier, Clock::system(), Bounds::default()).await?;
        let mut companies = Vec::with_capacity(size);
        for number in 0..size {
            let parent = number.checked_sub(1).map(|before| companies[before / CHILDREN]);
            companies.push(app.chain.create(Actor::central(), company(number, parent)).await?);
        }
        let person =
            Person { issuer: config.issuer.clone(), subject: PERSON.to_owned(), email: Some(PERSON.to_owned()) };
        let log = Log::new(database.in_central(), Clock::system());
        grant(&log, Actor::central(), person, companies[0], Role::Owner).await?;
        let token = Signer::new(&config)?.sign(PERSON, Some(PERSON), None, Duration::from_hours(1))?;
        Ok(Self { url, token, _directory: directory })
    }
}

/// What the server under test is configured with.
pub(crate) fn auth() -> Outcome<AuthConfig> {
    let (issuer, audience) = (DEFAULT_ISSUER.to_owned(), DEFAULT_AUDIENCE.to_owned());
    Ok(AuthConfig { secret: Some(Secret::new(SECRET)?), jwks: None, issuer, audience })
}

fn company(number: usize, parent: Option<entity::TenantId>) -> NewReseller {
    NewReseller {
        parent,
        name: format!("Reseller {number:04} Trading"),
        external_id: Some(format!("reseller-{number:04}")),
        currency: "USD".to_owned(),
        status: TenantStatus::Active,
        joined_at: Timestamp(1_700_000_000_000_000),
    }
}
