//! A chain so simple that it is plainly right, and random histories of one: what cleverer ones are compared with.
//!
//! Names the crate from outside, so that its own unit tests (by `#[path]`) and the tests in this folder share it.

use std::collections::{BTreeMap, BTreeSet};

use entity::{FreezeId, TenantId, TenantStatus, Timestamp};
use proptest::prelude::*;
use reseller_network::tenancy::topology::{FormerParent, FreezeState, TenantState};
use uuid::Uuid;

/// Every company by its id, and nothing that is derived from them.
#[derive(Clone, Debug, Default)]
pub(crate) struct NaiveChain {
    pub(crate) tenants: BTreeMap<TenantId, TenantState>,
    /// Grows with each step; instants and ids are made of it.
    clock: u32,
}

/// One thing that happens to a chain. The numbers choose among the companies that there are.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Join {
        parent: u16,
        name: String,
        has_external_id: bool,
    },
    /// Below the one that joined last, so that chains get deep.
    JoinBelowLast,
    Move {
        who: u16,
        to: u16,
    },
    Status {
        who: u16,
        status: TenantStatus,
    },
    Freeze {
        who: u16,
        placer: u16,
    },
    Thaw {
        which: u16,
    },
    Rename {
        who: u16,
        name: String,
    },
}

/// Steps that happen together, for each position of the log.
pub(crate) fn history(batches: usize, steps: usize) -> impl Strategy<Value = Vec<Vec<Step>>> {
    prop::collection::vec(prop::collection::vec(step(), 1..steps), 1..batches)
}

fn step() -> impl Strategy<Value = Step> {
    let name = || "[aAbBß]{1,3}";
    prop_oneof![
        4 => (any::<u16>(), name(), any::<bool>())
            .prop_map(|(parent, name, has_external_id)| Step::Join { parent, name, has_external_id }),
        3 => Just(Step::JoinBelowLast),
        4 => (any::<u16>(), any::<u16>()).prop_map(|(who, to)| Step::Move { who, to }),
        2 => (any::<u16>(), status()).prop_map(|(who, status)| Step::Status { who, status }),
        3 => (any::<u16>(), any::<u16>()).prop_map(|(who, placer)| Step::Freeze { who, placer }),
        1 => any::<u16>().prop_map(|which| Step::Thaw { which }),
        1 => (any::<u16>(), name()).prop_map(|(who, name)| Step::Rename { who, name }),
    ]
}

pub(crate) fn status() -> impl Strategy<Value = TenantStatus> {
    prop::sample::select(vec![TenantStatus::Pending, TenantStatus::Active, TenantStatus::Deactivated])
}

impl NaiveChain {
    /// Does the steps. Returns the whole states of all whom they changed, in an order that has nothing to do with the tree.
    pub(crate) fn apply(&mut self, steps: &[Step]) -> Vec<TenantState> {
        let changed: BTreeSet<_> = steps.iter().filter_map(|step| self.apply_one(step)).collect();
        changed.iter().map(|id| self.tenants[id].clone()).collect()
    }

    fn apply_one(&mut self, step: &Step) -> Option<TenantId> {
        self.clock += 1;
        let now = Timestamp(i64::from(self.clock) * 10);
        match step {
            Step::Join { parent, name, has_external_id } => {
                Some(self.join(self.choose(*parent), name, *has_external_id))
            }
            Step::JoinBelowLast => {
                let last = self.tenants.values().max_by_key(|tenant| tenant.joined_at).map(|tenant| tenant.id);
                Some(self.join(last, "Ab", true))
            }
            Step::Move { who, to } => {
                let (who, to) = (self.choose(*who)?, self.choose(*to)?);
                let before = self.tenants[&who].parent?;
                if self.is_at_or_above(who, to) || before == to {
                    return None;
                }
                let tenant = self.tenants.get_mut(&who)?;
                tenant.former_parents.push(FormerParent { parent: before, until: now });
                tenant.parent = Some(to);
                Some(who)
            }
            Step::Status { who, status } => {
                let who = self.choose(*who)?;
                self.tenants.get_mut(&who)?.status = *status;
                Some(who)
            }
            Step::Freeze { who, placer } => {
                let (who, placed_by) = (self.choose(*who)?, self.choose(*placer)?);
                let id = FreezeId(Uuid::from_u128(u128::from(self.clock)));
                let freeze = FreezeState { id, placed_by, reason: format!("reason {}", self.clock), frozen_at: now };
                self.tenants.get_mut(&who)?.freezes.push(freeze);
                Some(who)
            }
            Step::Thaw { which } => {
                let frozen: Vec<_> = self.tenants.values().filter(|tenant| !tenant.freezes.is_empty()).collect();
                let who = frozen.get(usize::from(*which) % frozen.len().max(1))?.id;
                self.tenants.get_mut(&who)?.freezes.remove(0);
                Some(who)
            }
            Step::Rename { who, name } => {
                let who = self.choose(*who)?;
                self.tenants.get_mut(&who)?.name.clone_from(name);
                Some(who)
            }
        }
    }

