//! The whole program on a database of one test: its real router, asked as a client asks it.

mod answer;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use entity::{Position, Role, TenantId, TenantStatus, Timestamp, event};
use http_body_util::BodyExt;
use reseller_network::app::{App, Bounds};
use reseller_network::auth::{AuthConfig, DEFAULT_AUDIENCE, DEFAULT_ISSUER, Person, Secret, Signer, Verifier, grant};
use reseller_network::bus::Bus;
use reseller_network::clock::Clock;
use reseller_network::events::{Fact, Log, tail};
use reseller_network::graphql::id::{Identified, global};
use reseller_network::http::connections::{ConnectionLimits, Connections};
use reseller_network::http::router;
use reseller_network::modules::admin::{Chain, NewReseller};
use reseller_network::network::activity::Retention;
use reseller_network::network::answers::Answers;
use reseller_network::network::settings::Settings;
use reseller_network::tenancy::topology::Snapshot;
use reseller_network::tenancy::{Actor, CentralDb, Database, Observer, OpenOptions};
use sea_orm::Statement;
use serde_json::{Value, json};
use tower::ServiceExt;

pub(crate) use answer::Answer;

use super::TestDatabase;
use super::escapes::Escapes;
use super::faults::{Calls, Recording, Switch, Switched};

/// How long a test waits for what must come, before it fails.
const PATIENCE: Duration = Duration::from_secs(30);

/// What time it is in tests: 2026-11-22T12:00:00Z.
pub(crate) const NOW: Timestamp = Timestamp(1_795_348_800_000_000);

/// A running program.
pub(crate) struct TestApp {
    /// Changes the chain.
    pub(crate) chain: Arc<Chain>,
    /// Signs tokens that the program takes.
    pub(crate) signer: Signer,
    app: Arc<App>,
    router: Router,
    /// Of a second set of handles, as another process has them.
    central: CentralDb,
    elsewhere: Log,
    joined: AtomicI64,
    /// Every test of the program is also one of its statements.
    _escapes: Escapes,
    database: TestDatabase,
}

/// How a program is started.
pub(crate) struct Setup {
    pub(crate) clock: Clock,
    pub(crate) bounds: Bounds,
    /// Who else sees its statements.
    pub(crate) observer: Option<Observer>,
}

impl Default for Setup {
    fn default() -> Self {
        Self { clock: clock(), bounds: Bounds::default(), observer: None }
    }
}

impl TestApp {
    /// Starts on `database`.
    pub(crate) async fn start(database: TestDatabase) -> Self {
        Self::start_with(database, Setup::default()).await
    }

    /// Starts on `database`, with this clock.
    pub(crate) async fn start_at(database: TestDatabase, clock: Clock) -> Self {
        Self::start_with(database, Setup { clock, ..Setup::default() }).await
    }

    /// Starts on `database` as `setup` says.
    pub(crate) async fn start_with(database: TestDatabase, setup: Setup) -> Self {
        let Setup { clock, bounds, observer } = setup;
        let escapes = Escapes::default();
        let open = async |observer| {
            let options = OpenOptions { create: true, observer: Some(observer) };
            Database::open(&database.url, options).await.expect("a database")
        };
        let handles = open(both(escapes.observer(), observer)).await;
        handles.migrate().await.expect("a migrated database");
        let verifier = Verifier::load(&auth_config()).await.expect("a verifier");
        let central = open(escapes.observer()).await.in_central();
        let app = App::start(&handles, verifier, clock.clone(), bounds).await.expect("a program");
        Self {
            chain: app.chain.clone(),
            signer: Signer::new(&auth_config()).expect("a signer"),
            router: router(app.clone(), Connections::new(ConnectionLimits::default())),
            app,
            elsewhere: Log::new(central.clone(), clock),
            central,
            joined: AtomicI64::new(0),
            _escapes: escapes,
            database,
        }
    }

    /// Ends the program as an operator does, and starts it again on the same database.
    pub(crate) async fn restart(self, setup: Setup) -> Self {
        self.app.finish().await;
        let Self { app, router, database, .. } = self;
        drop((app, router));
        Self::start_with(database, setup).await
    }

