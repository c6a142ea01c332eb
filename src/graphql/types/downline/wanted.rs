//! What a client says of the listing that it wants.

use async_graphql::{Enum, Error, InputObject, Result};

use crate::graphql::context::Sight;
use crate::graphql::error::bad_user_input;
use crate::graphql::scalars::DateTime;
use crate::graphql::types::reseller::ResellerStatus;
use crate::network::downline::{Direction, Filter, Order, OrderField, Query};

/// Which resellers a list shows: those for which all that is given holds.
#[derive(InputObject)]
pub struct ResellerFilter {
    /// In one of these statuses.
    status: Option<Vec<ResellerStatus>>,
    /// Frozen, by an own freeze or one above; or not frozen.
    frozen: Option<bool>,
    /// Joined at this instant or later.
    joined_after: Option<DateTime>,
    /// Joined before this instant.
    joined_before: Option<DateTime>,
    /// At least so many steps below the caller's own reseller.
    min_depth: Option<i32>,
    /// At most so many steps below the caller's own reseller.
    max_depth: Option<i32>,
}

/// What a list is sorted by. Where that is equal, the id decides.
#[derive(InputObject)]
pub struct ResellerOrder {
    /// What is compared.
    field: ResellerOrderField,
    /// Which end comes first.
    #[graphql(default_with = "SortDirection::Asc")]
    direction: SortDirection,
}

/// What is compared.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "OrderField")]
pub enum ResellerOrderField {
    /// The name, without regard to case.
    Name,
    /// When the reseller joined the chain.
    JoinedAt,
    /// How many resellers are below it.
    DescendantCount,
}

/// Which end of an order comes first.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
pub enum SortDirection {
    /// The smallest.
    Asc,
    /// The largest.
    Desc,
}

/// How many statuses a filter may name; there are three.
const MAX_STATUSES: usize = 100;

/// The listing that is asked for.
///
/// # Errors
/// `BAD_USER_INPUT` for a depth below 0, and for too many statuses.
pub fn query(
    sight: &Sight,
    search: Option<String>,
    filter: Option<ResellerFilter>,
    order: Option<ResellerOrder>,
) -> Result<Query> {
    let filter = filter.map(|filter| filter.of_chain(sight)).transpose()?.unwrap_or_default();
    let order = order.map(|order| Order {
        field: order.field.into(),
        direction: match order.direction {
            SortDirection::Asc => Direction::Ascending,
            SortDirection::Desc => Direction::Descending,
        },
    });
    Ok(Query { search, filter, order })
}

impl ResellerFilter {
    /// The same with depths below the root of the whole chain.
    fn of_chain(self, sight: &Sight) -> Result<Filter> {
        let depth = |field, depth: Option<i32>| {
            let wrong = |_| bad_user_input(field, "a number from 0");
            let depth = depth.map(u32::try_from).transpose().map_err(wrong)?;
            Ok::<_, Error>(depth.map(|depth| depth.saturating_add(sight.chain.depth(sight.own))))
        };
        // The library reads a list anew for each mention of the field: a long one ends the request at the first.
        if self.status.as_ref().is_some_and(|statuses| statuses.len() > MAX_STATUSES) {
            return Err(bad_user_input("status", format_args!("at most {MAX_STATUSES} statuses")));
        }
        Ok(Filter {
            status: self.status.map(|status| status.into_iter().map(Into::into).collect()),
            frozen: self.frozen,
            joined_after: self.joined_after.map(|at| at.0),
            joined_before: self.joined_before.map(|at| at.0),
            min_depth: depth("minDepth", self.min_depth)?,
            max_depth: depth("maxDepth", self.max_depth)?,
        })
    }
}
