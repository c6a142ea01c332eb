//! Placing orders, and moving them on.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use entity::OrderId;

use super::Order;
use crate::bus::Alias;
use crate::bus::contract::orders::{Advance, NewLine, NewOrder, Place, Step};
use crate::graphql::context::RequestContext;
use crate::graphql::id::parse;
use crate::graphql::types::OrderStatus;
use crate::graphql::types::user_error::{IntoOutcome, UserError};

/// An order for the company above.
#[derive(InputObject)]
pub(super) struct PlaceOrderInput {
    /// What is ordered: 1 to 500 products, each once.
    lines: Vec<OrderLineInput>,
    /// What the placer calls it, in at most 100 characters: unique among its orders. Without one it gets a name.
    reference: Option<String>,
    /// A key of the caller's, new for each order: sent again with the same input, it answers with the order that there is.
    idempotency_key: String,
}

/// What is ordered of one product.
#[derive(InputObject)]
pub(super) struct OrderLineInput {
    /// The product's number in the trade.
    sku: String,
    /// How many: 1 to 1,000,000.
    quantity: i32,
}

/// What became of a new order.
#[derive(SimpleObject)]
pub(super) struct PlaceOrderPayload {
    /// The order. Null where it was not placed.
    order: Option<Result<Order>>,
    /// Why it was not placed; empty where it was.
    user_errors: Vec<UserError>,
}

/// A step of an order.
#[derive(InputObject)]
pub(super) struct AdvanceOrderInput {
    /// The order.
    id: ID,
    /// Where to. A holder takes it in (`AWAITING_FORWARD`) and passes it on (`FORWARDED`); the company at the top confirms, ships and delivers it. The
    /// holder may cancel it before it is delivered, its placer before it is confirmed.
    to: OrderStatus,
    /// What there is to say about it, in at most 500 characters.
    note: Option<String>,
}

/// What became of a step.
#[derive(SimpleObject)]
pub(super) struct AdvanceOrderPayload {
    /// The order as it is now. Null where nothing was done.
    order: Option<Result<Order>>,
    /// Why nothing was done; empty where it was.
    user_errors: Vec<UserError>,
}

/// What became of an order, for which `A` was called.
async fn changed<A: Alias<Answer = OrderId>>(
    ctx: &Context<'_>,
    args: A::Args,
) -> Result<(Option<Result<Order>>, Vec<UserError>)> {
    let context = RequestContext::of(ctx)?;
    let sight = context.sight()?;
    match sight.loaders.services.bus.call::<A>(sight.loaders.actor, args).await.outcome()? {
        Ok(id) => {
            context.look_again();
            Ok((Order::find(&context.sight()?, id).await.transpose(), Vec::new()))
        }
        Err(error) => Ok((None, vec![error])),
    }
}

/// Changes of orders.
#[derive(Default)]
pub struct OrderMutation;

#[Object]
impl OrderMutation {
    /// Orders from the nearest active company above, at what the caller's reseller pays now. For an ADMIN.
    async fn place_order(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is ordered.")] input: PlaceOrderInput,
    ) -> Result<PlaceOrderPayload> {
        let line = |line: OrderLineInput| NewLine { sku: line.sku, quantity: line.quantity.into() };
        let PlaceOrderInput { lines, reference, idempotency_key } = input;
        let new = NewOrder { lines: lines.into_iter().map(line).collect(), reference, idempotency_key };
        let (order, user_errors) = changed::<Place>(ctx, new).await?;
        Ok(PlaceOrderPayload { order, user_errors })
    }

    /// Takes an order one step on, or cancels it. For an ADMIN of the reseller whose turn it is; where that is deactivated, of the next active one
    /// above it.
    async fn advance_order(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The order, and where to.")] input: AdvanceOrderInput,
    ) -> Result<AdvanceOrderPayload> {
        let step = Step { id: parse("input.id", &input.id)?, to: input.to.into(), note: input.note };
        let (order, user_errors) = changed::<Advance>(ctx, step).await?;
        Ok(AdvanceOrderPayload { order, user_errors })
    }
}
