//! What the demo shows beside the Superstore's own history: something in every state.
//!
//! All of it goes through the modules, as if people had done it, at instants of the last weeks. Each step is done once: a demo that was
//! stopped in the middle goes on where it was.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use entity::{OrderId, TenantId, TenantStatus, Timestamp, UplineAction};
use iso_currency::Currency;

use super::journeys::{JOURNEYS, Journey, Stop};
use super::owner;
use crate::app::{App, Bounds};
use crate::auth::Verifier;
use crate::bus::contract::catalog::{
    Access, CatalogQuery, GetAccess, GetAvailableCatalog, Item, PriceOverride, SetAccess, SetPriceOverride,
};
use crate::bus::contract::finance::{Payment, RecordPayment};
use crate::bus::contract::orders::{Advance, GetOrders, NewLine, NewOrder, Place, Step};
use crate::bus::contract::{Page, Take};
use crate::cli::Failure;
use crate::clock::Clock;
use crate::modules::admin::NewReseller;
use crate::money::{Money, Rate};
use crate::network::settings::{ApprovalMode, ApprovalRule, AutoForwardingUpdate, MarginsUpdate, SettingsUpdate};
use crate::network::upline::Ask;
use crate::tenancy::{Actor, Database};

const ROOT: &str = "superstore";
const CALIFORNIA: &str = "united-states/west/california";
const LOS_ANGELES: &str = "united-states/west/california/los-angeles";
const CANADA: &str = "canada";
const ONTARIO: &str = "canada/ontario";
const TORONTO: &str = "canada/ontario/toronto";

/// What comes last: where it is there, all is.
const LAST: &str = "united-states/west/california/palo-alto";

const HOUR: i64 = 3_600_000_000;
const DAY: i64 = 24 * HOUR;

/// A program whose clock is set.
pub(super) struct Overlay {
    app: Arc<App>,
    clock: Arc<AtomicI64>,
    today: Timestamp,
}

impl Overlay {
    /// Starts on `database`, which holds the Superstore's history up to today.
    pub(super) async fn start(database: &Database, verifier: Verifier) -> Result<Self, Failure> {
        let today = Clock::system().now();
        let clock = Arc::new(AtomicI64::new(today.0));
        let reading = clock.clone();
        let clock_of_app = Clock::reading(move || Timestamp(reading.load(Ordering::SeqCst)));
        let app = App::start(database, verifier, clock_of_app, Bounds::default()).await?;
        Ok(Self { app, clock, today })
    }

    /// Does all of it, unless it was done before.
    pub(super) async fn lay(self) -> Result<(), Failure> {
        if self.find(LAST).is_some() {
            return Ok(());
        }
        self.set_clock(60 * DAY);
        self.open_canada().await?;
        self.set_margins().await?;
        self.set_prices().await?;
        self.grant_texas().await?;
        for (number, journey) in JOURNEYS.iter().enumerate() {
            self.travel(number, journey).await?;
        }
        self.set_clock(2 * DAY);
        self.pay().await?;
        self.ask_uplines().await?;
        self.set_clock(DAY);
        self.change_states().await?;
        self.app.finish().await;
        Ok(())
    }

    /// From now on it is as long ago as this.
    fn set_clock(&self, ago: i64) {
        self.clock.store(self.today.0 - ago, Ordering::SeqCst);
    }

    fn find(&self, name: &str) -> Option<TenantId> {
        let chain = self.app.topology.current();
        chain.find_named(name).map(|node| chain.id(node))
    }

    fn company(&self, name: &str) -> Result<TenantId, Failure> {
        self.find(name).ok_or_else(|| format!("the demo's chain has no company {name}").into())
    }

    fn owner_of(&self, name: &str) -> Result<Actor, Failure> {
        Ok(owner(self.company(name)?))
    }

    async fn open(&self, parent: &str, id: &str, name: &str, new: (&str, TenantStatus)) -> Result<(), Failure> {
        if self.find(id).is_some() {
            return Ok(());
        }
        let (currency, status) = new;
        let new = NewReseller {
            parent: Some(self.company(parent)?),
            name: name.to_owned(),
            external_id: Some(id.to_owned()),
            currency: currency.to_owned(),
            status,
            joined_at: Timestamp(self.clock.load(Ordering::SeqCst)),
        };
        self.app.chain.create(Actor::central(), new).await?;
        Ok(())
    }

