//! Upline requests, by their ids.

use std::collections::HashMap;
use std::sync::Arc;

use entity::{TenantId, UplineRequestId};

use super::batch::{Fetch, Loaded, cannot, each_failed};
use crate::network::upline::{UplineRequest, UplineRequests};
use crate::tenancy::topology::Snapshot;

/// Fetches requests in which the company that looks has a part.
pub struct RequestsById {
    /// The company that looks.
    pub viewer: Option<TenantId>,
    /// The chain, as the whole of the answer shows it.
    pub chain: Arc<Snapshot>,
    /// Who reads them.
    pub upline: Arc<UplineRequests>,
}

impl Fetch for RequestsById {
    type Key = UplineRequestId;
    type Value = Arc<UplineRequest>;

    async fn fetch(&self, ids: Vec<UplineRequestId>) -> HashMap<UplineRequestId, Loaded<Self::Value>> {
        let Some(viewer) = self.viewer else { return HashMap::new() };
        match self.upline.seen(&self.chain, viewer, &ids).await {
            Ok(seen) => seen.into_iter().map(|(id, request)| (id, Ok(Some(request)))).collect(),
            Err(fault) => each_failed(ids, &cannot(&fault)),
        }
    }
}
