//! What is the caller's company's own, by its ids.

use std::collections::HashMap;
use std::fmt::Debug;
use std::hash::Hash;
use std::marker::PhantomData;
use std::sync::Arc;

use super::batch::{Fetch, Loaded, each_failed};
use crate::bus::{Alias, Bus};
use crate::tenancy::Actor;

/// Fetches things of the caller's company by their ids, with one call for all of them. `A` takes ids, and answers those things that there are.
pub struct OwnById<A, I, T> {
    actor: Actor,
    bus: Bus,
    id_of: fn(&T) -> I,
    alias: PhantomData<fn() -> A>,
}

impl<A, I, T> OwnById<A, I, T> {
    /// Calls `A` on behalf of `actor`. `id_of` says which id a thing has.
    pub fn new(actor: Actor, bus: Bus, id_of: fn(&T) -> I) -> Self {
        Self { actor, bus, id_of, alias: PhantomData }
    }
}

impl<A, I, T> Fetch for OwnById<A, I, T>
where
    A: Alias<Args = Vec<I>, Answer = Vec<T>>,
    I: Copy + Debug + Eq + Hash + Send + Sync + 'static,
    T: Send + Sync + 'static,
{
    type Key = I;
    type Value = Arc<T>;

    async fn fetch(&self, ids: Vec<I>) -> HashMap<I, Loaded<Arc<T>>> {
        match self.bus.call::<A>(self.actor, ids.clone()).await {
            Ok(things) => things.into_iter().map(|thing| ((self.id_of)(&thing), Ok(Some(Arc::new(thing))))).collect(),
            Err(error) => each_failed(ids, &Arc::new(error)),
        }
    }
}
