//! What a resolver knows of its request: who asks, and what they may see.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_graphql::{Context, Error};
use entity::{Role, TenantId, TenantStatus, Timestamp};

use super::budget::Budget;
use super::error::{ErrorCode, forbidden};
use super::loaders::Loaders;
use crate::auth::{Caller, Seat};
use crate::bus::Bus;
use crate::clock::Clock;
use crate::network::activity::Feeds;
use crate::network::answers::Answers;
use crate::network::health::Healths;
use crate::network::members::Members;
use crate::network::performance::Performances;
use crate::network::referrals::Referrals;
use crate::network::settings::Settings;
use crate::network::upline::UplineRequests;
use crate::tenancy::topology::{NodeIndex, Snapshot, Topology};
use crate::tenancy::{Actor, Scope, access};

/// What resolvers ask for what is not in memory.
pub struct Services {
    /// The modules.
    pub bus: Bus,
    /// The companies' settings.
    pub settings: Arc<Settings>,
    /// The modules' last known answers.
    pub answers: Arc<Answers>,
    /// What companies and their downlines ordered.
    pub performances: Performances,
    /// What happened to companies and their downlines.
    pub feeds: Feeds,
    /// How well the chain is.
    pub healths: Arc<Healths>,
    /// What companies ask of their upline.
    pub upline: Arc<UplineRequests>,
    /// The codes by which companies join.
    pub referrals: Referrals,
    /// Who may act for companies.
    pub members: Arc<Members>,
    /// The chain.
    pub topology: Arc<Topology>,
    /// What time it is.
    pub clock: Clock,
}

/// One request: who asks, and the chain as it is for the whole of the answer, or from one change to the next.
pub struct RequestContext {
    /// Who asks.
    pub caller: Caller,
    /// What the answer may have.
    pub budget: Budget,
    services: Arc<Services>,
    looked_at: Mutex<LookedAt>,
}

/// What a request looks at.
struct LookedAt {
    /// The chain, at one position of the log.
    chain: Arc<Snapshot>,
    /// One set of loaders for each seat that the request looks from.
    loaders: HashMap<TenantId, Arc<Loaders>>,
}

/// What a company sees of the chain: itself and its downline.
#[derive(Clone)]
pub struct Sight {
    /// The chain, at one position of the log.
    pub chain: Arc<Snapshot>,
    /// The company that looks.
    pub own: NodeIndex,
    /// The caller's seat in it.
    pub seat: Seat,
    /// What the answer may have.
    pub budget: Budget,
    /// What is not in memory, fetched for all who ask in one go.
    pub loaders: Arc<Loaders>,
}

impl RequestContext {
    /// A request of `caller` on `chain`.
    pub fn new(caller: Caller, chain: Arc<Snapshot>, services: Arc<Services>) -> Self {
        let looked_at = Mutex::new(LookedAt { chain, loaders: HashMap::new() });
        Self { caller, budget: Budget::default(), services, looked_at }
    }

    /// What time it is.
    pub fn now(&self) -> Timestamp {
        self.services.clock.now()
    }

