//! The aliases of Admin on the bus.

use std::sync::Arc;

use entity::{FreezeId, TenantId};

use super::Chain;
use crate::bus::contract::admin::{
    ApproveReseller, DeactivateReseller, FreezeSubtree, MoveReseller, ReactivateReseller, ThawSubtree,
};
use crate::bus::{Bus, Request, Serve};
use crate::error::ServiceError;

impl Chain {
    /// Serves its aliases on `bus`.
    pub fn register(self: &Arc<Self>, bus: &Bus) {
        bus.serve::<ApproveReseller>(self.clone());
        bus.serve::<DeactivateReseller>(self.clone());
        bus.serve::<ReactivateReseller>(self.clone());
        bus.serve::<FreezeSubtree>(self.clone());
        bus.serve::<ThawSubtree>(self.clone());
        bus.serve::<MoveReseller>(self.clone());
    }
}

#[async_trait::async_trait]
impl Serve<ApproveReseller> for Chain {
    async fn serve(&self, request: Request<ApproveReseller>) -> Result<Vec<()>, ServiceError> {
        Ok(vec![self.approve(request.actor, request.tenant()?).await?])
    }
}

#[async_trait::async_trait]
impl Serve<DeactivateReseller> for Chain {
    async fn serve(&self, request: Request<DeactivateReseller>) -> Result<Vec<()>, ServiceError> {
        Ok(vec![self.deactivate(request.actor, request.tenant()?, &request.args.reason).await?])
    }
}

#[async_trait::async_trait]
impl Serve<ReactivateReseller> for Chain {
    async fn serve(&self, request: Request<ReactivateReseller>) -> Result<Vec<()>, ServiceError> {
        Ok(vec![self.reactivate(request.actor, request.tenant()?).await?])
    }
}

#[async_trait::async_trait]
impl Serve<FreezeSubtree> for Chain {
    async fn serve(&self, request: Request<FreezeSubtree>) -> Result<Vec<FreezeId>, ServiceError> {
        Ok(vec![self.freeze(request.actor, request.tenant()?, &request.args.reason).await?])
    }
}

#[async_trait::async_trait]
impl Serve<ThawSubtree> for Chain {
    async fn serve(&self, request: Request<ThawSubtree>) -> Result<Vec<TenantId>, ServiceError> {
        Ok(vec![self.thaw(request.actor, request.args.freeze, request.args.note.as_deref()).await?])
    }
}

#[async_trait::async_trait]
impl Serve<MoveReseller> for Chain {
    async fn serve(&self, request: Request<MoveReseller>) -> Result<Vec<()>, ServiceError> {
        Ok(vec![self.move_reseller(request.actor, request.tenant()?, request.args.new_parent).await?])
    }
}
