//! Pages of orders.

use std::sync::Arc;

use async_graphql::{InputObject, Object, Result, SimpleObject};
use entity::{OrderId, Timestamp};
use uuid::Uuid;

use super::Order;
use crate::bus::contract::Listed;
use crate::bus::contract::orders::{self, OrderPlace, OrdersQuery};
use crate::graphql::context::Sight;
use crate::graphql::error::bad_user_input;
use crate::graphql::scalars::DateTime;
use crate::graphql::types::OrderStatus;
use crate::graphql::types::downline::PageInfo;
use crate::graphql::types::paging::{self, Paging};
use crate::graphql::types::user_error::not_answered;

/// Which orders a list shows: those for which all that is given holds.
#[derive(InputObject)]
pub struct OrderFilter {
    /// In one of these states.
    status: Option<Vec<OrderStatus>>,
    /// Whether it is the caller's reseller's turn.
    held_by_me: Option<bool>,
    /// Placed at this instant or later.
    placed_after: Option<DateTime>,
    /// Placed before this instant.
    placed_before: Option<DateTime>,
}

/// How many states a filter may name; there are seven.
const MAX_STATUSES: usize = 100;

/// Says of a cursor that it is one of a list of orders.
const KIND: u8 = b'o';

fn cursor(order: &orders::Order) -> String {
    paging::cursor(KIND, &[&order.placed_at.0.to_be_bytes()[..], order.id.0.as_bytes()].concat())
}

fn place(bytes: &[u8]) -> Option<OrderPlace> {
    let (placed_at, id) = bytes.split_first_chunk::<8>()?;
    let id = OrderId(Uuid::from_slice(id).ok()?);
    Some(OrderPlace { placed_at: Timestamp(i64::from_be_bytes(*placed_at)), id })
}

fn query(filter: Option<OrderFilter>, paging: Paging) -> Result<OrdersQuery> {
    let page = paging.of_module(KIND, place)?;
    let Some(OrderFilter { status, held_by_me, placed_after, placed_before }) = filter else {
        return Ok(OrdersQuery { status: None, held_by_me: None, placed_after: None, placed_before: None, page });
    };
    if status.as_ref().is_some_and(|states| states.len() > MAX_STATUSES) {
        return Err(bad_user_input("status", format_args!("at most {MAX_STATUSES} states")));
    }
    let status = status.map(|states| states.into_iter().map(Into::into).collect());
    let (placed_after, placed_before) = (placed_after.map(|at| at.0), placed_before.map(|at| at.0));
    Ok(OrdersQuery { status, held_by_me, placed_after, placed_before, page })
}

/// A page of orders.
pub struct OrderConnection {
    sight: Sight,
    page: Arc<Listed<orders::Order>>,
}

impl OrderConnection {
    /// The part of the list of the caller's company's orders that is asked for.
    ///
    /// # Errors
    /// `BAD_USER_INPUT`; `MODULE_UNAVAILABLE`.
    pub async fn of(sight: &Sight, filter: Option<OrderFilter>, paging: Paging) -> Result<Option<Self>> {
        let query = query(filter, paging)?;
        let page = sight.loaders.order_lists.load((sight.seat.tenant, query)).await;
        let page = page.map_err(|error| not_answered(&error))?;
        Ok(page.map(|page| Self { sight: sight.clone(), page }))
    }

    fn order(&self, order: &orders::Order) -> Order {
        Order { sight: self.sight.clone(), order: Arc::new(order.clone()) }
    }
}

/// A page of orders.
#[Object]
impl OrderConnection {
    /// The orders of the page, each with its cursor.
    async fn edges(&self) -> Result<Vec<OrderEdge>> {
        self.sight.spend(self.page.entries.len())?;
        let edge = |order: &orders::Order| OrderEdge { node: self.order(order), cursor: cursor(order) };
        Ok(self.page.entries.iter().map(edge).collect())
    }

    /// The orders of the page.
    async fn nodes(&self) -> Result<Vec<Order>> {
        self.sight.spend(self.page.entries.len())?;
        Ok(self.page.entries.iter().map(|order| self.order(order)).collect())
    }

    /// Where the page lies in the list.
    async fn page_info(&self) -> PageInfo {
        PageInfo::of(&self.page, cursor)
    }
}

/// An order in a list.
#[derive(SimpleObject)]
pub(super) struct OrderEdge {
    /// The order.
    node: Order,
    /// Its place in the list, for `after` and `before`.
    cursor: String,
}
