//! What is asked, and what came of it: a type for each kind of request.

use async_graphql::{Object, Result, SimpleObject, Union};
use entity::{OrderId, ReferralCodeId, TenantId};

use super::party;
use crate::bus::contract::admin::ReferralTerms;
use crate::graphql::context::Sight;
use crate::graphql::scalars::DateTime;
use crate::graphql::types::ResellerReference;
use crate::graphql::types::money::Money;
use crate::graphql::types::order::Order;
use crate::graphql::types::referral::ReferralCode;
use crate::network::upline::{Asked, Granted};

/// What is asked: a type for each kind of request.
#[derive(Union)]
pub(super) enum UplineRequestDetails {
    /// To take over an order.
    ForwardOrder(ForwardOrderRequest),
    /// To grant a category.
    CatalogAccess(CatalogAccessRequest),
    /// To set how much may be owed.
    Credit(CreditRequest),
    /// To make a referral code.
    ReferralCode(ReferralCodeRequest),
}

/// To take over an order that the reseller holds.
pub(super) struct ForwardOrderRequest {
    sight: Sight,
    order: OrderId,
    reference: String,
    total: Money,
    note: Option<String>,
}

/// To take over an order that the reseller holds.
#[Object]
impl ForwardOrderRequest {
    /// The order. Null where the caller's own reseller takes no part in it.
    async fn order(&self) -> Option<Result<Order>> {
        Order::find(&self.sight, self.order).await.transpose()
    }

    /// What its placer calls it.
    async fn order_reference(&self) -> &str {
        &self.reference
    }

    /// What the reseller that asks sells it for.
    async fn total(&self) -> &Money {
        &self.total
    }

    /// What it said about it.
    async fn note(&self) -> Option<&str> {
        self.note.as_deref()
    }
}

/// To grant a category of products.
#[derive(SimpleObject)]
pub(super) struct CatalogAccessRequest {
    /// The category.
    category: String,
    /// What the reseller that asks said about it.
    note: Option<String>,
}

/// To set how much the reseller may owe.
#[derive(SimpleObject)]
pub(super) struct CreditRequest {
    /// How much.
    amount: Money,
    /// What the reseller that asks said about it.
    note: Option<String>,
}

/// To make a code by which companies join below the reseller that asks.
#[derive(SimpleObject)]
pub(super) struct ReferralCodeRequest {
    /// How many companies may join by it. Null where there is no limit.
    max_uses: Option<i32>,
    /// Until when it is good. Null where that is until it is revoked.
    expires_at: Option<DateTime>,
    /// What the reseller that asks said about it.
    note: Option<String>,
}

/// What came of a request: a type for each kind.
#[derive(Union)]
pub(super) enum UplineRequestResult {
    /// The order was passed on.
    ForwardOrder(OrderForwarded),
    /// The category may be sold.
    CatalogAccess(CatalogAccessGranted),
    /// So much may be owed.
    Credit(CreditGranted),
    /// The code was made.
    ReferralCode(ReferralCodeGranted),
}

/// The order was passed on.
#[derive(SimpleObject)]
pub(super) struct OrderForwarded {
    /// What its placer calls it.
    order_reference: String,
    /// Who got it.
    holder: ResellerReference,
}

/// The category may be sold, as far as every level above may sell it.
#[derive(SimpleObject)]
pub(super) struct CatalogAccessGranted {
    /// The category.
    category: String,
}

/// So much may be owed.
#[derive(SimpleObject)]
pub(super) struct CreditGranted {
    /// How much.
    credit_limit: Money,
}

/// The code was made.
pub(super) struct ReferralCodeGranted {
    sight: Sight,
    code: ReferralCodeId,
}

/// The code was made.
#[Object]
impl ReferralCodeGranted {
    /// The code. Null for whoever it does not belong to.
    async fn referral_code(&self) -> Option<Result<ReferralCode>> {
        ReferralCode::find(&self.sight, self.code).await.transpose()
    }
}

impl UplineRequestDetails {
    /// What `asked` says.
    pub(super) fn of(sight: &Sight, asked: &Asked) -> Self {
        match asked.clone() {
            Asked::ForwardOrder { order, reference, total, note } => {
                let (sight, total) = (sight.clone(), total.into());
                Self::ForwardOrder(ForwardOrderRequest { sight, order, reference, total, note })
            }
            Asked::RequestCatalogAccess { category, note } => {
                Self::CatalogAccess(CatalogAccessRequest { category, note })
            }
            Asked::RequestCredit { amount, note } => Self::Credit(CreditRequest { amount: amount.into(), note }),
            Asked::GenerateReferralCode(ReferralTerms { max_uses, expires_at, note }) => {
                Self::ReferralCode(ReferralCodeRequest { max_uses, expires_at: expires_at.map(DateTime), note })
            }
        }
    }
}

impl UplineRequestResult {
    /// What `granted` says.
    pub(super) fn of(sight: &Sight, granted: &Granted) -> Result<Self> {
        let holder = |holder: TenantId| party(sight, holder);
        Ok(match granted.clone() {
            Granted::ForwardOrder { reference, holder: to } => {
                Self::ForwardOrder(OrderForwarded { order_reference: reference, holder: holder(to)? })
            }
            Granted::RequestCatalogAccess { category } => Self::CatalogAccess(CatalogAccessGranted { category }),
            Granted::RequestCredit { limit } => Self::Credit(CreditGranted { credit_limit: limit.into() }),
            Granted::GenerateReferralCode { code } => {
                Self::ReferralCode(ReferralCodeGranted { sight: sight.clone(), code })
            }
        })
    }
}
