//! How well a part of the chain is.

use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject};

use super::Reseller;
use super::module::Module;
use super::paging::MAX_PAGE;
use crate::graphql::context::Sight;
use crate::graphql::error::{bad_user_input, internal};
use crate::graphql::id::parse;
use crate::graphql::scalars::DateTime;
use crate::network::health::{self, ModuleState, Reason};
use crate::tenancy::Scope;

/// How well something is.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "crate::bus::contract::network::HealthStatus")]
pub enum HealthStatus {
    /// Nothing is wrong.
    Healthy,
    /// Something is wrong; the rest works.
    Degraded,
    /// It does not work, or a part does not without which the rest soon will not.
    Critical,
}

/// What is wrong.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "crate::network::health::ReasonCode")]
pub enum HealthReasonCode {
    /// Resellers are frozen, by a freeze of their own or of one above them. CRITICAL where it is the one at the top, otherwise DEGRADED.
    Frozen,
    /// Resellers were switched off. CRITICAL where it is the one at the top, otherwise DEGRADED.
    Deactivated,
    /// Resellers that are ACTIVE, not frozen, and in the chain for longer placed no order on the last 30 days (UTC, today included). DEGRADED where they are more
    /// than half of those that are ACTIVE and not frozen, otherwise HEALTHY.
    Idle,
    /// Upline requests were granted, and could not be done, in the last 7 days. DEGRADED.
    UplineRequestFailed,
    /// Nobody has decided upline requests for more than 3 days. DEGRADED.
    UplineRequestWaiting,
    /// Orders of resellers that are there now were placed more than 14 days ago, and are neither delivered nor cancelled. DEGRADED.
    OrderLate,
    /// Modules can't answer. CRITICAL.
    ModuleUnavailable,
}

/// How well a reseller and its downline are.
pub struct ChainHealth {
    root: Reseller,
    health: health::ChainHealth,
}

impl ChainHealth {
    /// Of a reseller in sight.
    ///
    /// # Errors
    /// `QUERY_TOO_COMPLEX` where too many companies would be looked at; `FORBIDDEN` for who waits for approval.
    pub async fn of(root: Reseller) -> Result<Self> {
        let Reseller { sight, node } = &root;
        sight.approved()?;
        sight.visit(sight.chain.descendant_count(*node) + 1)?;
        let (healths, scope) = (&sight.loaders.services.healths, Scope::Tenant(sight.seat.tenant));
        let health = healths.of(&sight.chain, scope, root.tenant()).await.map_err(internal)?;
        let health = health.ok_or_else(|| internal("a company in sight is out of reach"))?;
        Ok(Self { root, health })
    }

    /// How well they are, in one word.
    pub fn in_one_word(&self) -> HealthStatus {
        self.health.status.into()
    }
}

/// How well a reseller and its whole downline are, and what is wrong.
#[Object]
impl ChainHealth {
    /// The reseller at the top.
    async fn root(&self) -> Reseller {
        self.root.clone()
    }

    /// The worst severity of the reasons; HEALTHY without any.
    async fn status(&self) -> HealthStatus {
        self.in_one_word()
    }

    /// When orders were last looked at for this: some seconds ago at most in a chain of up to 100,000. Resellers and modules are those of now.
    async fn checked_at(&self) -> DateTime {
        DateTime(self.health.checked_at)
    }

    /// What there is to tell, the worst first; at most one of each code.
    async fn reasons(&self) -> Vec<HealthReason> {
        let reason = |reason: &Reason| HealthReason { sight: self.root.sight.clone(), reason: reason.clone() };
        self.health.reasons.iter().map(reason).collect()
    }

    /// How many resellers are how.
    async fn counts(&self) -> HealthCounts {
        let health::Counts { total, active, frozen, deactivated, pending, idle } = self.health.counts;
        HealthCounts { total, active, frozen, deactivated, pending, idle }
    }

    /// The modules that the network asks.
    async fn modules(&self) -> Vec<ModuleHealth> {
        self.health.modules.iter().map(ModuleHealth::from).collect()
    }
}

