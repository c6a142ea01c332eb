//! Joining the chain by a referral code.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};

use entity::Role;

use super::Reseller;
use crate::bus::contract::admin::{Applicant, Application, ReferralSecret};
use crate::graphql::context::RequestContext;
use crate::graphql::scalars::Currency;
use crate::graphql::types::user_error::{IntoOutcome, UserError};

/// A company that wants to join.
#[derive(InputObject)]
pub(super) struct JoinNetworkInput {
    /// The referral code that the person was given, however it is typed.
    code: String,
    /// The company's name: 1 to 200 characters.
    company_name: String,
    /// The currency that the company trades in.
    currency: Currency,
    /// A key of the caller's, new for each company: sent again with the same input, it answers with the company that there is.
    idempotency_key: String,
}

/// What became of the wish to join.
#[derive(SimpleObject)]
pub(super) struct JoinNetworkPayload {
    /// The company: it waits for approval, and the caller is its OWNER. Null where it did not join, and where it cannot be shown yet.
    reseller: Option<Reseller>,
    /// Why it did not join; empty where it did.
    user_errors: Vec<UserError>,
}

/// Joining.
#[derive(Default)]
pub struct JoinMutation;

#[Object]
impl JoinMutation {
    /// Joins the chain with a company, below the reseller that gave the code. For every person who is signed in by a token that is not
    /// bound to a company, also one who is a member nowhere. Wrong codes are answered alike, and only so many of them an hour.
    async fn join_network(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The code, and the company.")] input: JoinNetworkInput,
    ) -> Result<JoinNetworkPayload> {
        let context = RequestContext::of(ctx)?;
        let person = &context.caller.identity;
        // What a token only claims, no other company is shown.
        let email = context.caller.verified_email().map(str::to_owned);
        let application = Application {
            code: ReferralSecret(input.code),
            company_name: input.company_name,
            currency: input.currency.0,
            applicant: Applicant { issuer: person.issuer.clone(), subject: person.subject.clone(), email },
            idempotency_key: input.idempotency_key,
        };
        let caller = &context.caller;
        let joined = match caller.acts_for_themselves() {
            Ok(()) => context.referrals().join(caller.person, caller.address, application).await,
            Err(refusal) => Err(refusal.into()),
        };
        Ok(match joined.outcome()? {
            Ok(company) => {
                let sight = context.new_sight(company, Role::Owner);
                let reseller = sight.map(|sight| Reseller { node: sight.own, sight });
                JoinNetworkPayload { reseller, user_errors: Vec::new() }
            }
            Err(error) => JoinNetworkPayload { reseller: None, user_errors: vec![error] },
        })
    }
}
