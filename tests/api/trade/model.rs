//! A market so simple that it is plainly right.

use std::collections::{BTreeMap, BTreeSet};

use entity::OrderStatus::{self, AwaitingForward, Cancelled, Confirmed, Delivered, Forwarded, Placed, Shipped};
use entity::{OrderId, PostingKind, TenantId};
use iso_currency::Currency;
use reseller_network::error::RefusalCode;
use reseller_network::money::Money;

use crate::support::market::PRODUCTS;

/// The currency that every company here trades in.
const TRADES_IN: Currency = Currency::USD;

/// Everything that is, and nothing that follows from it.
#[derive(Default)]
pub(super) struct Model {
    pub(super) parents: BTreeMap<TenantId, Option<TenantId>>,
    pub(super) off: BTreeSet<TenantId>,
    pub(super) frozen: BTreeSet<TenantId>,
    pub(super) asked: BTreeMap<(TenantId, &'static str), Money>,
    pub(super) orders: Vec<Order>,
    pub(super) ledgers: BTreeMap<TenantId, Vec<Entry>>,
}

pub(super) struct Order {
    pub(super) id: OrderId,
    pub(super) lines: Vec<(&'static str, i64)>,
    pub(super) status: OrderStatus,
    pub(super) holder: TenantId,
    pub(super) legs: Vec<Leg>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Leg {
    pub(super) buyer: TenantId,
    pub(super) seller: TenantId,
    pub(super) status: OrderStatus,
    pub(super) total: Money,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) kind: PostingKind,
    pub(super) counterparty: TenantId,
    pub(super) amount: Money,
    pub(super) order: Option<OrderId>,
}

type Expected = Result<(), RefusalCode>;

impl Order {
    pub(super) fn placer(&self) -> TenantId {
        self.legs[0].buyer
    }

    pub(super) fn has(&self, company: TenantId) -> bool {
        self.legs.iter().any(|leg| leg.buyer == company || leg.seller == company)
    }
}

/// Who is above whom.
impl Model {
    pub(super) fn line(&self, company: TenantId) -> Vec<TenantId> {
        std::iter::successors(Some(company), |at| self.parents[at]).collect()
    }

    fn upline(&self, company: TenantId) -> Option<TenantId> {
        self.line(company).into_iter().skip(1).find(|above| !self.off.contains(above))
    }

    fn may_act(&self, company: TenantId) -> Expected {
        if self.off.contains(&company) {
            return Err(RefusalCode::NotAllowed);
        }
        let frozen = self.line(company).iter().any(|at| self.frozen.contains(at));
        if frozen { Err(RefusalCode::Frozen) } else { Ok(()) }
    }

    fn stands_in(&self, company: TenantId, holder: TenantId) -> bool {
        self.off.contains(&holder) && self.upline(holder) == Some(company)
    }
}

/// What is paid.
impl Model {
    /// What the parent takes; the root pays what is on the list.
    fn cost(&self, company: TenantId, sku: &'static str) -> Money {
        let Some(parent) = self.parents[&company] else {
            let (_, currency, minor) = PRODUCTS.into_iter().find(|product| product.0 == sku).expect("a product");
            return Money::new(minor, currency);
        };
        let cost = self.cost(parent, sku);
        match self.asked.get(&(parent, sku)) {
            Some(asked) if asked.currency == cost.currency => Money { minor: asked.minor.max(cost.minor), ..cost },
            Some(asked) if asked.currency == TRADES_IN => *asked,
            // What was the currency of its cost when it was entered, and is no more, says nothing.
            _ => cost,
        }
    }