    fn join(&mut self, parent: Option<TenantId>, name: &str, has_external_id: bool) -> TenantId {
        // Scrambled, so that ids are in no order that means anything.
        let id = TenantId(Uuid::from_u128(u128::from(self.clock.wrapping_mul(0x9e37_79b9)) << 64 | 1));
        let tenant = TenantState {
            id,
            parent,
            name: name.to_owned(),
            slug: format!("slug-{}", self.clock),
            external_id: has_external_id.then(|| format!("Ext/{}", self.clock)),
            status: if self.clock.is_multiple_of(3) { TenantStatus::Pending } else { TenantStatus::Active },
            currency: iso_currency::Currency::EUR,
            // Some at the same instant.
            joined_at: Timestamp(i64::from(self.clock / 2) * 20),
            freezes: Vec::new(),
            former_parents: Vec::new(),
        };
        self.tenants.insert(id, tenant);
        id
    }

    /// One of the companies; none where there are none.
    pub(crate) fn choose(&self, number: u16) -> Option<TenantId> {
        let place = usize::from(number) % self.tenants.len().max(1);
        self.tenants.keys().nth(place).copied()
    }

    pub(crate) fn ids(&self) -> Vec<TenantId> {
        self.tenants.keys().copied().collect()
    }

    /// From the parent up.
    pub(crate) fn ancestors(&self, id: TenantId) -> Vec<TenantId> {
        std::iter::successors(self.tenants[&id].parent, |above| self.tenants[above].parent).collect()
    }

    pub(crate) fn depth(&self, id: TenantId) -> usize {
        self.ancestors(id).len()
    }

    pub(crate) fn is_at_or_above(&self, above: TenantId, below: TenantId) -> bool {
        above == below || self.ancestors(below).contains(&above)
    }

    /// By name without regard to case, then by id.
    pub(crate) fn children(&self, id: TenantId) -> Vec<TenantId> {
        let mut children: Vec<_> = self.tenants.values().filter(|tenant| tenant.parent == Some(id)).collect();
        children.sort_by_key(|child| (naive_fold(&child.name), child.id));
        children.into_iter().map(|child| child.id).collect()
    }

    pub(crate) fn descendants(&self, id: TenantId) -> Vec<TenantId> {
        self.preorder(id, usize::MAX).into_iter().skip(1).map(|(id, _)| id).collect()
    }

    /// Each company of the subtree with its depth below the top.
    pub(crate) fn preorder(&self, id: TenantId, max_depth: usize) -> Vec<(TenantId, usize)> {
        let mut all = vec![(id, 0)];
        if max_depth > 0 {
            for child in self.children(id) {
                all.extend(self.preorder(child, max_depth - 1).into_iter().map(|(id, depth)| (id, depth + 1)));
            }
        }
        all
    }

    /// Nearest first.
    pub(crate) fn causes(&self, id: TenantId) -> Vec<(TenantId, FreezeState)> {
        let at_and_above = std::iter::once(id).chain(self.ancestors(id));
        at_and_above.flat_map(|at| self.tenants[&at].freezes.iter().map(move |freeze| (at, freeze.clone()))).collect()
    }

    pub(crate) fn is_frozen(&self, id: TenantId) -> bool {
        !self.causes(id).is_empty()
    }

    pub(crate) fn parent_at(&self, id: TenantId, at: Timestamp) -> Option<TenantId> {
        let tenant = &self.tenants[&id];
        let former = tenant.former_parents.iter().find(|former| at < former.until);
        former.map(|former| former.parent).or(tenant.parent)
    }
}

/// Right for the letters that histories use.
pub(crate) fn naive_fold(text: &str) -> String {
    text.to_lowercase().replace('ß', "ss")
}
