//! Placing an order with the company above.

use std::collections::HashMap;

use entity::{OrderId, OrderStatus, Role, TenantId, order, order_leg, order_line, public_id};
use sea_orm::{DbErr, IntoActiveModel, SqlErr};
use serde_json::json;
use uuid::Uuid;

use super::pricing::{self, Prices, Unpriced, in_words};
use super::{Orders, facts};
use crate::bus::contract::catalog::Quoted;
use crate::bus::contract::orders::{NewLine, NewOrder};
use crate::error::{Refusal, RefusalCode, ServiceError};
use crate::events::Transaction;
use crate::money::{MAX_MINOR, Money};
use crate::tenancy::{Actor, Line, may_act};

/// The most lines that an order may have.
const MAX_LINES: usize = 500;
/// The most of one product that an order may be for.
const MAX_QUANTITY: i64 = 1_000_000;
/// The longest reference, in characters.
const MAX_REFERENCE: usize = 100;

impl Orders {
    /// Places `new` with the nearest company above `placer` that trades, at what the placer pays now.
    ///
    /// # Errors
    /// `INVALID` for what cannot be ordered; `NOT_FOUND` for a product that the placer may not sell; `NOT_ALLOWED` and `FROZEN`, also for the
    /// root, which has nobody above; `CONFLICT` for a reference that the placer has already, and a key that was used for another order.
    pub(super) async fn place(&self, actor: Actor, placer: TenantId, new: NewOrder) -> Result<OrderId, ServiceError> {
        check(&new)?;
        // Before the transaction, which keeps other writers waiting. What it says counts for nothing where the order is there already.
        let skus = new.lines.iter().map(|line| line.sku.clone()).collect();
        let quotes = self.quote(actor, placer, skus).await;
        let mut change = self.log.begin(actor).await?;
        change.share_chain().await?;
        let line = may_act(change.db(), actor, Role::Admin).await?;
        let id = OrderId::generate();
        let input = (&new.lines, &new.reference);
        if let Some(made) = change.once(placer, "placeOrder", &new.idempotency_key, &input, id.0).await? {
            return Ok(OrderId(made));
        }
        let seller = seller(line.as_ref())?;
        let quotes = quotes?;
        let prices = prices(&new.lines, &quotes)?;
        let order = order::Model {
            id,
            owner_tenant_id: placer,
            reference: new.reference.clone().unwrap_or_else(made_reference),
            imported: false,
            status: OrderStatus::Placed,
            holder_tenant_id: seller,
            currency: prices.total.currency.code().to_owned(),
            amount_minor: prices.total.minor,
            placed_at: change.now(),
            delivered_at: None,
            updated_at: change.now(),
        };
        insert(&change, &order, lines(&order, &new.lines, &quotes, &prices), &prices).await?;
        change.record(facts::status_changed(&order, None, None));
        change.commit_and_show().await?;
        Ok(id)
    }
}

fn check(new: &NewOrder) -> Result<(), Refusal> {
    let invalid = |field: &str, message: String| Err(Refusal::new(RefusalCode::Invalid, field, message));
    if new.lines.is_empty() || new.lines.len() > MAX_LINES {
        return invalid("lines", format!("Expected 1 to {MAX_LINES} lines."));
    }
    let mut places = HashMap::new();
    for (place, line) in new.lines.iter().enumerate() {
        if !(1..=MAX_QUANTITY).contains(&line.quantity) {
            return invalid(&format!("lines.{place}.quantity"), format!("Expected a quantity of 1 to {MAX_QUANTITY}."));
        }
        if let Some(first) = places.insert(&line.sku, place) {
            let message = format!("Line {} has this product already: add up their quantities.", first + 1);
            return invalid(&format!("lines.{place}.sku"), message);
        }
    }
    match &new.reference {
        Some(reference) if !is_reference(reference) => {
            invalid("reference", format!("Expected 1 to {MAX_REFERENCE} characters, or none to have one made."))
        }
        _ => Ok(()),
    }
}

fn is_reference(text: &str) -> bool {
    !text.trim().is_empty() && text.chars().count() <= MAX_REFERENCE && !text.contains(char::is_control)
}