/// Something that is wrong, or worth a look.
pub struct HealthReason {
    sight: Sight,
    reason: Reason,
}

/// Something that is wrong, or worth a look.
#[Object]
impl HealthReason {
    /// What.
    async fn code(&self) -> HealthReasonCode {
        self.reason.code.into()
    }

    /// How bad it is.
    async fn severity(&self) -> HealthStatus {
        self.reason.severity.into()
    }

    /// Of how many: resellers; by `ORDER_LATE` orders; by `UPLINE_REQUEST_FAILED` and `UPLINE_REQUEST_WAITING` requests; by `MODULE_UNAVAILABLE` modules.
    async fn count(&self) -> u64 {
        self.reason.count
    }

    /// The same in words, for people.
    async fn message(&self) -> &str {
        &self.reason.message
    }

    /// The first of the resellers that it is about, a parent before its children: by `FROZEN` those on which a freeze was put; by `ORDER_LATE` those that placed the orders; by
    /// `UPLINE_REQUEST_FAILED` and `UPLINE_REQUEST_WAITING` those that asked; by `MODULE_UNAVAILABLE` none.
    async fn resellers(
        &self,
        #[graphql(desc = "At most so many: 1 to 100.", default = 10)] first: i32,
    ) -> Result<Vec<Reseller>> {
        let size = usize::try_from(first).ok().filter(|size| (1..=MAX_PAGE).contains(size));
        let size = size.ok_or_else(|| bad_user_input("first", format_args!("a number from 1 to {MAX_PAGE}")))?;
        let companies = self.reason.companies.iter().take(size);
        self.sight.spend(companies.len())?;
        Ok(companies.map(|&node| Reseller { sight: self.sight.clone(), node }).collect())
    }
}

/// How many resellers are how, the one at the top included.
#[derive(SimpleObject)]
pub struct HealthCounts {
    /// All of them.
    total: u64,
    /// Those that are ACTIVE, frozen or not.
    active: u64,
    /// Those that have a freeze, or have one above them.
    frozen: u64,
    /// Those that are DEACTIVATED.
    deactivated: u64,
    /// Those that are PENDING.
    pending: u64,
    /// Those that are ACTIVE and not frozen, and placed no order on the last 30 days.
    idle: u64,
}

/// Whether a module can be asked.
#[derive(SimpleObject)]
pub struct ModuleHealth {
    /// The module.
    module: Module,
    /// Whether it is asked. One that fails several times in a row is not, for some seconds.
    available: bool,
    /// Since when this is so.
    since: DateTime,
    /// That a call of it has failed, where one has. The cause is in the server's log.
    last_error: Option<&'static str>,
}

impl From<&ModuleState> for ModuleHealth {
    fn from(state: &ModuleState) -> Self {
        let last_error = if !state.available {
            Some("It did not answer several times in a row. The cause is in the server's log.")
        } else if state.has_failed {
            Some("A call of it has failed. The cause is in the server's log.")
        } else {
            None
        };
        Self { module: state.module.into(), available: state.available, since: DateTime(state.since), last_error }
    }
}

/// Root fields about the health of the chain.
#[derive(Default)]
pub struct HealthQuery;

#[Object]
impl HealthQuery {
    /// How well a reseller and its whole downline are, and what is wrong. Null where the caller may not see that reseller, as for an id that was
    /// never issued.
    async fn chain_health(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The reseller at the top; without it the caller's own.")] root_id: Option<ID>,
    ) -> Option<Result<ChainHealth>> {
        chain_health(ctx, root_id.as_ref()).await.transpose()
    }
}

async fn chain_health(ctx: &Context<'_>, root_id: Option<&ID>) -> Result<Option<ChainHealth>> {
    let root_id = root_id.map(|id| parse("rootId", id)).transpose()?;
    let sight = Sight::of(ctx)?;
    let Some(node) = root_id.map_or(Some(sight.own), |id| sight.find(id)) else { return Ok(None) };
    ChainHealth::of(Reseller { sight, node }).await.map(Some)
}
