//! The aliases of Orders on the bus.

use std::sync::Arc;

use entity::{OrderId, OrderStatus};

use super::Orders;
use crate::bus::contract::Listed;
use crate::bus::contract::orders::{
    Advance, Forward, GetLegs, GetOrders, GetSeries, GetStats, ListOrders, Order, OrderDay, OrderStats, Place,
    PricedLeg, Step,
};
use crate::bus::{Bus, Request, Serve};
use crate::error::{RefusalCode, ServiceError};
use crate::tenancy::Scope;

impl Orders {
    /// Serves its aliases on `bus`.
    pub fn register(self: &Arc<Self>, bus: &Bus) {
        bus.serve::<Place>(self.clone());
        bus.serve::<Advance>(self.clone());
        bus.serve::<Forward>(self.clone());
        bus.serve::<GetOrders>(self.clone());
        bus.serve::<ListOrders>(self.clone());
        bus.serve::<GetStats>(self.clone());
        bus.serve::<GetSeries>(self.clone());
        bus.serve::<GetLegs>(self.clone());
    }
}

#[async_trait::async_trait]
impl Serve<Place> for Orders {
    async fn serve(&self, request: Request<Place>) -> Result<Vec<OrderId>, ServiceError> {
        let placer = request.tenant()?;
        Ok(vec![self.place(request.actor_in(placer), placer, request.args).await?])
    }
}

#[async_trait::async_trait]
impl Serve<Advance> for Orders {
    async fn serve(&self, request: Request<Advance>) -> Result<Vec<OrderId>, ServiceError> {
        let own = request.tenant()?;
        Ok(vec![self.advance(request.actor_in(own), own, request.args, None).await?])
    }
}

#[async_trait::async_trait]
impl Serve<Forward> for Orders {
    async fn serve(&self, request: Request<Forward>) -> Result<Vec<OrderId>, ServiceError> {
        let own = request.tenant()?;
        let actor = request.actor_in(own);
        let step = Step { id: request.args.id, to: OrderStatus::Forwarded, note: request.args.note };
        Ok(vec![self.advance(actor, own, step, request.args.to).await?])
    }
}

#[async_trait::async_trait]
impl Serve<GetOrders> for Orders {
    async fn serve(&self, request: Request<GetOrders>) -> Result<Vec<Vec<Order>>, ServiceError> {
        Ok(vec![self.orders(request.tenant()?, &request.args).await?])
    }
}

#[async_trait::async_trait]
impl Serve<ListOrders> for Orders {
    async fn serve(&self, request: Request<ListOrders>) -> Result<Vec<Listed<Order>>, ServiceError> {
        Ok(vec![self.list(request.tenant()?, request.args).await?])
    }
}

#[async_trait::async_trait]
impl Serve<GetStats> for Orders {
    async fn serve(&self, request: Request<GetStats>) -> Result<Vec<OrderStats>, ServiceError> {
        Ok(self.stats(&request.tenants()?, request.args).await?)
    }
}

#[async_trait::async_trait]
impl Serve<GetSeries> for Orders {
    async fn serve(&self, request: Request<GetSeries>) -> Result<Vec<Vec<OrderDay>>, ServiceError> {
        Ok(self.series(&request.tenants()?, request.args).await?)
    }
}

#[async_trait::async_trait]
impl Serve<GetLegs> for Orders {
    async fn serve(&self, request: Request<GetLegs>) -> Result<Vec<Vec<Vec<PricedLeg>>>, ServiceError> {
        // All legs with all prices: no company may have them.
        if request.targets != [Scope::Central] {
            let message = "No company may see all legs of an order.";
            return Err(ServiceError::refused(RefusalCode::NotAllowed, "", message));
        }
        Ok(vec![self.legs(&request.args).await?])
    }
}
