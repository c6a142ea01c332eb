//! The aliases of Finance on the bus.

use std::sync::Arc;

use entity::LedgerEntryId;

use super::Finance;
use crate::bus::contract::Listed;
use crate::bus::contract::finance::{
    Entry, FinanceSummary, GetEntries, GetSummary, ListEntries, RecordPayment, RequestCredit,
};
use crate::bus::{Bus, Request, Serve};
use crate::error::ServiceError;
use crate::money::Money;

impl Finance {
    /// Serves its aliases on `bus`.
    pub fn register(self: &Arc<Self>, bus: &Bus) {
        bus.serve::<GetSummary>(self.clone());
        bus.serve::<ListEntries>(self.clone());
        bus.serve::<GetEntries>(self.clone());
        bus.serve::<RecordPayment>(self.clone());
        bus.serve::<RequestCredit>(self.clone());
    }
}

#[async_trait::async_trait]
impl Serve<GetSummary> for Finance {
    async fn serve(&self, request: Request<GetSummary>) -> Result<Vec<FinanceSummary>, ServiceError> {
        Ok(self.summaries(&request.tenants()?).await?)
    }
}

#[async_trait::async_trait]
impl Serve<ListEntries> for Finance {
    async fn serve(&self, request: Request<ListEntries>) -> Result<Vec<Listed<Entry>>, ServiceError> {
        Ok(vec![self.entries(request.tenant()?, request.args).await?])
    }
}

#[async_trait::async_trait]
impl Serve<GetEntries> for Finance {
    async fn serve(&self, request: Request<GetEntries>) -> Result<Vec<Vec<Entry>>, ServiceError> {
        Ok(vec![self.entries_of_ids(request.tenant()?, &request.args).await?])
    }
}

#[async_trait::async_trait]
impl Serve<RecordPayment> for Finance {
    async fn serve(&self, request: Request<RecordPayment>) -> Result<Vec<LedgerEntryId>, ServiceError> {
        let parent = request.tenant()?;
        Ok(vec![self.record_payment(request.actor_in(parent), parent, request.args).await?])
    }
}

#[async_trait::async_trait]
impl Serve<RequestCredit> for Finance {
    async fn serve(&self, request: Request<RequestCredit>) -> Result<Vec<Money>, ServiceError> {
        let company = request.tenant()?;
        Ok(vec![self.grant_credit(request.actor, company, request.args).await?])
    }
}
