//! What the operator can set: options on the command line, each with its environment variable.

#![expect(clippy::doc_markdown, reason = "the comments on options are shown in the terminal as they are")]

use std::net::SocketAddr;
use std::time::Duration;

use clap::Args;
use ipnet::IpNet;

use crate::auth::{AuthConfig, ConfigError, DEFAULT_AUDIENCE, DEFAULT_ISSUER, Secret};
use crate::http::connections::ConnectionLimits;
use crate::network::referrals::AttemptLimits;
use crate::telemetry::LogFormat;

/// Where the database is.
#[derive(Args, Debug)]
pub struct DatabaseOptions {
    /// The database: sqlite://PATH or postgres://USER:PASSWORD@HOST/NAME
    #[arg(long, env, value_name = "URL", default_value = "sqlite://reseller-network.db", hide_env_values = true)]
    pub database_url: String,
}

/// Where to listen.
#[derive(Args, Debug)]
pub struct ListenOptions {
    /// The address and port to serve HTTP on; port 0 takes any free one
    #[arg(long, env, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// Networks of proxies whose X-Forwarded-For is believed, such as 10.0.0.0/8: limits by address are then those of the clients behind them
    #[arg(long, env, value_name = "NETWORKS", value_delimiter = ',')]
    pub trusted_proxies: Vec<IpNet>,
}

/// What is kept of what happened.
#[derive(Args, Debug)]
pub struct ActivityOptions {
    /// How many days feeds go back; without it they keep everything. Figures, and what is known of orders, stay for ever
    #[arg(long, env, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..=36_500))]
    pub keep_activity_days: Option<u32>,
}

/// How many referral codes that are no good may be tried in an hour.
#[derive(Args, Debug)]
pub struct ReferralOptions {
    /// Referral codes that are no good, tried by one person in an hour
    #[arg(long, env, value_name = "NUMBER", default_value_t = AttemptLimits::default().per_person)]
    pub wrong_codes_per_person: u32,
    /// Referral codes that are no good, tried from one address in an hour
    #[arg(long, env, value_name = "NUMBER", default_value_t = AttemptLimits::default().per_address)]
    pub wrong_codes_per_address: u32,
}

impl From<ReferralOptions> for AttemptLimits {
    fn from(options: ReferralOptions) -> Self {
        Self { per_person: options.wrong_codes_per_person, per_address: options.wrong_codes_per_address }
    }
}

/// What connections that stay (WebSocket, server-sent events) may have.
#[derive(Args, Debug)]
pub struct ConnectionOptions {
    /// Connections of one company at once
    #[arg(long, env, value_name = "NUMBER", default_value_t = ConnectionLimits::default().per_tenant)]
    pub connections_per_tenant: usize,
    /// Connections from one address at once
    #[arg(long, env, value_name = "NUMBER", default_value_t = ConnectionLimits::default().per_address)]
    pub connections_per_address: usize,
    /// Subscriptions of one company at once
    #[arg(long, env, value_name = "NUMBER", default_value_t = ConnectionLimits::default().subscriptions)]
    pub subscriptions_per_tenant: usize,
    /// Operations that are under way on one connection
    #[arg(long, env, value_name = "NUMBER", default_value_t = ConnectionLimits::default().operations)]
    pub operations_per_connection: usize,
    /// The longest message of a client, in bytes
    #[arg(long, env, value_name = "BYTES", default_value_t = ConnectionLimits::default().message_bytes)]
    pub message_bytes: usize,
    /// How long a client has to say who it is, such as 10s
    #[arg(long, env, value_name = "TIME", value_parser = humantime::parse_duration, default_value = "10s")]
    pub init_within: Duration,
    /// How long a connection may be without an operation, such as 10m
    #[arg(long, env, value_name = "TIME", value_parser = humantime::parse_duration, default_value = "10m")]
    pub idle_timeout: Duration,
    /// After so long without a word of the client it is asked whether it is there; after twice as long it is taken for gone
    #[arg(long, env, value_name = "TIME", value_parser = humantime::parse_duration, default_value = "30s")]
    pub ping_after: Duration,
}

impl From<ConnectionOptions> for ConnectionLimits {
    fn from(options: ConnectionOptions) -> Self {
        Self {
            per_tenant: options.connections_per_tenant,
            per_address: options.connections_per_address,
            subscriptions: options.subscriptions_per_tenant,
            operations: options.operations_per_connection,
            message_bytes: options.message_bytes,
            init_within: options.init_within,
            idle: options.idle_timeout,
            ping_after: options.ping_after,
        }
    }
}

/// Whose tokens are taken.
#[derive(Args, Debug)]
pub struct AuthOptions {
    /// A secret of at least 32 bytes, shared with whoever issues tokens (HS256)
    #[arg(long, env, value_name = "SECRET", hide_env_values = true)]
    pub jwt_secret: Option<String>,
    /// The file or the http(s) URL of a JSON Web Key Set (RS256, ES256, EdDSA)
    #[arg(long, env, value_name = "FILE_OR_URL")]
    pub jwt_jwks: Option<String>,
    /// The issuer (`iss`) whose tokens are taken
    #[arg(long, env, value_name = "NAME", default_value = DEFAULT_ISSUER)]
    pub jwt_issuer: String,
    /// The audience (`aud`) that tokens must be for
    #[arg(long, env, value_name = "NAME", default_value = DEFAULT_AUDIENCE)]
    pub jwt_audience: String,
}

impl AuthOptions {
    /// The options, checked as far as they can be by themselves.
    pub fn config(self) -> Result<AuthConfig, ConfigError> {
        Ok(AuthConfig {
            secret: self.jwt_secret.map(Secret::new).transpose()?,
            jwks: self.jwt_jwks,
            issuer: self.jwt_issuer,
            audience: self.jwt_audience,
        })
    }
}

/// What is logged, and how.
#[derive(Args, Debug)]
pub struct LogOptions {
    /// How the log is written
    #[arg(long, env, value_enum, default_value_t, global = true)]
    pub log_format: LogFormat,
    /// What is logged: a level, or levels for parts, such as info,reseller_network=debug
    #[arg(long, env, value_name = "FILTER", default_value = "info,sea_orm_migration=warn", global = true)]
    pub log: String,
}
