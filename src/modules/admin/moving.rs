//! Moving a company, with its whole downline, below another parent.

use entity::{Role, TenantId, TenantStatus};
use serde_json::json;

use super::{Chain, rules, store};
use crate::error::{RefusalCode, ServiceError};
use crate::events::tail::last_recorded;
use crate::events::{Fact, kinds};
use crate::tenancy::{Actor, Lock, lock};

impl Chain {
    /// Puts `id` below `new_parent`, from now on. What was earned before stays with its old upline.
    ///
    /// # Errors
    /// `NOT_FOUND`, `NOT_ALLOWED` (the actor must be at or above both parents), `FROZEN`; `INVALID` for a cycle, for the parent that it has,
    /// and for one that does not trade.
    pub async fn move_reseller(&self, actor: Actor, id: TenantId, new_parent: TenantId) -> Result<(), ServiceError> {
        let mut change = self.begin(actor, Role::Admin).await?;
        let line = rules::strictly_below(&change, actor, id, "id").await?;
        let target = rules::at_or_below(&change, actor, new_parent, "newParentId").await?;
        let Some(old_parent) = line.own().parent_id else {
            return rules::refuse(RefusalCode::Invalid, "id", "The root of the chain cannot be moved.");
        };
        if target.has_at_or_above(id) {
            return rules::refuse(RefusalCode::Invalid, "newParentId", "A reseller cannot be moved below itself.");
        }
        if old_parent == new_parent {
            return rules::refuse(RefusalCode::Invalid, "newParentId", "The reseller is there already.");
        }
        if target.own().status != TenantStatus::Active {
            return rules::refuse(RefusalCode::Invalid, "newParentId", "The new parent is not active.");
        }
        // Moves have an order also where clocks differ or go back: else the chain of a day could have a cycle. And whatever the log has told
        // before counts for the chain before, however late that is looked at.
        lock(change.db(), Lock::Log).await?;
        let last = store::last_move(change.db()).await?.max(last_recorded(change.db()).await?);
        if let Some(last) = last {
            change.happens_after(last);
        }
        store::set_parent(change.db(), id, old_parent, new_parent, change.now()).await?;
        let data =
            json!({ "oldParentId": old_parent, "newParentId": new_parent, "movedAt": change.now().to_rfc3339() });
        change.record(Fact { kind: kinds::RESELLER_MOVED, subject: id, data });
        change.commit_and_show().await?;
        Ok(())
    }
}
