//! Admin: who is in the chain, below whom, and in which state.

use entity::{FreezeId, TenantId};
use serde::{Deserialize, Serialize};

use crate::bus::alias::aliases;

aliases! {
    /// Lets a company trade that waited for approval; called in that company.
    ApproveReseller = "admin.approveReseller": cross_tenant Writes (()) -> ();
    /// Switches a company off; called in that company. Its downline works on.
    DeactivateReseller = "admin.deactivateReseller": cross_tenant Writes (Why) -> ();
    /// Switches a company on again; called in that company.
    ReactivateReseller = "admin.reactivateReseller": cross_tenant Writes (()) -> ();
    /// Puts a freeze on a company and its downline; called in that company.
    FreezeSubtree = "admin.freezeSubtree": cross_tenant Writes (Why) -> FreezeId;
    /// Takes a freeze away. Answers the company that it was on.
    ThawSubtree = "admin.thawSubtree": own_tenant Writes (Thaw) -> TenantId;
    /// Puts a company, with its downline, below another parent; called in that company.
    MoveReseller = "admin.moveReseller": cross_tenant Writes (Move) -> ();
}

/// Why something is done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Why {
    /// In the words of who does it.
    pub reason: String,
}

/// A freeze that is to be taken away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Thaw {
    /// Which.
    pub freeze: FreezeId,
    /// What there is to say of it.
    pub note: Option<String>,
}

/// Where a company is to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Move {
    /// Below whom.
    pub new_parent: TenantId,
}