    /// The running program itself.
    pub(crate) fn running(&self) -> Arc<App> {
        self.app.clone()
    }

    /// What it knows of the modules' answers.
    pub(crate) fn answers(&self) -> &Answers {
        &self.app.services.answers
    }

    /// Records a fact as another process does, and waits until the program has seen it.
    pub(crate) async fn happens(&self, kind: &'static str, subject: TenantId) {
        let mut change = self.elsewhere.begin(Actor::central()).await.expect("a transaction");
        change.record(Fact { kind, subject, data: json!({}) });
        self.has_seen(change.commit().await.expect("a fact")).await;
    }

    /// The database as another process of the program has it.
    pub(crate) fn central(&self) -> &CentralDb {
        &self.central
    }

    /// The bus of its modules.
    pub(crate) fn bus(&self) -> &Bus {
        &self.app.services.bus
    }

    /// The companies' settings.
    pub(crate) fn settings(&self) -> &Settings {
        &self.app.services.settings
    }

    /// The chain as it has it in memory.
    pub(crate) fn snapshot(&self) -> Arc<Snapshot> {
        self.app.topology.current()
    }

    /// All events of the log, in its order.
    pub(crate) async fn events(&self) -> Vec<event::Model> {
        tail::read_after(&self.central, Position::START, 1_000_000).await.expect("the log")
    }

    /// The calls of aliases that begin with `prefix`, from now on.
    pub(crate) fn calls_of(&self, prefix: &str) -> Calls {
        let calls = Calls::default();
        self.bus().reroute(prefix, |behind| Arc::new(Recording { calls: calls.clone(), behind }));
        calls
    }

    /// A switch before all aliases that begin with `prefix`.
    pub(crate) fn switch_of(&self, prefix: &str) -> Switch {
        let switch = Switch::default();
        self.bus().reroute(prefix, |behind| Arc::new(Switched { switch: switch.clone(), behind }));
        switch
    }

    /// The database's URL.
    pub(crate) fn database_url(&self) -> &str {
        &self.database.url
    }

    /// An active company. Its external id is its name in small letters with dashes; each joined a day after the one before, the first on
    /// 2026-01-01.
    pub(crate) async fn company(&self, parent: Option<TenantId>, name: &str) -> TenantId {
        self.company_of(parent, name, TenantStatus::Active).await
    }

    /// The same in any status.
    pub(crate) async fn company_of(&self, parent: Option<TenantId>, name: &str, status: TenantStatus) -> TenantId {
        let days = self.joined.fetch_add(1, Ordering::SeqCst);
        let new = NewReseller {
            parent,
            name: name.to_owned(),
            external_id: Some(name.to_lowercase().split_whitespace().collect::<Vec<_>>().join("-")),
            currency: "USD".to_owned(),
            status,
            joined_at: Timestamp::start_of(time::macros::date!(2026 - 01 - 01) + time::Duration::days(days)),
        };
        self.chain.create(Actor::central(), new).await.expect("a company")
    }

    /// Makes people members as another process does, and waits until the program has seen it.
    pub(crate) async fn grant(&self, memberships: &[(&str, TenantId, Role)]) {
        let mut seen = Position::START;
        for (subject, tenant, role) in memberships {
            let granted = grant(&self.elsewhere, Actor::central(), person(subject), *tenant, *role).await;
            seen = granted.expect("a membership");
        }
        self.has_seen(seen).await;
    }

    /// Records a fact as another process does.
    pub(crate) async fn record(&self, fact: Fact) {
        self.record_all([fact]).await;
    }

    /// Records facts as another process does, all at once.
    pub(crate) async fn record_all(&self, facts: impl IntoIterator<Item = Fact>) {
        let mut change = self.elsewhere.begin(Actor::central()).await.expect("a transaction");
        facts.into_iter().for_each(|fact| change.record(fact));
        self.has_seen(change.commit().await.expect("a fact")).await;
    }

    /// Waits until the program has seen the log up to `position`.
    pub(crate) async fn has_seen(&self, position: Position) {
        let seen = tokio::time::timeout(PATIENCE, self.app.topology.wait_for(position));
        seen.await.expect("the program follows the log");
    }

