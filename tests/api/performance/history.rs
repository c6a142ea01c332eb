//! Histories of a trading chain, and a recount of them so simple that it is plainly right.

use std::collections::{BTreeMap, HashMap};

use entity::{OrderId, OrderStatus, TenantId, Timestamp};
use iso_currency::Currency;
use reseller_network::money::{Money, Rate};
use serde_json::{Value, json};
use time::{Date, Duration, Weekday};

use super::World;
use crate::support::app::id;

/// An order, as it was placed.
#[derive(Clone, Debug)]
pub(crate) struct Placed {
    pub(crate) id: OrderId,
    /// Its placer and all companies that were above it then, nearest first.
    pub(crate) line: Vec<TenantId>,
    pub(crate) at: Timestamp,
    pub(crate) total: Money,
    pub(crate) cancelled: bool,
}

/// Orders, each with how far below somebody it was placed.
type Orders<'h> = Vec<(usize, &'h Placed)>;

/// A chain, and all that was ordered in it.
#[derive(Default)]
pub(crate) struct History {
    pub(crate) parents: BTreeMap<TenantId, Option<TenantId>>,
    pub(crate) orders: Vec<Placed>,
}

impl History {
    pub(crate) async fn join(&mut self, world: &World, parent: Option<TenantId>, name: &str) -> TenantId {
        let company = world.company(parent, name).await;
        self.parents.insert(company, parent);
        company
    }

    pub(crate) async fn place(&mut self, world: &World, placer: TenantId, sku: &str, quantity: i64) {
        let id = world.place(placer, &[(sku, quantity)]).await;
        let total = world.order(placer, id).await.expect("its own order").total;
        self.orders.push(Placed { id, line: self.line(placer), at: world.now(), total, cancelled: false });
    }

    pub(crate) async fn cancel(&mut self, world: &World, which: usize) {
        let open: Vec<_> = (0..self.orders.len()).filter(|&place| !self.orders[place].cancelled).collect();
        let Some(&place) = open.get(which % open.len().max(1)) else { return };
        let order = &mut self.orders[place];
        world.advance(order.id, &[(order.line[0], OrderStatus::Cancelled)]).await;
        order.cancelled = true;
    }

    /// Moves `company`, unless that would be a circle or no move at all.
    pub(crate) async fn change_parent(&mut self, world: &World, company: TenantId, to: TenantId) {
        if self.line(to).contains(&company) || self.parents[&company].is_none_or(|parent| parent == to) {
            return;
        }
        let central = reseller_network::tenancy::Actor::central();
        world.chain.move_reseller(central, company, to).await.expect("a move");
        self.parents.insert(company, Some(to));
    }

    /// What `company` itself ordered, and nobody else.
    pub(crate) fn own(&self, company: TenantId) -> Self {
        let orders = self.orders.iter().filter(|order| order.line[0] == company).cloned().collect();
        Self { parents: self.parents.clone(), orders }
    }

    /// A company and all above it.
    fn line(&self, company: TenantId) -> Vec<TenantId> {
        std::iter::successors(Some(company), |at| self.parents[at]).collect()
    }

    /// The orders that count for `root`, with how far below it they were placed.
    fn of(&self, root: TenantId, days: (Date, Date), currency: Option<Currency>) -> Orders<'_> {
        let within = |order: &&Placed| {
            let day = order.at.to_utc().date();
            !order.cancelled
                && day >= days.0
                && day <= days.1
                && currency.is_none_or(|only| only == order.total.currency)
        };
        let level = |order: &Placed| order.line.iter().position(|&at| at == root);
        self.orders.iter().filter(within).filter_map(|order| Some((level(order)?, order))).collect()
    }

    /// Everything that a performance is to say.
    pub(crate) fn performance(&self, root: TenantId, (from, to): (Date, Date), currency: Option<Currency>) -> Value {
        let length = to - from + Duration::days(1);
        let (now, before) =
            (self.of(root, (from, to), currency), self.of(root, (from - length, to - length), currency));
        let orders = |of: &[(usize, &Placed)]| i64::try_from(of.len()).expect("few");
        let sums_before = sums(&before);
        let total = |(code, minor): (&String, &i64)| {
            let in_it = now.iter().filter(|(_, order)| order.total.currency.code() == code).count();
            let (money, count) = (of_code(*minor, code), i64::try_from(in_it).expect("few"));
            let was = sums_before.get(code).copied().unwrap_or(0);
            json!({
                "revenue": amount(money),
                "revenueChange": change(was, *minor, |minor| of_code(minor, code).amount()),
                "orderCount": count,
                "averageOrder": amount(of_code(half_even(*minor, count), code)),
            })
        };
        let below: Vec<_> = self.parents.keys().filter(|&&at| self.line(at).contains(&root)).collect();
        json!({
            "root": { "id": id(root) },
            "period": { "from": from.to_string(), "to": to.to_string() },
            "orderCount": now.len(),
            "orderCountChange": change(orders(&before), orders(&now), |count| count.to_string()),
            "activeResellerCount": below.len(),
            "totals": sums(&now).iter().map(total).collect::<Vec<_>>(),
            "days": series(&now, (from, to), |day| day),
            "weeks": series(&now, (from, to), monday),
            "months": series(&now, (from, to), |day| day.replace_day(1).expect("a first")),
            "byLevel": self.levels(root, &now),
            "byRevenue": leaders(&now, &before, "revenue", currency),
            "byOrders": leaders(&now, &before, "orders", currency),
            "byGrowth": leaders(&now, &before, "growth", currency),
        })
    }

    fn levels(&self, root: TenantId, now: &[(usize, &Placed)]) -> Vec<Value> {
        let depth = |at: &TenantId| self.line(*at).iter().position(|&above| above == root);
        let mut companies: BTreeMap<usize, usize> = BTreeMap::new();
        self.parents.keys().filter_map(depth).for_each(|level| *companies.entry(level).or_default() += 1);
        let mut levels: Vec<usize> = companies.keys().copied().chain(now.iter().map(|(level, _)| *level)).collect();
        levels.sort_unstable();
        levels.dedup();
        let level = |level| {
            let there: Vec<_> = now.iter().filter(|(at, _)| *at == level).copied().collect();
            json!({
                "level": level,
                "resellerCount": companies.get(&level).copied().unwrap_or(0),
                "orderCount": there.len(),
                "revenue": revenue(&there),
            })
        };
        levels.into_iter().map(level).collect()
    }
}

