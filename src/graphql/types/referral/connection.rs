//! Pages of referral codes.

use std::sync::Arc;

use async_graphql::{InputObject, Object, Result, SimpleObject};
use entity::ReferralCodeId;
use uuid::Uuid;

use super::{ReferralCode, ReferralCodeStatus};
use crate::bus::contract::admin::{self, ListedReferralCodes, ReferralCodesQuery};
use crate::graphql::context::Sight;
use crate::graphql::error::bad_user_input;
use crate::graphql::types::downline::PageInfo;
use crate::graphql::types::paging::{self, Paging};
use crate::graphql::types::user_error::not_answered;

/// Which referral codes a list shows: those for which all that is given holds.
#[derive(InputObject)]
pub(super) struct ReferralCodeFilter {
    /// In one of these states.
    status: Option<Vec<ReferralCodeStatus>>,
}

/// How many states a filter may name; there are four.
const MAX_STATUSES: usize = 100;

/// Says of a cursor that it is one of a list of referral codes.
const KIND: u8 = b'r';

fn cursor(code: &admin::ReferralCode) -> String {
    paging::cursor(KIND, code.id.0.as_bytes())
}

fn place(bytes: &[u8]) -> Option<ReferralCodeId> {
    Uuid::from_slice(bytes).ok().map(ReferralCodeId)
}

fn query(filter: Option<ReferralCodeFilter>, paging: Paging) -> Result<ReferralCodesQuery> {
    let page = paging.of_module(KIND, place)?;
    let status = filter.and_then(|filter| filter.status);
    if status.as_ref().is_some_and(|states| states.len() > MAX_STATUSES) {
        return Err(bad_user_input("filter.status", format_args!("at most {MAX_STATUSES} states")));
    }
    let statuses = status.map(|states| states.into_iter().map(Into::into).collect());
    Ok(ReferralCodesQuery { statuses, page })
}

/// A page of referral codes.
pub(super) struct ReferralCodeConnection {
    sight: Sight,
    listed: Arc<ListedReferralCodes>,
}

impl ReferralCodeConnection {
    /// The part of the list of the caller's company's codes that is asked for.
    ///
    /// # Errors
    /// `BAD_USER_INPUT`; `MODULE_UNAVAILABLE`.
    pub(super) async fn of(sight: &Sight, filter: Option<ReferralCodeFilter>, paging: Paging) -> Result<Option<Self>> {
        let query = query(filter, paging)?;
        let listed = sight.loaders.referral_code_lists.load((sight.seat.tenant, query)).await;
        let listed = listed.map_err(|error| not_answered(&error))?;
        Ok(listed.map(|listed| Self { sight: sight.clone(), listed }))
    }

    fn code(&self, code: &admin::ReferralCode) -> ReferralCode {
        ReferralCode { sight: self.sight.clone(), code: Arc::new(code.clone()) }
    }
}

/// A page of referral codes.
#[Object]
impl ReferralCodeConnection {
    /// The codes of the page, each with its cursor.
    async fn edges(&self) -> Result<Vec<ReferralCodeEdge>> {
        let codes = &self.listed.page.entries;
        self.sight.spend(codes.len())?;
        Ok(codes.iter().map(|code| ReferralCodeEdge { node: self.code(code), cursor: cursor(code) }).collect())
    }

    /// The codes of the page.
    async fn nodes(&self) -> Result<Vec<ReferralCode>> {
        let codes = &self.listed.page.entries;
        self.sight.spend(codes.len())?;
        Ok(codes.iter().map(|code| self.code(code)).collect())
    }

    /// Where the page lies in the list.
    async fn page_info(&self) -> PageInfo {
        PageInfo::of(&self.listed.page, cursor)
    }

    /// How many codes the whole list has.
    async fn total_count(&self) -> u64 {
        self.listed.total
    }
}

/// A referral code in a list.
#[derive(SimpleObject)]
pub(super) struct ReferralCodeEdge {
    /// The code.
    node: ReferralCode,
    /// Its place in the list, for `after` and `before`.
    cursor: String,
}
