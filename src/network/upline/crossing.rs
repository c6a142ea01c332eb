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

use entity::{OrderId, TenantId, Timestamp, UplineDecision, UplineRequestId, UplineRequestStatus, upline_request};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition};

use super::rules::{decider, may_receive};
use super::steps::{Decision, Next, decide, go, pass_on};
use super::{Asked, Ended, Granted, UplineRequests, store};
use crate::bus::CallError;
use crate::bus::contract::admin::{GenerateReferralCode, NewReferralCode};
use crate::bus::contract::catalog::{GrantCategory, RequestAccess};
use crate::bus::contract::finance::{GrantCredit, RequestCredit};
use crate::bus::contract::orders::{Forward, Forwarded, GetOrders};
use crate::error::{Fault, Refusal, RefusalCode};
use crate::events::Transaction;
use crate::network::settings::ApprovalMode;
use crate::tenancy::{Actor, Line, Scope};

/// How long a step may take before another process does it.
const CLAIMED_FOR: time::Duration = time::Duration::seconds(30);

/// When a request of a company that is frozen or switched off is looked at again.
const LOOKED_AT_AGAIN: time::Duration = time::Duration::minutes(5);

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

    /// A change on behalf of the company that asked, by nobody: what central code has done for it.
    async fn begin(&self, row: &upline_request::Model) -> Result<Transaction, Fault> {
        let actor = Actor { scope: Scope::Tenant(row.owner_tenant_id), ..Actor::central() };
        let mut change = self.log.begin(actor).await?;
        change.share_chain().await?;
        Ok(change)
    }

    /// Does what the settings of the company that is asked say: at once, not without a person, or by its own upline. Answers whether the request goes on.
    async fn decide_by_settings(&self, row: &upline_request::Model) -> Result<bool, Fault> {
        let asked = store::asked(row)?;
        let mut change = self.begin(row).await?;
        if !may_receive(&change, row).await? {
            return wait(change, row).await;
        }
        let Some((decider, line)) = decider(&change, row).await? else {
            let why = "Your company was moved, or no company above it is active any more: ask again.";
            return end(change, row, Ended::Failed(Refusal::new(RefusalCode::Conflict, "", why))).await;
        };
        let goes_on = if decider == row.target_tenant_id {
            let rules = self.settings.forwarding(&[decider]).await?.remove(&decider).unwrap_or_default();
            match (rules.decision(row.action, asked.amount()), line.active_upline()) {
                (ApprovalMode::Auto, _) => grant(&mut change, row).await?,
                (ApprovalMode::Forward, Some(next)) => pass_on(&mut change, row, next).await?,
                // Nobody is above the one at the top.
                (ApprovalMode::Manual, _) | (ApprovalMode::Forward, None) => {
                    let next = Next { due_at: Some(row.expires_at), ..Next::end(row, row.status) };
                    go(&mut change, row, next).await?;
                    false
                }
            }
        } else {
            // The company that was asked was switched off.
            pass_on(&mut change, row, decider).await?
        };
        change.commit_and_show().await?;
        Ok(goes_on)
    }

    /// Has the modules do what was granted, on behalf of the nearest active company above. That is the end of the request.
    async fn carry_out(&self, row: &upline_request::Model) -> Result<bool, Fault> {
        let asked = store::asked(row)?;
        let change = self.begin(row).await?;
        if !may_receive(&change, row).await? {
            return wait(change, row).await;
        }
        let nearest = Line::of(change.db(), row.owner_tenant_id).await?.and_then(|line| line.active_upline());
        let hops = store::hops(change.db(), &[row.id]).await?;
        // Nothing was written: modules have transactions of their own.
        drop(change);
        let was_asked = |company: &TenantId| hops.iter().any(|hop| hop.tenant_id == *company);
        // Where the company was moved, what was done before that counts, and nothing is done any more: the module refuses whoever is not the nearest.
        let by = nearest.filter(was_asked).or_else(|| hops.first().map(|hop| hop.tenant_id));
        let by = by.ok_or_else(|| Fault::Row(format!("the upline request {} was put to nobody", row.id)))?;
        let actor = Actor { person: hops.last().and_then(|hop| hop.person_id), ..Actor::central() };
        let done = self.have_done(row, asked, actor, by).await;
        let ended = match done {
            Ok(granted) => Ended::Granted(granted),
            // Its field is one of the module's input, and not of what was asked.
            Err(CallError::Refused(refusal)) => Ended::Failed(Refusal { field: Vec::new(), ..refusal }),
            Err(CallError::OutOfReach) => {
                Ended::Failed(Refusal::new(RefusalCode::NotFound, "", "It is not there any more."))
            }
            // Whether it was done is not known: it is asked again until there is an answer.
            Err(CallError::Unavailable(unavailable)) => return Err(unavailable.into()),
        };
        end(self.begin(row).await?, row, ended).await
    }

    async fn have_done(
        &self,
        row: &upline_request::Model,
        asked: Asked,
        actor: Actor,
        by: TenantId,
    ) -> Result<Granted, CallError> {
        let (owner, request) = (row.owner_tenant_id, row.id);
        match asked {
            Asked::ForwardOrder { order, reference, .. } => {
                // What was said to the upline is not for the order's placer.
                let forward = Forwarded { id: order, to: Some(by), note: None };
                let forwarded = self.bus.call_in_tenant::<Forward>(actor, owner, forward).await;
                let holder = self.holder_after(owner, order, forwarded.map(drop)).await?;
                Ok(Granted::ForwardOrder { reference, holder })
            }
            Asked::RequestCatalogAccess { category, .. } => {
                let grant = GrantCategory { category: category.clone(), by, request };
                self.bus.call_in_tenant::<RequestAccess>(actor, owner, grant).await?;
                Ok(Granted::RequestCatalogAccess { category })
            }
            Asked::RequestCredit { amount, .. } => {
                let limit = self.bus.call_in_tenant::<RequestCredit>(actor, owner, GrantCredit { amount, by, request });
                Ok(Granted::RequestCredit { limit: limit.await? })
            }
            Asked::GenerateReferralCode(terms) => {
                let new = NewReferralCode { terms, idempotency_key: request.to_string() };
                let code = self.bus.call_in_tenant::<GenerateReferralCode>(actor, owner, new).await?;
                Ok(Granted::GenerateReferralCode { code })
            }
        }
    }

    /// Who got an order that its holder `owner` was to pass on, as `forwarded` says: where that was done before, it is refused now.
    async fn holder_after(
        &self,
        owner: TenantId,
        order: OrderId,
        forwarded: Result<(), CallError>,
    ) -> Result<TenantId, CallError> {
        let seen = self.bus.call_in_tenant::<GetOrders>(Actor::central(), owner, vec![order]).await?.pop();
        let gone = seen.filter(|order| order.holder != owner);
        let leg = gone.and_then(|order| order.legs.into_iter().find(|leg| leg.from == owner));
        match (forwarded, leg) {
            (Ok(()) | Err(CallError::Refused(_)), Some(leg)) => Ok(leg.to),
            (Ok(()), None) => Err(CallError::OutOfReach),
            (Err(why), _) => Err(why),
        }
    }

    async fn expire(&self, row: &upline_request::Model) -> Result<bool, Fault> {
        let mut change = self.begin(row).await?;
        go(&mut change, row, Next::end(row, UplineRequestStatus::Expired)).await?;
        change.commit_and_show().await?;
        Ok(false)
    }
}

/// Looks at the request again after a while: the company that asked cannot be given anything now.
async fn wait(mut change: Transaction, row: &upline_request::Model) -> Result<bool, Fault> {
    let later = Timestamp::from(change.now().to_utc() + LOOKED_AT_AGAIN);
    go(&mut change, row, Next { due_at: Some(later), ..Next::end(row, row.status) }).await?;
    change.commit().await?;
    Ok(false)
}

async fn end(mut change: Transaction, row: &upline_request::Model, ended: Ended) -> Result<bool, Fault> {
    let status = match ended {
        Ended::Granted(_) => UplineRequestStatus::Completed,
        Ended::Failed(_) => UplineRequestStatus::Failed,
    };
    go(&mut change, row, Next { ended: Some(ended), ..Next::end(row, status) }).await?;
    change.commit_and_show().await?;
    Ok(false)
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
