//! Asking, and deciding what was asked.

use async_graphql::{Context, ID, InputObject, Object, OneofObject, Result, SimpleObject};
use entity::UplineRequestId;

use super::UplineRequest;
use crate::error::{Refusal, ServiceError};
use crate::graphql::context::RequestContext;
use crate::graphql::id::parse;
use crate::graphql::types::money::MoneyInput;
use crate::graphql::types::user_error::{IntoOutcome, UserError};
use crate::network::upline::Ask;

/// What is to be asked: one thing.
#[derive(OneofObject)]
pub(super) enum UplineActionInput {
    /// To take over an order.
    ForwardOrder(ForwardOrderInput),
    /// To grant a category of products.
    CatalogAccess(CatalogAccessInput),
    /// To set how much the reseller may owe.
    Credit(CreditInput),
}

/// An order that the upline is to take over.
#[derive(InputObject)]
pub(super) struct ForwardOrderInput {
    /// The order: held by the caller's own reseller, and `AWAITING_FORWARD`.
    order_id: ID,
    /// What there is to say about it, in at most 500 characters.
    note: Option<String>,
}

/// A category that the upline is to grant.
#[derive(InputObject)]
pub(super) struct CatalogAccessInput {
    /// The category, letter for letter.
    category: String,
    /// What there is to say about it, in at most 500 characters.
    note: Option<String>,
}

/// How much the reseller is to be allowed to owe.
#[derive(InputObject)]
pub(super) struct CreditInput {
    /// How much in all, in place of what it may owe in this currency so far; above zero.
    amount: MoneyInput,
    /// What there is to say about it, in at most 500 characters.
    note: Option<String>,
}

/// A request to the upline.
#[derive(InputObject)]
pub(super) struct RequestUplineInput {
    /// What is asked.
    request: UplineActionInput,
    /// A key of the caller's, new for each request: sent again with the same input, it answers with the request that there is.
    idempotency_key: String,
}

/// What became of a request.
#[derive(SimpleObject)]
pub(super) struct RequestUplinePayload {
    /// The request: at its end already where nobody had to be asked. Null where nothing was asked.
    upline_request: Option<Result<UplineRequest>>,
    /// Why nothing was asked; empty where it was.
    user_errors: Vec<UserError>,
}

/// A request that is to be granted.
#[derive(InputObject)]
pub(super) struct ApproveUplineRequestInput {
    /// The request: one that the caller's own reseller decides about now.
    id: ID,
    /// What there is to say about it, in at most 500 characters; who asked can read it.
    note: Option<String>,
}

/// What became of an approval.
#[derive(SimpleObject)]
pub(super) struct ApproveUplineRequestPayload {
    /// The request. Null where nothing was decided.
    upline_request: Option<Result<UplineRequest>>,
    /// Why nothing was decided; empty where it was.
    user_errors: Vec<UserError>,
}

/// A request that is not to be granted.
#[derive(InputObject)]
pub(super) struct RejectUplineRequestInput {
    /// The request: one that the caller's own reseller decides about now.
    id: ID,
    /// Why: 1 to 500 characters, which who asked can read.
    reason: String,
}

/// What became of a rejection.
#[derive(SimpleObject)]
pub(super) struct RejectUplineRequestPayload {
    /// The request. Null where nothing was decided.
    upline_request: Option<Result<UplineRequest>>,
    /// Why nothing was decided; empty where it was.
    user_errors: Vec<UserError>,
}

/// A request that is to be taken back.
#[derive(InputObject)]
pub(super) struct CancelUplineRequestInput {
    /// The request: one that the caller's own reseller asked.
    id: ID,
}

/// What became of taking a request back.
#[derive(SimpleObject)]
pub(super) struct CancelUplineRequestPayload {
    /// The request. Null where it was not taken back.
    upline_request: Option<Result<UplineRequest>>,
    /// Why it was not taken back; empty where it was.
    user_errors: Vec<UserError>,
}

