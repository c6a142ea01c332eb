//! The one way from a company's scope to central scope and back: what was asked is decided on by the settings of the company above and carried out by the
//! modules, in nobody's scope; what came of it is written in the scope of the company that asked.
//!
//! Nothing else in this program lets what a company asks reach above it. What goes up is a stored request, whose action is one of a closed list with
//! checked particulars; what comes down is the result of that action.
//!
//! Each step claims the request for a while, does one thing, and says in one transaction with it what comes next. Who is killed before that leaves the
//! request as it was, and the step is done again once the claim has run out. So modules are told which request it is for, and do nothing for it twice; an order
//! that its holder has passed on is where it was to go.

use std::sync::Arc;

use entity::{
    OrderId, TenantId, TenantStatus, Timestamp, UplineDecision, UplineRequestId, UplineRequestStatus, upline_request,
};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition};

use super::steps::{Decision, Next, ask_next, decide, go};
use super::{Asked, Ended, Granted, UplineRequests, store};
use crate::bus::contract::catalog::{GrantCategory, RequestAccess};
use crate::bus::contract::finance::{GrantCredit, RequestCredit};
use crate::bus::contract::orders::{Forward, Forwarded, GetOrders};
use crate::bus::{Alias, CallError};
use crate::error::{Fault, Refusal, RefusalCode};
use crate::events::Transaction;
use crate::network::settings::ApprovalMode;
use crate::tenancy::{Actor, Line, Scope};

/// How long a step may take before another process does it.
const CLAIMED_FOR: time::Duration = time::Duration::seconds(30);

/// Until when nobody else looks at a request that is claimed now.
pub(super) fn claimed_until(now: Timestamp) -> Timestamp {
    Timestamp::from(now.to_utc() + CLAIMED_FOR)
}

impl UplineRequests {
    /// Takes a request that was stored claimed as far as it goes without a person. What fails is left to [`work`](Self::work).
    pub(super) async fn carry_on_now(self: &Arc<Self>, id: UplineRequestId) {
        // Whoever stops waiting for the answer does not stop what was begun.
        let requests = self.clone();
        let carried = tokio::spawn(async move { requests.carry_on(id).await }).await;
        if let Err(fault) = carried.unwrap_or_else(|stopped| Err(stopped.into())) {
            tracing::error!(request = %id, %fault, "an upline request cannot go on now; it is tried again");
        }
    }

    /// Takes a request as far as it goes without a person, where that is to be done now and nobody else does it.
    ///
    /// # Errors
    /// Where a step failed: it is done again later.
    pub(super) async fn carry_on_if_due(&self, id: UplineRequestId) -> Result<(), Fault> {
        if self.claim(id).await? { self.carry_on(id).await } else { Ok(()) }
    }

    /// Takes a request that is claimed as far as it goes without a person.
    async fn carry_on(&self, id: UplineRequestId) -> Result<(), Fault> {
        let mut goes_on = true;
        while goes_on {
            let Some(row) = store::request(self.central.reader(), id).await? else { return Ok(()) };
            goes_on = match row.status {
                UplineRequestStatus::Pending if row.expires_at <= self.clock.now() => self.expire(&row).await?,
                UplineRequestStatus::Pending => self.decide_by_settings(&row).await?,
                UplineRequestStatus::Processing => self.carry_out(&row).await?,
                _ => false,
            };
        }
        Ok(())
    }

    /// Claims a request, where there is something to be done about it now and nobody else does it. Answers whether it did.
    async fn claim(&self, id: UplineRequestId) -> Result<bool, Fault> {
        let Some(row) = store::request(self.central.reader(), id).await? else { return Ok(false) };
        let now = self.clock.now();
        let Some(due_at) = row.due_at.filter(|due_at| *due_at <= now) else { return Ok(false) };
        let as_read = Condition::all()
            .add(upline_request::Column::Id.eq(id))
            .add(upline_request::Column::DueAt.eq(due_at))
            .add(upline_request::Column::Status.eq(row.status));
        let change = self.log.begin(Actor::central()).await?;
        let columns = [(upline_request::Column::DueAt, Expr::value(claimed_until(now)))];
        let own = change.in_tenant(row.owner_tenant_id);
        let claimed = own.update_many::<upline_request::Entity>(columns, as_read).await? > 0;
        change.commit().await?;
        Ok(claimed)
    }

