//! Members of the caller's company, by their ids.

use std::collections::HashMap;
use std::sync::Arc;

use entity::{MembershipId, TenantId};

use super::batch::{Fetch, Loaded, cannot, each_failed};
use crate::network::members::{Member, Members};

/// Fetches members of the company that looks.
pub struct MembersById {
    /// The company that looks.
    pub viewer: Option<TenantId>,
    /// Who reads them.
    pub members: Arc<Members>,
}

impl Fetch for MembersById {
    type Key = MembershipId;
    type Value = Arc<Member>;

    async fn fetch(&self, ids: Vec<MembershipId>) -> HashMap<MembershipId, Loaded<Self::Value>> {
        let Some(viewer) = self.viewer else { return HashMap::new() };
        match self.members.seen(viewer, &ids).await {
            Ok(seen) => seen.into_iter().map(|(id, member)| (id, Ok(Some(Arc::new(member))))).collect(),
            Err(fault) => each_failed(ids, &cannot(&fault)),
        }
    }
}