    /// Waits until the program has seen all that the log has by now, and done what it does about it.
    pub(crate) async fn is_caught_up(&self) {
        let nothing = self.elsewhere.begin(Actor::central()).await.expect("a transaction");
        let end = nothing.commit().await.expect("the log's end");
        self.has_seen(end).await;
        self.app.log.seen(end).await;
    }

    /// Removes from feeds what is older than `days`, once, as the program does now and then.
    pub(crate) async fn tidy_feeds(&self, clock: Clock, days: u32) {
        let topology = self.app.topology.clone();
        let retention = Retention::new(self.central.clone(), self.elsewhere.clone(), topology, clock, days);
        retention.tidy().await.expect("a tidy feed");
    }

    /// A token for `subject`, bound to no company.
    pub(crate) fn token(&self, subject: &str) -> String {
        self.token_for(subject, None)
    }

    /// A token for `subject`, bound to the company of this name where there is one.
    pub(crate) fn token_for(&self, subject: &str, tenant: Option<&str>) -> String {
        let address = format!("{subject}@example.com");
        self.signer.sign(subject, Some(&address), tenant, Duration::from_mins(10)).expect("a token")
    }

    /// A new person, member of `tenant` alone, and their token.
    pub(crate) async fn member(&self, subject: &str, tenant: TenantId, role: Role) -> String {
        self.grant(&[(subject, tenant, role)]).await;
        self.token(subject)
    }

    /// Sends a GraphQL request by POST.
    pub(crate) async fn ask(&self, token: &str, query: &str, variables: Value) -> Answer {
        self.ask_with(&[("authorization", &format!("Bearer {token}"))], query, variables).await
    }

    /// The same, on behalf of the company that the header `X-Tenant-ID` names.
    pub(crate) async fn ask_for(&self, tenant: &str, token: &str, query: &str, variables: Value) -> Answer {
        let headers = [("authorization", &*format!("Bearer {token}")), ("x-tenant-id", tenant)];
        self.ask_with(&headers, query, variables).await
    }

    /// The same with these headers and no others beside the content type.
    pub(crate) async fn ask_with(&self, headers: &[(&str, &str)], query: &str, variables: Value) -> Answer {
        let body = json!({ "query": query, "variables": variables }).to_string();
        let request = Request::post("/graphql").header(header::CONTENT_TYPE, "application/json");
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        self.send(request.body(Body::from(body)).expect("a request")).await
    }

    /// The status of a page that is there for anybody.
    pub(crate) async fn get(&self, path: &str) -> StatusCode {
        self.send(Request::get(path).body(Body::empty()).expect("a request")).await.status
    }

    /// Sends any HTTP request.
    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap_or_else(|never| match never {});
        let (parts, body) = response.into_parts();
        let body = body.collect().await.expect("a whole body").to_bytes();
        let body = String::from_utf8(body.to_vec()).expect("a body of text");
        Answer { status: parts.status, headers: parts.headers, body }
    }
}

/// An id as the API writes it.
pub(crate) fn id(id: impl Identified) -> String {
    global(id).0
}

/// A person as the tokens of tests name them.
pub(crate) fn person(subject: &str) -> Person {
    let email = Some(format!("{subject}@example.com"));
    Person { issuer: DEFAULT_ISSUER.to_owned(), subject: subject.to_owned(), email }
}

/// What the tokens of tests are signed with.
pub(crate) const SECRET: &str = "a secret of tests that is long enough";

/// Whose tokens the program takes.
pub(crate) fn auth_config() -> AuthConfig {
    AuthConfig {
        secret: Some(Secret::new(SECRET).expect("a secret")),
        jwks: None,
        issuer: DEFAULT_ISSUER.to_owned(),
        audience: DEFAULT_AUDIENCE.to_owned(),
    }
}

fn both(one: Observer, other: Option<Observer>) -> Observer {
    let Some(other) = other else { return one };
    Arc::new(move |statement: &Statement| {
        one(statement);
        other(statement);
    })
}

fn clock() -> Clock {
    Clock::reading(|| NOW)
}
