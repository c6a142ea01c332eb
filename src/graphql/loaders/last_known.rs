//! What modules say of companies, now or when they last could.

use std::fmt::Debug;
use std::hash::Hash;
use std::sync::Arc;

use entity::TenantId;

use super::batch::{FetchOfEach, Loaded, failed};
use crate::bus::Alias;
use crate::bus::contract::Question;
use crate::bus::contract::network::Known;
use crate::network::answers::Answers;
use crate::tenancy::Actor;

/// Fetches what a module last said of companies: of all for which the same is asked, in one go.
pub struct LastKnown<A> {
    actor: Actor,
    answers: Arc<Answers>,
    alias: std::marker::PhantomData<fn() -> A>,
}

impl<A: Alias> LastKnown<A> {
    /// Asks for `A` on behalf of `actor`.
    pub fn new(actor: Actor, answers: Arc<Answers>) -> Self {
        Self { actor, answers, alias: std::marker::PhantomData }
    }
}

impl<A: Alias> FetchOfEach for LastKnown<A>
where
    A::Args: Debug + Eq + Hash + Question,
{
    type Args = A::Args;
    type Value = Known<Arc<A::Answer>>;

    async fn fetch_of_each(&self, tenants: &[TenantId], args: A::Args) -> Vec<Loaded<Self::Value>> {
        match self.answers.ask::<A>(self.actor, tenants, args).await {
            Ok(told) => told.into_iter().map(|told| told.transpose().map_err(|why| Arc::new(why.into()))).collect(),
            Err(error) => failed(tenants, error),
        }
    }

    fn at_hand_of(&self, tenant: TenantId, args: &A::Args) -> Option<Self::Value> {
        self.answers.at_hand::<A>(self.actor, tenant, args)
    }
}
