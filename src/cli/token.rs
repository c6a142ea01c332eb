//! `token`: makes a person a member, and prints a token for them; or one for a service that publishes events.

use std::time::Duration;

use clap::{Args, ValueEnum};
use entity::{Role, TenantId};

use super::{Failure, say};
use crate::auth::{AuthConfig, EVENTS_WRITE, Grant, Person, Signer, grant};
use crate::clock::Clock;
use crate::config::{AuthOptions, DatabaseOptions};
use crate::events::Log;
use crate::modules::admin::find;
use crate::tenancy::{Actor, Database, OpenOptions};

#[derive(Args, Debug)]
pub(super) struct Options {
    /// The person's e-mail address, which is also what the token calls them (`sub`)
    #[arg(long, env = "TOKEN_USER", value_name = "EMAIL", required_unless_present = "service")]
    user: Option<String>,
    /// The company to make them a member of: its slug, external id or id. Without it, a person who is a member nowhere yet
    #[arg(long, env = "TOKEN_TENANT", value_name = "SLUG_OR_ID", requires = "role")]
    tenant: Option<String>,
    /// What they may do there
    #[arg(long, env = "TOKEN_ROLE", value_enum, ignore_case = true, requires = "tenant")]
    role: Option<RoleOption>,
    /// A program that publishes events, instead of a person: what the token calls it (`sub`). No database is needed
    #[arg(
        long, env = "TOKEN_SERVICE", value_name = "NAME",
        conflicts_with_all = ["user", "tenant", "role"], requires_all = ["scope", "sources", "types"]
    )]
    service: Option<String>,
    /// What the service may do
    #[arg(long, env = "TOKEN_SCOPE", value_enum, requires = "service")]
    scope: Option<ScopeOption>,
    /// What the `source` of its events must begin with, one of these
    #[arg(long, env = "TOKEN_SOURCES", value_name = "PREFIX", value_delimiter = ',', requires = "service")]
    sources: Vec<String>,
    /// What the `type` of its events must begin with, one of these, such as `ResellerOrders.`
    #[arg(long, env = "TOKEN_TYPES", value_name = "PREFIX", value_delimiter = ',', requires = "service")]
    types: Vec<String>,
    /// How long the token is good, such as 30m, 1h or 7d
    #[arg(long, env = "TOKEN_TTL", value_name = "DURATION", default_value = "1h", value_parser = humantime::parse_duration)]
    ttl: Duration,
    #[command(flatten)]
    database: DatabaseOptions,
    #[command(flatten)]
    auth: AuthOptions,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ScopeOption {
    /// Publishes events
    #[value(name = EVENTS_WRITE)]
    EventsWrite,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum RoleOption {
    /// Also manages members, webhooks and deactivation
    #[value(name = "OWNER")]
    Owner,
    /// Also acts
    #[value(name = "ADMIN")]
    Admin,
    /// Reads
    #[value(name = "VIEWER")]
    Viewer,
}

impl From<RoleOption> for Role {
    fn from(option: RoleOption) -> Self {
        match option {
            RoleOption::Owner => Self::Owner,
            RoleOption::Admin => Self::Admin,
            RoleOption::Viewer => Self::Viewer,
        }
    }
}

pub(super) async fn run(options: Options) -> Result<(), Failure> {
    let config = options.auth.config()?;
    let signer = Signer::new(&config)?;
    if let (Some(name), Some(ScopeOption::EventsWrite)) = (&options.service, options.scope) {
        let grant = Grant::new(options.sources, options.types)?;
        return say(signer.sign_service(name, &grant, options.ttl)?);
    }
    let user = options.user.unwrap_or_default();
    if !user.contains('@') {
        return Err(format!("--user {user:?} is no e-mail address").into());
    }
    let tenant = options.tenant.as_deref();
    // Signed first, so that a person whose token cannot be made is not left a member.
    let token = signer.sign(&user, Some(&user), tenant, options.ttl)?;
    if let (Some(name), Some(role)) = (&options.tenant, options.role) {
        let database = Database::open_current(&options.database.database_url, OpenOptions::default()).await?;
        let log = Log::new(database.in_central(), Clock::system());
        let tenant = named(&database, name).await?;
        grant(&log, Actor::central(), person(&config, &user), tenant, role.into()).await?;
    }
    say(token)
}

/// The person whom our own tokens call `email`.
pub(super) fn person(config: &AuthConfig, email: &str) -> Person {
    Person { issuer: config.issuer.clone(), subject: email.to_owned(), email: Some(email.to_owned()) }
}

/// The company of this slug, external id or id.
pub(super) async fn named(database: &Database, name: &str) -> Result<TenantId, Failure> {
    let found = find(&database.in_central(), name).await?;
    found.ok_or_else(|| format!("there is no company {name:?} in this database").into())
}