    /// A part of the chain in a second currency.
    async fn open_canada(&self) -> Result<(), Failure> {
        for (parent, id, name) in
            [(ROOT, CANADA, "Canada"), (CANADA, ONTARIO, "Ontario"), (ONTARIO, TORONTO, "Toronto")]
        {
            self.open(parent, id, name, ("CAD", TenantStatus::Active)).await?;
        }
        Ok(())
    }

    /// Margins on each level; a ceiling of California that binds Los Angeles, and a floor of Los Angeles that one of its own margins is below.
    async fn set_margins(&self) -> Result<(), Failure> {
        let percent = |percent: i64| Rate(percent * 10_000);
        let margins = |default, floor, ceiling: Option<i64>, by_category: &[(&str, i64)]| MarginsUpdate {
            default: Some(percent(default)),
            floor: Some(percent(floor)),
            ceiling: Some(ceiling.map(percent)),
            by_category: Some(by_category.iter().map(|(name, rate)| ((*name).to_owned(), percent(*rate))).collect()),
        };
        let all = [
            (ROOT, margins(10, 2, Some(80), &[])),
            ("united-states", margins(8, 0, None, &[])),
            ("united-states/west", margins(6, 3, None, &[("Furniture", 4)])),
            (CALIFORNIA, margins(12, 5, Some(40), &[("Technology", 18)])),
            (LOS_ANGELES, margins(25, 10, None, &[("Technology", 60), ("Office Supplies", 4)])),
            (ONTARIO, margins(15, 5, None, &[])),
        ];
        for (company, margins) in all {
            let settings = &self.app.services.settings;
            if settings.of(self.company(company)?).await?.version == 0 {
                let update = SettingsUpdate { margins: Some(margins), ..SettingsUpdate::default() };
                settings.update(self.owner_of(company)?, update).await?;
            }
        }
        Ok(())
    }

    /// The first items of `company`'s catalog in `category`.
    async fn items(&self, company: &str, category: &str) -> Result<Vec<Item>, Failure> {
        let page = Page { take: Take::First(6), after: None, before: None };
        let query = CatalogQuery { search: None, category: Some(category.to_owned()), page };
        Ok(self.app.services.bus.call::<GetAvailableCatalog>(self.owner_of(company)?, query).await?.list.entries)
    }

    /// Prices set by hand: a few in California, and Canada's in its own currency.
    async fn set_prices(&self) -> Result<(), Failure> {
        for item in self.items(CALIFORNIA, "Furniture").await?.into_iter().take(2) {
            let price = Money::new(Rate(150_000).on_top_of(item.cost.minor), item.cost.currency);
            self.set_price(CALIFORNIA, item.sku.to_string(), price).await?;
        }
        for item in self.items(CANADA, "Technology").await? {
            // What Canada asks for in its market: nothing is converted.
            let price = Money::new(Rate(480_000).on_top_of(item.cost.minor), Currency::CAD);
            if item.cost.currency != Currency::CAD && item.price.currency != Currency::CAD {
                self.set_price(CANADA, item.sku.to_string(), price).await?;
            }
        }
        Ok(())
    }

    async fn set_price(&self, company: &str, sku: String, price: Money) -> Result<(), Failure> {
        let set = PriceOverride { sku, price: Some(price) };
        self.app.services.bus.call::<SetPriceOverride>(self.owner_of(company)?, set).await?;
        Ok(())
    }

    /// Texas may sell two of the three categories.
    async fn grant_texas(&self) -> Result<(), Failure> {
        let bus = &self.app.services.bus;
        let (texas, central) = (self.company("united-states/central/texas")?, self.owner_of("united-states/central")?);
        if bus.call_in_tenant::<GetAccess>(central, texas, ()).await?.all {
            let categories = vec!["Furniture".to_owned(), "Technology".to_owned()];
            bus.call_in_tenant::<SetAccess>(central, texas, Access { all: false, categories }).await?;
        }
        Ok(())
    }

