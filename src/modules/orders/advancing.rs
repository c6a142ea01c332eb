//! Moving an order on: one step, by the company whose turn it is, decided on its locked row.

use entity::{OrderId, OrderStatus, Role, TenantId, TenantStatus, order, order_leg, order_line};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, IntoActiveModel};

use super::pricing::{self, Prices, Unpriced, in_words};
use super::sight::takes_part;
use super::turn::Part;
use super::{Orders, facts, placing, reading, store};
use crate::bus::contract::catalog::Quoted;
use crate::bus::contract::orders::Step;
use crate::error::{Fault, Refusal, RefusalCode, ServiceError};
use crate::events::Transaction;
use crate::names::are_words;
use crate::tenancy::{Actor, Line, may_act};

/// The longest note, in characters.
const MAX_NOTE: usize = 500;

/// What the lines of an order cost the company that is to pass it on, asked before the step is decided.
struct Ahead {
    /// Who passes it on.
    payer: TenantId,
    quantities: Vec<i64>,
    quotes: Vec<Option<Quoted>>,
}

/// An order on its way to its next state.
struct Moving<'c> {
    change: &'c mut Transaction,
    order: order::Model,
    /// The number of the leg on which its holder sells.
    last_hop: i32,
}

impl Orders {
    /// Takes the step on behalf of `own`. Where it passes the order on, it goes to `next` or, where that is left open, to the nearest active company above.
    ///
    /// # Errors
    /// `NOT_FOUND` for an order in which the company has no part; `NOT_ALLOWED` where it is not its turn; `CONFLICT` where the order is
    /// somewhere else by now, or cannot be passed on; `INVALID`, `FROZEN`.
    pub(super) async fn advance(
        &self,
        actor: Actor,
        own: TenantId,
        step: Step,
        next: Option<TenantId>,
    ) -> Result<OrderId, ServiceError> {
        check(&step)?;
        // Before the transaction, which keeps other writers waiting.
        let ahead = self.look_ahead(own, &step).await?;
        let mut change = self.log.begin(actor).await?;
        change.share_chain().await?;
        let line = may_act(change.db(), actor, Role::Admin).await?.ok_or_else(not_found)?;
        let order = store::locked(change.db(), step.id).await?.ok_or_else(not_found)?;
        let hops = reading::hops(change.db(), std::slice::from_ref(&order), None).await?;
        let holder = Line::of(change.db(), order.holder_tenant_id).await?.ok_or_else(not_found)?;
        let stands_in = stands_in(own, &holder);
        if !stands_in && !takes_part(own, &order, &hops) {
            return Err(not_found().into());
        }
        let part = Part {
            is_placer: order.owner_tenant_id == own,
            is_holder: order.holder_tenant_id == own || stands_in,
            is_root: line.own().parent_id.is_none(),
        };
        let last_hop = hops.last().map_or(0, |hop| hop.number);
        let mut moving = Moving { change: &mut change, order, last_hop };
        part.check(if stands_in { moving.when_passed_on() } else { moving.order.status }, step.to)?;
        if stands_in {
            moving.pass_on(own, ahead.as_ref(), None).await?;
        }
        if step.to == OrderStatus::Forwarded {
            let upline = upline(&line)?;
            if next.is_some_and(|next| next != upline) {
                let message = "Another company is the nearest active one above yours by now.";
                return Err(Refusal::new(RefusalCode::Conflict, "to", message).into());
            }
            moving.pass_on(upline, ahead.as_ref(), step.note.as_deref()).await?;
        } else {
            moving.go(step.to, step.note.as_deref()).await?;
        }
        change.commit_and_show().await?;
        Ok(step.id)
    }

    /// What the lines cost the company that will pass the order on in this step, where one will.
    async fn look_ahead(&self, own: TenantId, step: &Step) -> Result<Option<Ahead>, ServiceError> {
        let db = self.central.reader();
        let Some(order) = store::orders(db, &[step.id]).await?.pop() else { return Ok(None) };
        let payer = order.holder_tenant_id;
        let passes_on = if payer == own {
            step.to == OrderStatus::Forwarded
        } else {
            Line::of(db, payer).await?.is_some_and(|holder| stands_in(own, &holder))
        };
        // The legs of an order from a file all have its amount.
        if order.imported || !passes_on {
            return Ok(None);
        }
        let lines = store::lines(db, &[order]).await?;
        let quantities = lines.iter().map(|line: &order_line::Model| line.quantity).collect();
        let skus = lines.into_iter().map(|line| line.sku).collect();
        let quotes = self.quote(Actor::central(), payer, skus).await?;
        Ok(Some(Ahead { payer, quantities, quotes }))
    }
}

