//! Who came into the chain after an event that is shown to a company's children: the chain in memory may be further than the event.

use std::collections::HashMap;
use std::sync::Arc;

use entity::{Position, TenantId};
use sea_orm::{ConnectionTrait, DbErr};

use crate::events::{Heading, kinds, tail};
use crate::tenancy::topology::{NodeIndex, Snapshot};

/// What can be the first that the log tells of a company.
const FIRST: [&str; 2] = [kinds::RESELLER_APPLIED, kinds::RESELLER_APPROVED];

/// Events that are read together.
const PAGE: u64 = 10_000;

/// Which companies came when, as far as it has not been forgotten.
#[derive(Default)]
pub(in crate::network) struct Newcomers {
    came: HashMap<TenantId, Position>,
    /// The chain up to which it is known.
    known: Arc<Snapshot>,
}

impl Newcomers {
    /// Learns who has come up to `chain`. Reads the log from where it was left.
    pub(in crate::network) async fn look(
        &mut self,
        db: &impl ConnectionTrait,
        chain: &Arc<Snapshot>,
    ) -> Result<(), DbErr> {
        if chain.position() < self.known.position() {
            // The log went back, as after a restore.
            *self = Self::default();
        }
        let mut at = self.known.position();
        while at < chain.position() {
            let page: Vec<Heading> = tail::read_types_after(db, at, &FIRST, PAGE).await?;
            let is_last = (page.len() as u64) < PAGE;
            for event in page {
                at = event.position;
                let subject = event.subject_tenant_id.filter(|subject| self.known.find(*subject).is_none());
                if let Some(subject) = subject {
                    self.came.entry(subject).or_insert(at);
                }
            }
            if is_last {
                break;
            }
        }
        self.known = chain.clone();
        Ok(())
    }

    /// Forgets who came before `position`: nothing earlier will be asked.
    pub(super) fn forget(&mut self, position: Position) {
        self.came.retain(|_, came| *came > position);
    }

    /// Whether the company `node` of `chain` was there at `position`, which was not forgotten.
    pub(super) fn was_there(&self, chain: &Snapshot, node: NodeIndex, position: Position) -> bool {
        self.came.get(&chain.id(node)).is_none_or(|came| *came < position)
    }
}