    /// The context of the request that `ctx` belongs to.
    pub fn of<'c>(ctx: &Context<'c>) -> Result<&'c Self, Error> {
        ctx.data::<Self>().map_err(|_| forbidden())
    }

    /// What the caller's company sees, whatever its status.
    pub fn own_sight(&self) -> Option<Sight> {
        self.sight_from(self.caller.seat?)
    }

    /// The caller's seats in companies that are not switched off.
    pub fn open_seats(&self) -> impl Iterator<Item = Sight> {
        let is_open = |sight: &Sight| sight.chain.status(sight.own) != TenantStatus::Deactivated;
        self.caller.seats.iter().filter_map(|&seat| self.sight_from(seat)).filter(is_open)
    }

    fn sight_from(&self, seat: Seat) -> Option<Sight> {
        let mut looked_at = self.looked_at();
        let LookedAt { chain, loaders } = &mut *looked_at;
        let own = chain.find(seat.tenant)?;
        let actor = Actor { scope: Scope::Tenant(seat.tenant), person: Some(self.caller.person), role: seat.role };
        let new = || Arc::new(Loaders::new(actor, chain.clone(), self.services.clone()));
        let loaders = loaders.entry(seat.tenant).or_insert_with(new).clone();
        Some(Sight { chain: chain.clone(), own, seat, budget: self.budget.clone(), loaders })
    }

    /// What the caller may see of the chain.
    ///
    /// # Errors
    /// `FORBIDDEN` for a person who acts for no company, and for one whose company waits for approval.
    pub fn sight(&self) -> Result<Sight, Error> {
        let sight = self.members_sight()?;
        sight.approved()?;
        Ok(sight)
    }

    /// What the caller may see of their own company, also while it waits for approval.
    ///
    /// # Errors
    /// `FORBIDDEN` for a person who acts for no company.
    pub fn members_sight(&self) -> Result<Sight, Error> {
        self.own_sight().ok_or_else(|| {
            let message = if self.open_seats().next().is_none() {
                "You are a member of no company yet."
            } else {
                "You are a member of several companies: name one in the header X-Tenant-ID. `viewer { memberships }` lists them."
            };
            ErrorCode::Forbidden.error(message)
        })
    }

    /// How people join who may be a member nowhere yet.
    pub fn referrals(&self) -> &Referrals {
        &self.services.referrals
    }

    /// How people are invited who may be a member nowhere yet.
    pub fn members(&self) -> &Members {
        &self.services.members
    }

    /// The chain as this request looks at it.
    pub fn chain(&self) -> Arc<Snapshot> {
        self.looked_at().chain.clone()
    }

    /// What the caller sees of `company`, of which this request has made them a member.
    pub fn new_sight(&self, company: TenantId, role: Role) -> Option<Sight> {
        self.look_again();
        self.sight_from(Seat { tenant: company, role })
    }

    /// Looks at everything anew: after a change, what was looked at may be from before it.
    pub fn look_again(&self) {
        *self.looked_at() = LookedAt { chain: self.services.topology.current(), loaders: HashMap::new() };
    }

    fn looked_at(&self) -> MutexGuard<'_, LookedAt> {
        self.looked_at.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sight {
    /// What the caller of the request that `ctx` belongs to may see.
    ///
    /// # Errors
    /// As [`RequestContext::sight`].
    pub fn of(ctx: &Context<'_>) -> Result<Self, Error> {
        RequestContext::of(ctx)?.sight()
    }

    /// The company `id`, if it is in sight.
    pub fn find(&self, id: TenantId) -> Option<NodeIndex> {
        access::reach(&self.chain, Scope::Tenant(self.seat.tenant), id)
    }

    /// Counts `objects` of a list, before it is made.
    ///
    /// # Errors
    /// `QUERY_TOO_COMPLEX` where the answer would have too many.
    pub fn spend(&self, objects: usize) -> Result<(), Error> {
        self.budget.spend(objects)
    }

    /// Counts `companies` to look at, before that is done.
    ///
    /// # Errors
    /// `QUERY_TOO_COMPLEX` where the request would look at too many.
    pub fn visit(&self, companies: usize) -> Result<(), Error> {
        self.budget.visit(companies, self.chain.descendant_count(self.own))
    }

    /// The way from `root` down to `node`, both included; empty where `root` is not at or above it.
    ///
    /// # Errors
    /// `QUERY_TOO_COMPLEX` where the answer would have too many objects.
    pub fn path(&self, root: NodeIndex, node: NodeIndex) -> Result<Vec<NodeIndex>, Error> {
        self.spend((self.chain.depth(node).saturating_sub(self.chain.depth(root)) + 1) as usize)?;
        Ok(self.chain.path(root, node).unwrap_or_default())
    }

    /// Sees that the company does not wait for approval any more.
    ///
    /// # Errors
    /// `FORBIDDEN` where it does.
    pub fn approved(&self) -> Result<(), Error> {
        if self.is_pending() { Err(ErrorCode::Forbidden.error("Your company waits for approval.")) } else { Ok(()) }
    }

    /// Whether the company that looks waits for approval.
    pub fn is_pending(&self) -> bool {
        self.chain.status(self.own) == TenantStatus::Pending
    }

    /// Whether `node` is in sight.
    pub fn sees(&self, node: NodeIndex) -> bool {
        self.find(self.chain.id(node)).is_some()
    }
}