impl Moving<'_> {
    /// Where the order is once another company has it: an order that is confirmed stays so.
    fn when_passed_on(&self) -> OrderStatus {
        self.order.status.max(OrderStatus::Forwarded)
    }

    /// Makes `next` the holder, with a leg at what the holder so far pays.
    async fn pass_on(&mut self, next: TenantId, ahead: Option<&Ahead>, note: Option<&str>) -> Result<(), ServiceError> {
        let payer = std::mem::replace(&mut self.order.holder_tenant_id, next);
        if !self.order.imported {
            let prices = prices(payer, ahead)?;
            self.set_legs(OrderStatus::Forwarded, Some(self.last_hop)).await?;
            self.last_hop += 1;
            let leg = placing::leg(self.change, &self.order, self.last_hop, payer, &prices);
            let own = self.change.in_tenant(self.order.owner_tenant_id);
            own.insert::<order_leg::Entity>(leg.into_active_model()).await?;
        }
        self.write(self.when_passed_on(), note).await
    }

    /// Takes the order on to `to`, where its holder keeps it.
    async fn go(&mut self, to: OrderStatus, note: Option<&str>) -> Result<(), ServiceError> {
        // What the holder takes in is its own leg; from CONFIRMED on all legs go with the order.
        let only = (to == OrderStatus::AwaitingForward).then_some(self.last_hop);
        if !self.order.imported {
            self.set_legs(to, only).await?;
        }
        if to == OrderStatus::Delivered {
            self.order.delivered_at = Some(self.change.now());
        }
        self.write(to, note).await?;
        if to == OrderStatus::Delivered {
            self.change.record(facts::delivered(&self.order));
        }
        Ok(())
    }

    /// Sets the state of the leg `only`, or of all.
    async fn set_legs(&self, to: OrderStatus, only: Option<i32>) -> Result<(), Fault> {
        let legs = Condition::all()
            .add(order_leg::Column::OrderId.eq(self.order.id))
            .add_option(only.map(|hop| order_leg::Column::Hop.eq(hop)));
        let own = self.change.in_tenant(self.order.owner_tenant_id);
        own.update_many::<order_leg::Entity>([(order_leg::Column::Status, Expr::value(to))], legs).await?;
        Ok(())
    }

    /// Writes the order as it is now, in the state `to`, and the fact that it is.
    async fn write(&mut self, to: OrderStatus, note: Option<&str>) -> Result<(), ServiceError> {
        let from = std::mem::replace(&mut self.order.status, to);
        // Steps have an order also where two are taken at once, or clocks differ: who reads of them in the log takes the latest.
        self.change.happens_after(self.order.updated_at);
        self.order.updated_at = self.change.now();
        let columns = [
            (order::Column::Status, Expr::value(self.order.status)),
            (order::Column::HolderTenantId, Expr::value(self.order.holder_tenant_id)),
            (order::Column::DeliveredAt, Expr::value(self.order.delivered_at)),
            (order::Column::UpdatedAt, Expr::value(self.order.updated_at)),
        ];
        let own = self.change.in_tenant(self.order.owner_tenant_id);
        own.update_many::<order::Entity>(columns, order::Column::Id.eq(self.order.id)).await?;
        self.change.record_at(facts::status_changed(&self.order, Some(from), note), self.order.updated_at);
        Ok(())
    }
}

fn check(step: &Step) -> Result<(), Refusal> {
    if step.to == OrderStatus::Placed {
        return Err(Refusal::new(RefusalCode::Invalid, "to", "An order is PLACED once, by who places it."));
    }
    if step.note.as_ref().is_some_and(|note| !are_words(note, MAX_NOTE)) {
        let message = format!("Expected at most {MAX_NOTE} characters.");
        return Err(Refusal::new(RefusalCode::Invalid, "note", message));
    }
    Ok(())
}

/// The same for an order that was never placed and for one in which the company has no part.
fn not_found() -> Refusal {
    Refusal::new(RefusalCode::NotFound, "id", "There is no such order of yours.")
}

/// Whether `own` acts in the holder's place: the holder was switched off, and `own` is the nearest above it that trades.
fn stands_in(own: TenantId, holder: &Line) -> bool {
    holder.own().status == TenantStatus::Deactivated && holder.active_upline() == Some(own)
}

fn upline(line: &Line) -> Result<TenantId, Refusal> {
    let nobody = || Refusal::new(RefusalCode::Conflict, "to", "No company above yours is active.");
    line.active_upline().ok_or_else(nobody)
}

/// What the lines cost `payer`, which passes the order on.
fn prices(payer: TenantId, ahead: Option<&Ahead>) -> Result<Prices, Refusal> {
    let conflict = |message: String| Refusal::new(RefusalCode::Conflict, "to", message);
    let ahead = ahead.filter(|ahead| ahead.payer == payer);
    let ahead = ahead.ok_or_else(|| conflict("The order has just changed: look at it again.".to_owned()))?;
    pricing::price(&ahead.quantities, &ahead.quotes).map_err(|unpriced| match unpriced {
        Unpriced::NotSold(place) => conflict(format!("The product of line {} is sold no longer.", place + 1)),
        Unpriced::Currencies(currencies) => conflict(format!(
            "Its lines cost the company that passes it on {}: an order has one currency.",
            in_words(&currencies)
        )),
        Unpriced::TooMuch => conflict("It costs the company that passes it on more than an order can cost.".to_owned()),
    })
}
