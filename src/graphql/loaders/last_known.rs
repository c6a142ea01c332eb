//! What modules say of companies, now or when they last could.

use std::collections::HashMap;
use std::fmt::Debug;
use std::hash::Hash;
use std::sync::Arc;

use entity::TenantId;
use futures_util::future::join_all;

use super::batch::{Fetch, Loaded};
use crate::bus::contract::network::Known;
use crate::bus::{Alias, Bus};
use crate::network::answers::Answers;
use crate::tenancy::Actor;

/// Fetches what a module last said of companies: of all for which the same is asked, in one go.
pub struct LastKnown<A> {
    actor: Actor,
    bus: Bus,
    answers: Arc<Answers>,
    alias: std::marker::PhantomData<fn() -> A>,
}

impl<A: Alias> LastKnown<A> {
    /// Asks for `A` on behalf of `actor`, who calls over `bus`.
    pub fn new(actor: Actor, bus: Bus, answers: Arc<Answers>) -> Self {
        Self { actor, bus, answers, alias: std::marker::PhantomData }
    }

    /// One question. A company that is out of reach by now costs the others nothing, and neither does one of which nothing is known.
    async fn ask(&self, args: A::Args, tenants: Vec<TenantId>) -> Vec<(TenantId, Loaded<Known<Arc<A::Answer>>>)> {
        let tenants = self.bus.in_reach::<A>(self.actor, tenants);
        match self.answers.ask::<A>(self.actor, &tenants, args).await {
            Ok(told) => {
                let told = told.into_iter().map(|told| told.map(Some).map_err(|why| Arc::new(why.into())));
                tenants.into_iter().zip(told).collect()
            }
            Err(error) => {
                let error = Arc::new(error);
                tenants.into_iter().map(|tenant| (tenant, Err(error.clone()))).collect()
            }
        }
    }
}

impl<A: Alias> Fetch for LastKnown<A>
where
    A::Args: Debug + Eq + Hash,
{
    type Key = (TenantId, A::Args);
    type Value = Known<Arc<A::Answer>>;

    async fn fetch(&self, keys: Vec<Self::Key>) -> HashMap<Self::Key, Loaded<Self::Value>> {
        let mut questions: HashMap<A::Args, Vec<TenantId>> = HashMap::new();
        for (tenant, args) in keys {
            questions.entry(args).or_default().push(tenant);
        }
        let questions = questions.into_iter().map(async |(args, tenants)| {
            let told = self.ask(args.clone(), tenants).await;
            told.into_iter().map(move |(tenant, told)| ((tenant, args.clone()), told))
        });
        join_all(questions).await.into_iter().flatten().collect()
    }
}