impl UplineActionInput {
    fn read(self) -> Result<Result<Ask, Refusal>> {
        Ok(match self {
            Self::ForwardOrder(ForwardOrderInput { order_id, note }) => {
                let order = parse("input.request.forwardOrder.orderId", &order_id)?;
                Ok(Ask::ForwardOrder { order, note })
            }
            Self::CatalogAccess(CatalogAccessInput { category, note }) => Ok(Ask::CatalogAccess { category, note }),
            Self::Credit(CreditInput { amount, note }) => {
                amount.read("request.credit.amount").map(|amount| Ask::Credit { amount, note })
            }
        })
    }
}

/// A request after `done`, or why nothing was.
type Settled = (Option<Result<UplineRequest>>, Vec<UserError>);

async fn settled(ctx: &Context<'_>, done: Result<UplineRequestId, ServiceError>) -> Result<Settled> {
    let id = match done.outcome()? {
        Ok(id) => id,
        Err(error) => return Ok((None, vec![error])),
    };
    let context = RequestContext::of(ctx)?;
    context.look_again();
    Ok((UplineRequest::find(&context.sight()?, id).await.transpose(), Vec::new()))
}

/// Changes of upline requests.
#[derive(Default)]
pub struct UplineMutation;

#[Object]
impl UplineMutation {
    /// Asks the nearest active company above the caller's own reseller for something. Where its settings decide, the answer is there at once; otherwise the
    /// request waits in its inbox. For an ADMIN.
    async fn request_upline(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked.")] input: RequestUplineInput,
    ) -> Result<RequestUplinePayload> {
        let sight = RequestContext::of(ctx)?.sight()?;
        let asked = match input.request.read()? {
            Ok(ask) => sight.loaders.services.upline.ask(sight.loaders.actor, ask, &input.idempotency_key).await,
            Err(refusal) => Err(refusal.into()),
        };
        let (upline_request, user_errors) = settled(ctx, asked).await?;
        Ok(RequestUplinePayload { upline_request, user_errors })
    }

    /// Grants what the caller's own reseller was asked: it is done on its behalf. For an ADMIN.
    async fn approve_upline_request(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: ApproveUplineRequestInput,
    ) -> Result<ApproveUplineRequestPayload> {
        let id = parse("input.id", &input.id)?;
        let sight = RequestContext::of(ctx)?.sight()?;
        let approved = sight.loaders.services.upline.approve(sight.loaders.actor, id, input.note).await;
        let (upline_request, user_errors) = settled(ctx, approved.map(|()| id)).await?;
        Ok(ApproveUplineRequestPayload { upline_request, user_errors })
    }

    /// Does not grant what the caller's own reseller was asked. For an ADMIN.
    async fn reject_upline_request(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request, and why.")] input: RejectUplineRequestInput,
    ) -> Result<RejectUplineRequestPayload> {
        let id = parse("input.id", &input.id)?;
        let sight = RequestContext::of(ctx)?.sight()?;
        let rejected = sight.loaders.services.upline.reject(sight.loaders.actor, id, input.reason).await;
        let (upline_request, user_errors) = settled(ctx, rejected.map(|()| id)).await?;
        Ok(RejectUplineRequestPayload { upline_request, user_errors })
    }

    /// Takes back what the caller's own reseller asked, while it was not decided. For an ADMIN.
    async fn cancel_upline_request(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: CancelUplineRequestInput,
    ) -> Result<CancelUplineRequestPayload> {
        let id = parse("input.id", &input.id)?;
        let sight = RequestContext::of(ctx)?.sight()?;
        let cancelled = sight.loaders.services.upline.cancel(sight.loaders.actor, id).await;
        let (upline_request, user_errors) = settled(ctx, cancelled.map(|()| id)).await?;
        Ok(CancelUplineRequestPayload { upline_request, user_errors })
    }
}
