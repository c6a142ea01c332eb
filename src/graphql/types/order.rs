//! Orders on their way up the chain, as a company that takes part in them sees them.

mod changes;
mod connection;

use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result};
use entity::{OrderId, TenantId};

pub use self::changes::OrderMutation;
pub use self::connection::{OrderConnection, OrderFilter};
use super::money::Money;
use super::paging::Paging;
use super::user_error::not_answered;
use super::{OrderStatus, ResellerReference};
use crate::bus::contract::orders;
use crate::graphql::context::Sight;
use crate::graphql::error::internal;
use crate::graphql::id::{global, parse};
use crate::graphql::scalars::DateTime;

/// An order.
#[derive(Clone)]
pub struct Order {
    sight: Sight,
    order: Arc<orders::Order>,
}

impl Order {
    /// The order of this id, if the caller's company takes part in it.
    ///
    /// # Errors
    /// `MODULE_UNAVAILABLE`.
    pub async fn find(sight: &Sight, id: OrderId) -> Result<Option<Self>> {
        let order = sight.loaders.orders.load(id).await.map_err(|error| not_answered(&error))?;
        Ok(order.map(|order| Self { sight: sight.clone(), order }))
    }
}

/// An order on its way up the chain, as a reseller that takes part in it sees it: its placer with what it pays, all others with what they sell for.
#[Object]
impl Order {
    /// The order's id.
    pub async fn id(&self) -> ID {
        global(self.order.id)
    }

    /// What its placer calls it.
    async fn reference(&self) -> &str {
        &self.order.reference
    }

    /// How far it is.
    async fn status(&self) -> OrderStatus {
        self.order.status.into()
    }

    /// Who placed it.
    async fn placed_by(&self) -> Result<ResellerReference> {
        party(&self.sight, self.order.placed_by)
    }

    /// Whose turn it is.
    async fn holder(&self) -> Result<ResellerReference> {
        party(&self.sight, self.order.holder)
    }

    /// When it was placed.
    async fn placed_at(&self) -> DateTime {
        DateTime(self.order.placed_at)
    }

    /// What all of it costs on the first leg that the caller's reseller takes part in.
    async fn total(&self) -> Money {
        self.order.total.into()
    }

    /// What it is for, at most 500 products.
    async fn lines(&self) -> Result<Vec<OrderLine<'_>>> {
        self.sight.spend(self.order.lines.len())?;
        Ok(self.order.lines.iter().map(OrderLine).collect())
    }

    /// The legs on which the caller's reseller buys or sells, from the placer upwards.
    async fn legs(&self) -> Result<Vec<OrderLeg<'_>>> {
        self.sight.spend(self.order.legs.len())?;
        Ok(self.order.legs.iter().map(|leg| OrderLeg { sight: &self.sight, leg }).collect())
    }
}

/// What an order has of one product.
pub struct OrderLine<'o>(&'o orders::Line);

/// What an order has of one product, at the price at which the caller's reseller buys or sells it.
#[Object]
impl OrderLine<'_> {
    /// The product's number in the trade.
    async fn sku(&self) -> &str {
        &self.0.sku
    }

    /// The product's name when the order was placed.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// How many.
    async fn quantity(&self) -> i64 {
        self.0.quantity
    }

    /// The price of one. Of an imported order, the amount by the quantity, rounded half to even.
    async fn unit_price(&self) -> Money {
        self.0.unit_price.into()
    }

    /// The price of all.
    async fn amount(&self) -> Money {
        self.0.amount.into()
    }
}

/// One hop of an order.
pub struct OrderLeg<'o> {
    sight: &'o Sight,
    leg: &'o orders::Leg,
}

/// One hop of an order: who buys from whom.
#[Object]
impl OrderLeg<'_> {
    /// Who buys.
    async fn from(&self) -> Result<ResellerReference> {
        party(self.sight, self.leg.from)
    }

    /// Who sells.
    async fn to(&self) -> Result<ResellerReference> {
        party(self.sight, self.leg.to)
    }

    /// How far this hop is: FORWARDED once its seller has passed the order on; from CONFIRMED on the same as the order.
    async fn status(&self) -> OrderStatus {
        self.leg.status.into()
    }

    /// What the buyer pays the seller.
    async fn total(&self) -> Money {
        self.leg.total.into()
    }

    /// When it was made.
    async fn at(&self) -> DateTime {
        DateTime(self.leg.at)
    }
}

fn party(sight: &Sight, company: TenantId) -> Result<ResellerReference> {
    ResellerReference::to_party(sight, company).ok_or_else(|| internal(format!("the chain has no {company} yet")))
}

/// Root fields about orders.
#[derive(Default)]
pub struct OrderQuery;

#[Object]
impl OrderQuery {
    /// The order of this id, where the caller's reseller takes part in it: placed it, or bought or sold on its way. Null for any other, as for an id
    /// that was never issued.
    async fn order(&self, ctx: &Context<'_>, #[graphql(desc = "An Order's id.")] id: ID) -> Option<Result<Order>> {
        find(ctx, &id).await.transpose()
    }

    /// The orders that the caller's reseller placed or now holds, newest first. Null where the module cannot answer.
    #[expect(clippy::too_many_arguments, reason = "the arguments of the API's field")]
    async fn orders(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those for which all of this holds.")] filter: Option<OrderFilter>,
        #[graphql(desc = "At most so many from the beginning: 1 to 100, 20 where neither first nor last is given.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many from the end: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Option<Result<OrderConnection>> {
        let paging = Paging { first, after, last, before };
        match Sight::of(ctx) {
            Ok(sight) => OrderConnection::of(&sight, filter, paging).await.transpose(),
            Err(error) => Some(Err(error)),
        }
    }
}

async fn find(ctx: &Context<'_>, id: &ID) -> Result<Option<Order>> {
    let id = parse("id", id)?;
    Order::find(&Sight::of(ctx)?, id).await
}