/// All steps that a period has a part in. `start` says on which day the step of a day begins.
fn series(now: &[(usize, &Placed)], (from, to): (Date, Date), start: impl Fn(Date) -> Date) -> Vec<Value> {
    let days = std::iter::successors(Some(from), |day| day.next_day()).take_while(|day| *day <= to);
    let mut starts: Vec<_> = days.map(&start).collect();
    starts.dedup();
    let point = |begins: Date| {
        let there: Vec<_> =
            now.iter().filter(|(_, order)| start(order.at.to_utc().date()) == begins).copied().collect();
        json!({ "start": begins.to_string(), "orderCount": there.len(), "revenue": revenue(&there) })
    };
    starts.into_iter().map(point).collect()
}

/// By the calendar's own weeks.
fn monday(day: Date) -> Date {
    let (year, week, _) = day.to_iso_week_date();
    Date::from_iso_week_date(year, week, Weekday::Monday).expect("a Monday")
}

fn leaders(now: &[(usize, &Placed)], before: &[(usize, &Placed)], by: &str, currency: Option<Currency>) -> Vec<Value> {
    // All companies of these histories trade in dollars.
    let code = currency.unwrap_or(Currency::USD).code();
    let mut of: HashMap<TenantId, (Orders<'_>, Orders<'_>)> = HashMap::new();
    for order in now {
        of.entry(order.1.line[0]).or_default().0.push(*order);
    }
    for order in before {
        of.entry(order.1.line[0]).or_default().1.push(*order);
    }
    let value = |(now, before): &(Vec<_>, Vec<_>)| {
        let (sum, was) = (sums(now).get(code).copied(), sums(before).get(code).copied());
        match by {
            "revenue" => sum,
            "orders" => (!now.is_empty()).then(|| i64::try_from(now.len()).expect("few")),
            _ if sum.or(was).is_none() => None,
            _ => Some(sum.unwrap_or(0) - was.unwrap_or(0)),
        }
    };
    let mut valued: Vec<_> = of.iter().filter_map(|(company, orders)| Some((value(orders)?, *company))).collect();
    valued.sort_unstable_by_key(|(value, company)| (-value, *company));
    let leader = |(value, company): &(i64, TenantId)| {
        let better = valued.iter().filter(|(other, _)| other > value).count();
        let orders = &of[company].0;
        json!({
            "rank": better + 1,
            "subject": { "resellerId": id(*company) },
            "reseller": { "id": id(*company) },
            "orderCount": orders.len(),
            "revenue": revenue(orders),
        })
    };
    valued.iter().take(5).map(leader).collect()
}

fn sums(orders: &[(usize, &Placed)]) -> BTreeMap<String, i64> {
    let mut sums: BTreeMap<String, i64> = BTreeMap::new();
    for (_, order) in orders {
        *sums.entry(order.total.currency.code().to_owned()).or_default() += order.total.minor;
    }
    sums
}

fn revenue(orders: &[(usize, &Placed)]) -> Vec<Value> {
    sums(orders).iter().map(|(code, minor)| amount(of_code(*minor, code))).collect()
}

fn of_code(minor: i64, code: &str) -> Money {
    Money::new(minor, Currency::from_code(code).expect("a currency"))
}

fn amount(money: Money) -> Value {
    json!({ "amount": money.amount(), "currency": money.currency.code() })
}

fn change(before: i64, now: i64, text: impl Fn(i64) -> String) -> Value {
    let percent = Rate::of_change(before, now).map(Rate::percent);
    json!({ "previous": text(before), "absolute": text(now - before), "percent": percent })
}

/// To the nearest; from the middle to the even one. Both are above zero.
fn half_even(sum: i64, count: i64) -> i64 {
    let (whole, rest) = (sum / count, 2 * (sum % count));
    if rest > count || (rest == count && whole % 2 == 1) { whole + 1 } else { whole }
}