    /// What all lines cost, if that is one currency.
    fn total(&self, company: TenantId, lines: &[(&'static str, i64)]) -> Option<Money> {
        let costs = lines.iter().map(|(sku, quantity)| (self.cost(company, sku), *quantity));
        let currency = self.cost(company, lines[0].0).currency;
        let one = costs.clone().all(|(cost, _)| cost.currency == currency);
        one.then(|| Money::new(costs.map(|(cost, quantity)| cost.minor * quantity).sum(), currency))
    }

    fn post(&mut self, kind: PostingKind, down: TenantId, up: TenantId, amount: Money, order: Option<OrderId>) {
        let less = Money::new(-amount.minor, amount.currency);
        self.ledgers.entry(down).or_default().push(Entry { kind, counterparty: up, amount: less, order });
        self.ledgers.entry(up).or_default().push(Entry { kind, counterparty: down, amount, order });
    }
}

/// What the rules say, and what then is.
impl Model {
    pub(super) fn may_place(&self, placer: TenantId, lines: &[(&'static str, i64)]) -> Expected {
        self.may_act(placer)?;
        self.upline(placer).ok_or(RefusalCode::NotAllowed)?;
        self.total(placer, lines).map(drop).ok_or(RefusalCode::Invalid)
    }

    pub(super) fn has_placed(&mut self, id: OrderId, placer: TenantId, lines: Vec<(&'static str, i64)>) {
        let holder = self.upline(placer).expect("somebody above");
        let total = self.total(placer, &lines).expect("one currency");
        let legs = vec![Leg { buyer: placer, seller: holder, status: Placed, total }];
        self.orders.push(Order { id, lines, status: Placed, holder, legs });
    }

    pub(super) fn may_advance(&self, company: TenantId, which: usize, to: OrderStatus) -> Expected {
        let order = &self.orders[which];
        self.may_act(company)?;
        let stands_in = self.stands_in(company, order.holder);
        if !stands_in && !order.has(company) {
            return Err(RefusalCode::NotFound);
        }
        let is_placer = order.placer() == company;
        if order.holder != company && !stands_in {
            let too_late = order.status >= Confirmed;
            return match to {
                Cancelled if is_placer && too_late => Err(RefusalCode::Conflict),
                Cancelled if is_placer => Ok(()),
                _ => Err(RefusalCode::NotAllowed),
            };
        }
        let is_root = self.parents[&company].is_none();
        let from = if stands_in { order.status.max(Forwarded) } else { order.status };
        let fits = match (from, to) {
            (Placed | Forwarded, AwaitingForward) | (AwaitingForward, Forwarded) => !is_root,
            (Placed | Forwarded, Confirmed) | (Confirmed, Shipped) | (Shipped, Delivered) => is_root,
            (Delivered | Cancelled, _) => false,
            (_, Cancelled) => true,
            _ => false,
        };
        let passes_on = if stands_in { Some(order.holder) } else { (to == Forwarded).then_some(company) };
        let has_price = passes_on.is_none_or(|payer| self.total(payer, &order.lines).is_some());
        let has_next = to != Forwarded || self.upline(company).is_some();
        if fits && has_price && has_next { Ok(()) } else { Err(RefusalCode::Conflict) }
    }

    pub(super) fn has_advanced(&mut self, company: TenantId, which: usize, to: OrderStatus) {
        let holder = self.orders[which].holder;
        if self.stands_in(company, holder) {
            self.pass_on(which, company);
        }
        if to == Forwarded {
            self.pass_on(which, self.upline(company).expect("somebody above"));
            return;
        }
        let order = &mut self.orders[which];
        order.status = to;
        let legs = if to == AwaitingForward { order.legs.len() - 1..order.legs.len() } else { 0..order.legs.len() };
        order.legs[legs].iter_mut().for_each(|leg| leg.status = to);
        if to == Delivered {
            let (id, legs) = (order.id, order.legs.clone());
            for leg in legs {
                self.post(PostingKind::Order, leg.buyer, leg.seller, leg.total, Some(id));
            }
        }
    }

    fn pass_on(&mut self, which: usize, next: TenantId) {
        let buyer = self.orders[which].holder;
        let total = self.total(buyer, &self.orders[which].lines).expect("one currency");
        let order = &mut self.orders[which];
        order.legs.last_mut().expect("a leg").status = Forwarded;
        order.legs.push(Leg { buyer, seller: next, status: Placed, total });
        (order.holder, order.status) = (next, Forwarded);
    }

    /// Is it paid to the parent, or to somebody further up whom it owes something, as after a move below a new parent?
    pub(super) fn may_pay(&self, payee: TenantId, from: TenantId, currency: Currency) -> Expected {
        self.may_act(payee)?;
        if !self.line(from).contains(&payee) {
            return Err(RefusalCode::NotFound);
        }
        let is_parent = self.parents[&from] == Some(payee);
        if is_parent || self.owes(from, payee, currency) { Ok(()) } else { Err(RefusalCode::NotAllowed) }
    }

    fn owes(&self, company: TenantId, other: TenantId, currency: Currency) -> bool {
        let entries = self.ledgers.get(&company).into_iter().flatten();
        let between = entries.filter(|entry| entry.counterparty == other && entry.amount.currency == currency);
        between.map(|entry| entry.amount.minor).sum::<i64>() < 0
    }

    pub(super) fn has_paid(&mut self, parent: TenantId, from: TenantId, amount: Money) {
        self.post(PostingKind::Payment, parent, from, amount, None);
    }
}