    /// A change on behalf of the company that asked: what central code has done for it.
    async fn begin(&self, row: &upline_request::Model) -> Result<Transaction, Fault> {
        let actor = Actor { scope: Scope::Tenant(row.owner_tenant_id), person: row.person_id, ..Actor::central() };
        let mut change = self.log.begin(actor).await?;
        change.share_chain().await?;
        Ok(change)
    }

    /// Does what the settings of the company that is asked say: at once, not without a person, or by its own upline. Answers whether the request goes on.
    async fn decide_by_settings(&self, row: &upline_request::Model) -> Result<bool, Fault> {
        let asked = store::asked(row)?;
        let mut change = self.begin(row).await?;
        let Some((decider, line)) = decider(&change, row).await? else {
            let why = "Your company was moved, or no company above it is active any more: ask again.";
            return self.end(change, row, Ended::Failed(Refusal::new(RefusalCode::Conflict, "", why))).await;
        };
        let rules = self.settings.forwarding(&[decider]).await?.remove(&decider).unwrap_or_default();
        let goes_on = match (rules.decision(row.action, asked.amount()), line.active_upline()) {
            (ApprovalMode::Auto, _) => grant(&mut change, row).await?,
            (ApprovalMode::Forward, Some(next)) => pass_on(&mut change, row, next).await?,
            // Nobody is above the one at the top.
            (ApprovalMode::Manual, _) | (ApprovalMode::Forward, None) => {
                let wait = Next { due_at: Some(row.expires_at), ..Next::end(row, row.status) };
                go(&mut change, row, wait).await?;
                false
            }
        };
        change.commit_and_show().await?;
        Ok(goes_on)
    }

    /// Has the modules do what was granted. That is the end of the request.
    async fn carry_out(&self, row: &upline_request::Model) -> Result<bool, Fault> {
        let owner = row.owner_tenant_id;
        let done = match store::asked(row)? {
            Asked::ForwardOrder { order, reference, note, .. } => {
                let forwarded = self.call::<Forward>(owner, Forwarded { id: order, note }).await;
                self.holder_after(owner, order, forwarded.map(drop))
                    .await
                    .map(|holder| Granted::ForwardOrder { reference, holder })
            }
            Asked::RequestCatalogAccess { category, .. } => {
                let grant = GrantCategory { category: category.clone(), request: row.id };
                self.call::<RequestAccess>(owner, grant).await.map(|()| Granted::RequestCatalogAccess { category })
            }
            Asked::RequestCredit { amount, .. } => {
                let grant = GrantCredit { amount, request: row.id };
                self.call::<RequestCredit>(owner, grant).await.map(|limit| Granted::RequestCredit { limit })
            }
        };
        let ended = match done {
            Ok(granted) => Ended::Granted(granted),
            Err(CallError::Refused(refusal)) => Ended::Failed(refusal),
            Err(CallError::OutOfReach) => {
                Ended::Failed(Refusal::new(RefusalCode::NotFound, "", "It is not there any more."))
            }
            // Worth another try, as long as anybody may still wait for it.
            Err(CallError::Unavailable(cause)) if row.expires_at > self.clock.now() => {
                return Err(Fault::Module(cause.cause));
            }
            Err(CallError::Unavailable(_)) => {
                let why = "What was granted could not be done in time: ask again.";
                Ended::Failed(Refusal::new(RefusalCode::Expired, "", why))
            }
        };
        let change = self.begin(row).await?;
        self.end(change, row, ended).await
    }

