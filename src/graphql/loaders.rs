//! Dataloaders: what many fields of one request ask of the modules, asked for together.
//!
//! One set a request and seat, bound to the caller: what it loads, it loads on their behalf. A batch closes when nothing more is ready; there is
//! no timer.

use std::sync::Arc;

use super::context::Services;
use crate::tenancy::Actor;

/// The loaders of one request, from one seat.
pub struct Loaders {
    /// On whose behalf they load.
    pub actor: Actor,
    /// Whom they ask.
    pub services: Arc<Services>,
}

impl Loaders {
    /// Loaders for `actor`.
    pub fn new(actor: Actor, services: Arc<Services>) -> Self {
        Self { actor, services }
    }
}