/// From whom the company at the beginning of `line` buys.
fn seller(line: Option<&Line>) -> Result<TenantId, Refusal> {
    let not_allowed = |message: &str| Refusal::new(RefusalCode::NotAllowed, "", message);
    let line = line.ok_or_else(|| not_allowed("Only a company can place an order."))?;
    if line.own().parent_id.is_none() {
        return Err(not_allowed("Your company is at the top of the chain: there is nobody to order from."));
    }
    line.active_upline().ok_or_else(|| not_allowed("No company above yours is active."))
}

/// What the placer pays.
fn prices(lines: &[NewLine], quotes: &[Option<Quoted>]) -> Result<Prices, Refusal> {
    let sold: Vec<_> = quotes.iter().map(|quote| quote.clone().filter(|quote| quote.granted)).collect();
    let quantities: Vec<_> = lines.iter().map(|line| line.quantity).collect();
    pricing::price(&quantities, &sold).map_err(|unpriced| match unpriced {
        Unpriced::NotSold(place) => {
            let message = "There is no such product in your catalog.";
            Refusal::new(RefusalCode::NotFound, &format!("lines.{place}.sku"), message)
        }
        Unpriced::Currencies(currencies) => {
            let message = format!("These products cost {}: place one order for each currency.", in_words(&currencies));
            Refusal::new(RefusalCode::Invalid, "lines", message)
        }
        Unpriced::TooMuch => {
            let currency = quotes.iter().flatten().map(|quote| quote.cost.currency).next();
            let most = currency.map(|currency| Money::new(MAX_MINOR, currency).amount()).unwrap_or_default();
            Refusal::new(RefusalCode::Invalid, "lines", format!("An order can cost at most {most}."))
        }
    })
}

fn lines(
    order: &order::Model,
    lines: &[NewLine],
    quotes: &[Option<Quoted>],
    prices: &Prices,
) -> Vec<order_line::ActiveModel> {
    let names = quotes.iter().map(|quote| quote.as_ref().map(|quote| quote.name.clone()).unwrap_or_default());
    let lines = (1..).zip(lines).zip(names).zip(&prices.amounts);
    let row = |(((number, line), name), amount): (((i32, &NewLine), String), &i64)| order_line::Model {
        owner_tenant_id: order.owner_tenant_id,
        order_id: order.id,
        number,
        sku: line.sku.clone(),
        name,
        quantity: line.quantity,
        amount_minor: *amount,
    };
    lines.map(|line| row(line).into_active_model()).collect()
}

async fn insert(
    change: &Transaction,
    order: &order::Model,
    lines: Vec<order_line::ActiveModel>,
    prices: &Prices,
) -> Result<(), ServiceError> {
    let own = change.in_tenant(order.owner_tenant_id);
    own.insert::<order::Entity>(order.clone().into_active_model()).await.map_err(|cause| taken(cause, order))?;
    own.insert_many::<order_line::Entity>(lines).await?;
    own.insert::<order_leg::Entity>(leg(change, order, 0, order.owner_tenant_id, prices).into_active_model()).await?;
    Ok(())
}

/// A new leg of `order`, from `buyer` to the company that holds it now.
pub(super) fn leg(
    change: &Transaction,
    order: &order::Model,
    hop: i32,
    buyer: TenantId,
    prices: &Prices,
) -> order_leg::Model {
    order_leg::Model {
        owner_tenant_id: order.owner_tenant_id,
        order_id: order.id,
        hop,
        buyer_tenant_id: buyer,
        seller_tenant_id: order.holder_tenant_id,
        status: OrderStatus::Placed,
        currency: prices.total.currency.code().to_owned(),
        amount_minor: prices.total.minor,
        unit_prices_minor: json!(prices.units),
        placed_at: change.now(),
    }
}

/// The only thing of an order that can be there already is its reference.
fn taken(cause: DbErr, order: &order::Model) -> ServiceError {
    match cause.sql_err() {
        Some(SqlErr::UniqueConstraintViolation(_)) => {
            let message = format!("You have an order {:?} already.", order.reference);
            ServiceError::refused(RefusalCode::Conflict, "reference", message)
        }
        _ => cause.into(),
    }
}

/// A name for an order whose placer gave none: random, so that it tells nothing of how many there are.
fn made_reference() -> String {
    const LENGTH: usize = 10;
    let random = public_id::suffix(Uuid::from_u128(rand::random()));
    let random = random[public_id::SUFFIX - LENGTH..].iter().map(|byte| char::from(byte.to_ascii_uppercase()));
    format!("ORD-{}", random.collect::<String>())
}