    /// Credit that California grants by itself, credit that waits for a person there, and a category that Texas lacks.
    async fn ask_uplines(&self) -> Result<(), Failure> {
        let dollars = |amount: i64| Money::new(100 * amount, Currency::USD);
        let rule = ApprovalRule { mode: ApprovalMode::Auto, max_amount: Some(dollars(5_000)) };
        let settings = &self.app.services.settings;
        let own = settings.of(self.company(CALIFORNIA)?).await?;
        if own.auto_forwarding.approvals.is_empty() {
            let approvals = Some(vec![(UplineAction::RequestCredit, rule)]);
            let auto_forwarding = Some(AutoForwardingUpdate { approvals, ..AutoForwardingUpdate::default() });
            let update = SettingsUpdate { version: own.version, auto_forwarding, ..SettingsUpdate::default() };
            settings.update(self.owner_of(CALIFORNIA)?, update).await?;
        }
        let credit = |amount, note: &str| Ask::Credit { amount: dollars(amount), note: Some(note.to_owned()) };
        let category = Ask::CatalogAccess { category: "Office Supplies".to_owned(), note: None };
        for (number, (who, ask)) in [
            (LOS_ANGELES, credit(2_500, "For the season")),
            (LOS_ANGELES, credit(20_000, "A tender of the city")),
            ("united-states/central/texas", category),
        ]
        .into_iter()
        .enumerate()
        {
            self.app.services.upline.ask(self.owner_of(who)?, ask, &format!("of the demo {number}")).await?;
        }
        Ok(())
    }

    /// Places an order and moves it on, from wherever it is.
    async fn travel(&self, number: usize, journey: &Journey) -> Result<(), Failure> {
        let bus = &self.app.services.bus;
        let placer = self.owner_of(journey.placer)?;
        let stops = journey.stops(&self.upline(journey.placer)?);
        let stop_at = |place: usize| (journey.days_ago * DAY - i64::try_from(place).unwrap_or(0) * HOUR).max(0) + HOUR;
        self.set_clock(stop_at(0));
        let id = bus.call::<Place>(placer, self.order(number, journey).await?).await?;
        let now = bus.call::<GetOrders>(placer, vec![id]).await?;
        let reached = now
            .first()
            .and_then(|order| stops.iter().position(|stop| stop.status == order.status && stop.holder == order.holder));
        for (place, pair) in stops.windows(2).enumerate().skip(reached.unwrap_or(stops.len())) {
            let [from, to] = pair else { continue };
            self.set_clock(stop_at(place + 1));
            self.step(placer, id, *from, *to).await?;
        }
        Ok(())
    }

    async fn step(&self, placer: Actor, id: OrderId, from: Stop, to: Stop) -> Result<(), Failure> {
        let who = if to.status == entity::OrderStatus::Cancelled { placer } else { owner(from.holder) };
        self.app.services.bus.call::<Advance>(who, Step { id, to: to.status, note: None }).await?;
        Ok(())
    }

    fn upline(&self, name: &str) -> Result<Vec<TenantId>, Failure> {
        let chain = self.app.topology.current();
        let node = chain.find_named(name).ok_or_else(|| format!("the demo's chain has no company {name}"))?;
        Ok(chain.ancestors(node).map(|above| chain.id(above)).collect())
    }

    async fn order(&self, number: usize, journey: &Journey) -> Result<NewOrder, Failure> {
        let items = self.items(journey.placer, journey.category).await?;
        let lines = items.into_iter().zip(1..).skip(number % 3).take(2);
        let lines = lines.map(|(item, quantity)| NewLine { sku: item.sku.to_string(), quantity }).collect();
        let reference = Some(format!("DEMO-{:02}", number + 1));
        Ok(NewOrder { lines, reference, idempotency_key: format!("demo-{number}") })
    }

    async fn pay(&self) -> Result<(), Failure> {
        for (payee, payer, minor, currency) in
            [(CALIFORNIA, LOS_ANGELES, 25_000, Currency::USD), (ONTARIO, TORONTO, 10_000, Currency::CAD)]
        {
            let payment = Payment {
                from: self.company(payer)?,
                amount: Money::new(minor, currency),
                reference: Some("Transfer 1".to_owned()),
                idempotency_key: format!("demo-{payer}"),
            };
            self.app.services.bus.call::<RecordPayment>(self.owner_of(payee)?, payment).await?;
        }
        Ok(())
    }

    /// A frozen subtree, a company that waits for approval, and one that was switched off.
    async fn change_states(&self) -> Result<(), Failure> {
        let chain = self.app.topology.current();
        let oregon = self.company("united-states/west/oregon")?;
        if chain.find(oregon).is_some_and(|node| chain.own_freezes(node).is_empty()) {
            let west = self.owner_of("united-states/west")?;
            self.app.chain.freeze(west, oregon, "Invoices of three months are open").await?;
        }
        let tamarac = self.company("united-states/south/florida/tamarac")?;
        if chain.find(tamarac).is_some_and(|node| chain.status(node) == TenantStatus::Active) {
            self.app.chain.deactivate(Actor::central(), tamarac, "Closed its shop").await?;
        }
        self.open(CALIFORNIA, LAST, "Palo Alto", ("USD", TenantStatus::Pending)).await
    }
}