    async fn call<A: Alias>(&self, owner: TenantId, args: A::Args) -> Result<A::Answer, CallError> {
        self.bus.call_in_tenant::<A>(Actor::central(), owner, args).await
    }

    /// Who holds an order after its holder `owner` was to pass it on, as `forwarded` says: where that was done before, it is refused now.
    async fn holder_after(
        &self,
        owner: TenantId,
        order: OrderId,
        forwarded: Result<(), CallError>,
    ) -> Result<TenantId, CallError> {
        let seen = self.call::<GetOrders>(owner, vec![order]).await?.pop();
        let holder = seen.map(|order| order.holder).filter(|holder| self.is_above(*holder, owner));
        match (forwarded, holder) {
            (Ok(()) | Err(CallError::Refused(_)), Some(holder)) => Ok(holder),
            (Ok(()), None) => Err(CallError::OutOfReach),
            (Err(why), _) => Err(why),
        }
    }

    fn is_above(&self, above: TenantId, company: TenantId) -> bool {
        let chain = self.topology.current();
        let nodes = (chain.find(above), chain.find(company));
        matches!(nodes, (Some(above), Some(company)) if above != company && chain.is_at_or_above(above, company))
    }

    async fn end(&self, mut change: Transaction, row: &upline_request::Model, ended: Ended) -> Result<bool, Fault> {
        let status = match ended {
            Ended::Granted(_) => UplineRequestStatus::Completed,
            Ended::Failed(_) => UplineRequestStatus::Failed,
        };
        go(&mut change, row, Next { ended: Some(ended), ..Next::end(row, status) }).await?;
        change.commit_and_show().await?;
        Ok(false)
    }

    async fn expire(&self, row: &upline_request::Model) -> Result<bool, Fault> {
        let mut change = self.begin(row).await?;
        go(&mut change, row, Next::end(row, UplineRequestStatus::Expired)).await?;
        change.commit_and_show().await?;
        Ok(false)
    }
}

/// Grants what is asked, as the settings of the company that is asked say.
async fn grant(change: &mut Transaction, row: &upline_request::Model) -> Result<bool, Fault> {
    let next = Next::processing(row, change.now());
    let is_granted = go(change, row, next).await?;
    if is_granted {
        decide(change, row, Decision::by_settings(UplineDecision::Auto)).await?;
    }
    Ok(is_granted)
}

/// Asks `next` in place of the company that was asked so far.
async fn pass_on(change: &mut Transaction, row: &upline_request::Model, next: TenantId) -> Result<bool, Fault> {
    let due_at = Some(claimed_until(change.now()));
    let is_passed_on = go(change, row, Next { status: row.status, target: next, ended: None, due_at }).await?;
    if is_passed_on {
        decide(change, row, Decision::by_settings(UplineDecision::Forwarded)).await?;
        let number = store::hops(change.db(), &[row.id]).await?.len();
        ask_next(change, row, i32::try_from(number).unwrap_or(i32::MAX), next).await?;
    }
    Ok(is_passed_on)
}

/// Who decides about `row` now, and its line: the company that is asked, or, where that was switched off, the next active one above it. Nothing where that
/// is not above the company that asked any more.
pub(super) async fn decider(
    change: &Transaction,
    row: &upline_request::Model,
) -> Result<Option<(TenantId, Line)>, Fault> {
    let Some(mut line) = Line::of(change.db(), row.target_tenant_id).await? else { return Ok(None) };
    if line.own().status != TenantStatus::Active {
        let Some(stand_in) = line.active_upline() else { return Ok(None) };
        let Some(upwards) = Line::of(change.db(), stand_in).await? else { return Ok(None) };
        line = upwards;
    }
    let decider = line.own().id;
    let asking = Line::of(change.db(), row.owner_tenant_id).await?;
    let is_above = asking.is_some_and(|asking| asking.own().id != decider && asking.has_at_or_above(decider));
    Ok(is_above.then_some((decider, line)))
}
