//! A reseller's figures out of all modules: remembered, asked for together, and told as stale where a module cannot answer.

mod changes;
mod constant;
mod failing;
mod loaders;
mod served;
mod stale;
mod written;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use entity::{OrderStatus, Role, TenantId, Timestamp};
use iso_currency::Currency;
use reseller_network::app::Bounds;
use reseller_network::bus::contract::catalog::{self, CatalogStats};
use reseller_network::bus::contract::finance::{self, FinanceSummary};
use reseller_network::bus::contract::orders::{self, OrderStats};
use reseller_network::bus::{Deadlines, Request, Serve};
use reseller_network::clock::Clock;
use reseller_network::error::ServiceError;
use reseller_network::money::{Money, Rate};
use serde_json::{Value, json};

use crate::family::Family;
use crate::support::TestDatabase;
use crate::support::app::{Answer, NOW, Setup, TestApp, id};
use crate::support::faults::{Calls, Switch};

const SUMMARY: &str = "query ($id: ID!) { reseller(id: $id) { id summary { reseller { id } period { from to }
    orders { __typename stale asOf count revenue { amount currency } byStatus { status count } }
    finance { __typename stale asOf balances { amount currency } outstanding { amount currency } }
    catalog { __typename stale asOf itemCount newItemCount averageMarginPercent belowFloorCount } } } }";

/// Modules that count how often they are asked, and answer that.
#[derive(Default)]
struct Figures(AtomicU64);

impl Figures {
    fn next(&self) -> u64 {
        self.0.fetch_add(1, Ordering::SeqCst) + 1
    }
}

fn dollars(dollars: u64) -> Money {
    Money::new(100 * i64::try_from(dollars).expect("a small number"), Currency::USD)
}

#[async_trait::async_trait]
impl Serve<orders::GetStats> for Figures {
    async fn serve(&self, request: Request<orders::GetStats>) -> Result<Vec<OrderStats>, ServiceError> {
        let count = self.next();
        let by_status = vec![(OrderStatus::AwaitingForward, count), (OrderStatus::Cancelled, 1)];
        let stats = OrderStats { count, revenue: vec![dollars(count)], by_status };
        Ok(vec![stats; request.targets.len()])
    }
}

#[async_trait::async_trait]
impl Serve<finance::GetSummary> for Figures {
    async fn serve(&self, request: Request<finance::GetSummary>) -> Result<Vec<FinanceSummary>, ServiceError> {
        let summary = FinanceSummary { balances: vec![dollars(self.next())], ..FinanceSummary::default() };
        Ok(vec![summary; request.targets.len()])
    }
}

#[async_trait::async_trait]
impl Serve<catalog::GetStats> for Figures {
    async fn serve(&self, request: Request<catalog::GetStats>) -> Result<Vec<CatalogStats>, ServiceError> {
        let average_margin = Some(Rate(125_000));
        let (item_count, came) = (self.next(), Vec::new());
        let stats = CatalogStats { item_count, came, average_margin, below_floor_count: 0 };
        Ok(vec![stats; request.targets.len()])
    }
}

/// The modules that a summary asks.
const MODULES: [&str; 3] = ["orders", "finance", "catalog"];

/// A running program whose modules are [`Figures`], and a clock that goes when it is told to.
struct World {
    app: TestApp,
    family: Family,
    /// Of a member of the own company.
    token: String,
    calls: Calls,
    switches: [Switch; 3],
    now: Arc<AtomicI64>,
}

impl World {
    async fn create(database: TestDatabase) -> Self {
        let now = Arc::new(AtomicI64::new(NOW.0));
        let app = TestApp::start_with(database, setup(&now)).await;
        let family = Family::create(&app).await;
        let token = app.member("somebody", family.own, Role::Viewer).await;
        Self::of(app, family, token, now)
    }

    fn of(app: TestApp, family: Family, token: String, now: Arc<AtomicI64>) -> Self {
        app.bus().serve::<orders::GetStats>(Arc::new(Figures::default()));
        app.bus().serve::<finance::GetSummary>(Arc::new(Figures::default()));
        app.bus().serve::<catalog::GetStats>(Arc::new(Figures::default()));
        let switches = MODULES.map(|module| app.switch_of(&format!("{module}.get")));
        let calls = app.calls_of("");
        Self { app, family, token, calls, switches, now }
    }

    /// Ends the program, and starts it again: its modules begin to count anew.
    async fn restart(self) -> Self {
        let Self { app, family, token, now, .. } = self;
        let app = app.restart(setup(&now)).await;
        Self::of(app, family, token, now)
    }

    /// Lets time go by.
    fn pass(&self, time: Duration) {
        self.now.fetch_add(i64::try_from(time.as_micros()).expect("a short time"), Ordering::SeqCst);
    }

    /// What time it is, as the API writes it.
    fn now(&self) -> String {
        Timestamp(self.now.load(Ordering::SeqCst)).to_rfc3339()
    }

    fn switch(&self, module: &str) -> &Switch {
        let at = MODULES.iter().position(|known| *known == module).expect("a module that a summary asks");
        &self.switches[at]
    }

    /// Asks for the summary of `company`, as a member of the own company.
    async fn ask(&self, company: TenantId) -> Answer {
        self.app.ask(&self.token, SUMMARY, json!({ "id": id(company) })).await
    }

    /// The summary of `company`, all of it.
    async fn summary(&self, company: TenantId) -> Value {
        self.ask(company).await.at("/reseller/summary")
    }

    /// The modules that were asked since the last time, sorted.
    fn asked(&self) -> Vec<&'static str> {
        let module = |alias: &'static str| alias.split('.').next().unwrap_or_default();
        let mut asked: Vec<_> = self.calls.take().iter().map(|call| module(call.alias)).collect();
        asked.sort_unstable();
        asked
    }
}

/// Modules that hang are not waited for long, and those that failed are tried again at once.
fn setup(now: &Arc<AtomicI64>) -> Setup {
    let now = now.clone();
    let deadlines = Deadlines { reads: Duration::from_secs(1), retry_after: Duration::ZERO, ..Deadlines::default() };
    Setup {
        clock: Clock::reading(move || Timestamp(now.load(Ordering::SeqCst))),
        bounds: Bounds { deadlines, ..Bounds::default() },
        ..Setup::default()
    }
}
