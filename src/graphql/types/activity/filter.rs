//! Which events a feed shows.

use async_graphql::{Enum, ID, InputObject, Result};

use crate::graphql::error::bad_user_input;
use crate::graphql::id::parse;
use crate::graphql::scalars::DateTime;
use crate::graphql::types::module::Module;
use crate::network::activity;

/// Which events a feed shows: those for which all that is given holds.
#[derive(Default, InputObject)]
pub struct ActivityFilter {
    /// Published by one of these modules.
    modules: Option<Vec<Module>>,
    /// Of one of these types, such as `ResellerOrders.chain_order.delivered`; at most 100.
    types: Option<Vec<String>>,
    /// About this reseller.
    subject_id: Option<ID>,
    /// About resellers that were so near to the one whose feed it is.
    scope: Option<ActivityScope>,
    /// Recorded at this instant or later.
    since: Option<DateTime>,
    /// Recorded before this instant.
    until: Option<DateTime>,
}

/// How near an event's subject was to the reseller whose feed it is.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "activity::ActivityScope")]
pub enum ActivityScope {
    /// It was that reseller itself.
    Own,
    /// It was that reseller, one directly below it, or its parent.
    Children,
    /// It was that reseller, anyone below it, or its parent.
    Downline,
}

/// How many types, or modules, a filter may name.
const MAX_NAMES: usize = 100;

impl ActivityFilter {
    /// The filter of a feed.
    ///
    /// # Errors
    /// `BAD_USER_INPUT`.
    pub fn checked(self) -> Result<activity::ActivityFilter> {
        let Self { modules, types, subject_id, scope, since, until } = self;
        let too_many = |field: &str| bad_user_input(field, format_args!("at most {MAX_NAMES} of them"));
        if types.as_ref().is_some_and(|types| types.len() > MAX_NAMES) {
            return Err(too_many("types"));
        }
        if modules.as_ref().is_some_and(|modules| modules.len() > MAX_NAMES) {
            return Err(too_many("modules"));
        }
        Ok(activity::ActivityFilter {
            modules: modules.map(|modules| modules.into_iter().map(Into::into).collect()),
            types,
            subject: subject_id.map(|id| parse("subjectId", &id)).transpose()?,
            scope: scope.map(Into::into).unwrap_or_default(),
            since: since.map(|since| since.0),
            until: until.map(|until| until.0),
        })
    }
}
