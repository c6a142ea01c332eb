//! Freezes, and companies that are known by name alone.

use async_graphql::{ID, Object, SimpleObject};
use entity::{FreezeId, Role, TenantId};

use crate::graphql::context::Sight;
use crate::graphql::id::global;
use crate::graphql::scalars::DateTime;
use crate::tenancy::topology::{FreezeState, NodeIndex, Snapshot};
use crate::tenancy::{Scope, access};

/// A company that the caller may know by name but not look into, such as one of its upline.
#[derive(SimpleObject)]
pub struct ResellerReference {
    /// The company's id.
    pub reseller_id: ID,
    /// Its name as people write it.
    pub name: String,
}

impl ResellerReference {
    /// A reference to `node`.
    pub fn to(chain: &Snapshot, node: NodeIndex) -> Self {
        Self { reseller_id: global(chain.id(node)), name: chain.name(node).to_owned() }
    }

    /// A reference to the company that the caller trades with; nothing where it joined after the request began.
    pub fn to_party(sight: &Sight, company: TenantId) -> Option<Self> {
        sight.chain.find(company).map(|node| Self::to(&sight.chain, node))
    }
}

/// The most causes that are told of one company.
pub const MAX_CAUSES: usize = 100;

/// One cause of freezing: it holds for the company that it was put on and for its whole downline.
pub struct Freeze {
    sight: Sight,
    placed_on: NodeIndex,
    /// Its place among the freezes of that company.
    place: usize,
    /// The company of which it is told.
    told_of: NodeIndex,
}

impl Freeze {
    /// What freezes `node`, nearest first. Who waits for approval is told of no freeze above it, for these name the upline.
    pub fn causes(sight: &Sight, node: NodeIndex) -> impl Iterator<Item = Self> {
        let above = sight.chain.ancestors(node).take_while(|_| !sight.is_pending());
        std::iter::once(node).chain(above).flat_map(move |placed_on| {
            let places = 0..sight.chain.own_freezes(placed_on).len();
            places.map(move |place| Self { sight: sight.clone(), placed_on, place, told_of: node })
        })
    }

    /// The freeze `id`, where it is in sight: put on a company that the caller sees, or above the caller, whom it freezes too.
    pub fn find(sight: &Sight, id: FreezeId) -> Option<Self> {
        let (placed_on, _) = sight.chain.find_freeze(id)?;
        let place = sight.chain.own_freezes(placed_on).iter().position(|freeze| freeze.id == id)?;
        let in_sight = sight.sees(placed_on) || sight.chain.is_at_or_above(placed_on, sight.own);
        in_sight.then(|| Self { sight: sight.clone(), placed_on, place, told_of: placed_on })
    }

    fn state(&self) -> &FreezeState {
        &self.sight.chain.own_freezes(self.placed_on)[self.place]
    }

    /// The company to name as the placer: the placer itself, or, where it has left the caller's line since (a move), the nearest above it that
    /// is in it. Strangers' names never travel.
    fn named_placer(&self) -> NodeIndex {
        let chain = &self.sight.chain;
        let own = self.sight.own;
        let in_line = |node: &NodeIndex| chain.is_at_or_above(own, *node) || chain.is_at_or_above(*node, own);
        let placer = chain.find(self.state().placed_by);
        let nearest = placer.filter(in_line).or_else(|| chain.ancestors(placer?).find(in_line));
        nearest.or_else(|| chain.root()).unwrap_or(self.placed_on)
    }
}

/// One cause of freezing. It holds for the company that it was put on and for its whole downline.
#[Object]
impl Freeze {
    /// The freeze's id.
    pub async fn id(&self) -> ID {
        global(self.state().id)
    }

    /// The company that it was put on.
    async fn placed_on(&self) -> ResellerReference {
        ResellerReference::to(&self.sight.chain, self.placed_on)
    }

    /// The company that put it there. Where that company is no longer in the caller's line, the nearest one above it that is.
    async fn placed_by(&self) -> ResellerReference {
        ResellerReference::to(&self.sight.chain, self.named_placer())
    }

    /// Why, in the placer's words. Null where it was put above what the caller may see.
    async fn reason(&self) -> Option<&str> {
        self.sight.sees(self.placed_on).then_some(&self.state().reason)
    }

    /// When it was put.
    async fn frozen_at(&self) -> DateTime {
        DateTime(self.state().frozen_at)
    }

    /// Whether it was put on the reseller in whose list it stands, rather than above it.
    async fn own(&self) -> bool {
        self.placed_on == self.told_of
    }

    /// Whether the caller may take it away: as an ADMIN of the company that put it, or of one above that; and not while frozen itself.
    async fn can_thaw(&self) -> bool {
        let chain = &self.sight.chain;
        let own = self.sight.own;
        let above = |node| chain.is_at_or_above(own, node);
        let placer = chain.find(self.state().placed_by);
        let scope = Scope::Tenant(self.sight.seat.tenant);
        let placed_on = chain.id(self.placed_on);
        access::may_thaw(scope, placed_on, |_| above(self.placed_on), |_| placer.is_some_and(above))
            && self.sight.seat.role >= Role::Admin
            && !chain.is_frozen(own)
    }
}
