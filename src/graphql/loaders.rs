//! Dataloaders: what many fields of one request ask of the modules, asked for together.
//!
//! One set a request and seat, bound to the caller: what it loads, it loads on their behalf. A batch closes when nothing more is ready; there is
//! no timer.

pub mod activity;
pub mod batch;
pub mod catalog;
pub mod figures;
mod last_known;
pub mod members;
pub mod own;
pub mod settings;
pub mod upline;

use std::sync::Arc;

use entity::{LedgerEntryId, OrderId, ReferralCodeId};

use self::activity::{EventsAt, FeedPages, Looking, Sold};
use self::batch::{Batch, InTenants};
use self::catalog::ItemsById;
use self::figures::{Asking, FiguresOf, LeadersOf};
use self::last_known::LastKnown;
use self::members::MembersById;
use self::own::OwnById;
use self::settings::SettingsOf;
use self::upline::RequestsById;
use super::context::Services;
use crate::bus::contract::admin::{GetRedemptions, GetReferralCodes, ListReferralCodes, Redemptions, ReferralCode};
use crate::bus::contract::catalog::{self as goods, GetAccess, GetAvailableCatalog};
use crate::bus::contract::finance::{self, Entry, GetEntries, ListEntries};
use crate::bus::contract::orders::{self, GetOrders, ListOrders, Order};
use crate::tenancy::Actor;
use crate::tenancy::topology::Snapshot;

/// The loaders of one request, from one seat.
pub struct Loaders {
    /// On whose behalf they load.
    pub actor: Actor,
    /// Whom they ask.
    pub services: Arc<Services>,
    /// Parts of companies' catalogs.
    pub catalogs: Batch<LastKnown<GetAvailableCatalog>>,
    /// Which categories companies were granted.
    pub access: Batch<InTenants<GetAccess>>,
    /// Single items of companies' catalogs.
    pub items: Batch<ItemsById>,
    /// Companies' settings.
    pub settings: Batch<SettingsOf>,
    /// What companies ordered.
    pub order_stats: Batch<LastKnown<orders::GetStats>>,
    /// What companies owe and are owed.
    pub finance_stats: Batch<LastKnown<finance::GetSummary>>,
    /// Companies' catalogs in figures.
    pub catalog_stats: Batch<LastKnown<goods::GetStats>>,
    /// What companies ordered on each day.
    pub order_series: Batch<LastKnown<orders::GetSeries>>,
    /// What companies and their downlines ordered, out of the daily figures.
    pub figures: Batch<FiguresOf>,
    /// Who sold most.
    pub leaders: Batch<LeadersOf>,
    /// Orders in which the caller's company takes part.
    pub orders: Batch<OwnById<GetOrders, OrderId, Order>>,
    /// Parts of the list of the company's orders.
    pub order_lists: Batch<InTenants<ListOrders>>,
    /// Entries of the company's ledger.
    pub entries: Batch<OwnById<GetEntries, LedgerEntryId, Entry>>,
    /// Parts of the company's ledger.
    pub entry_lists: Batch<InTenants<ListEntries>>,
    /// Parts of feeds.
    pub feed_pages: Batch<FeedPages>,
    /// Events of the company's feed.
    pub events: Batch<EventsAt>,
    /// Which products the company may sell.
    pub sold: Batch<Sold>,
    /// Upline requests in which the company has a part.
    pub upline_requests: Batch<RequestsById>,
    /// Members of the caller's company.
    pub members: Batch<MembersById>,
    /// Codes by which companies join below the caller's company.
    pub referral_codes: Batch<OwnById<GetReferralCodes, ReferralCodeId, ReferralCode>>,
    /// Parts of the list of these.
    pub referral_code_lists: Batch<InTenants<ListReferralCodes>>,
    /// Who joined by them.
    pub redemptions: Batch<OwnById<GetRedemptions, ReferralCodeId, Redemptions>>,
}

impl Loaders {
    /// Loaders for `actor`, on `chain` as the whole of the answer shows it.
    pub fn new(actor: Actor, chain: Arc<Snapshot>, services: Arc<Services>) -> Self {
        let looking = Looking { viewer: actor.tenant(), chain: chain.clone(), feeds: services.feeds.clone() };
        let (viewer, upline) = (actor.tenant(), services.upline.clone());
        let upline_requests = RequestsById { viewer, chain: chain.clone(), upline };
        let members = MembersById { viewer, members: services.members.clone() };
        let asking = Asking { scope: actor.scope, chain, performances: services.performances.clone() };
        let (bus, answers) = (|| services.bus.clone(), || services.answers.clone());
        Self {
            actor,
            catalogs: Batch::new(LastKnown::new(actor, answers())),
            access: Batch::new(InTenants::new(actor, bus())),
            items: Batch::new(ItemsById::new(actor, bus())),
            settings: Batch::new(SettingsOf(services.settings.clone())),
            order_stats: Batch::new(LastKnown::new(actor, answers())),
            finance_stats: Batch::new(LastKnown::new(actor, answers())),
            catalog_stats: Batch::new(LastKnown::new(actor, answers())),
            order_series: Batch::new(LastKnown::new(actor, answers())),
            figures: Batch::new(FiguresOf(asking.clone())),
            leaders: Batch::new(LeadersOf(asking)),
            orders: Batch::new(OwnById::new(actor, bus(), |order: &Order| order.id)),
            order_lists: Batch::new(InTenants::new(actor, bus())),
            entries: Batch::new(OwnById::new(actor, bus(), |entry: &Entry| entry.id)),
            entry_lists: Batch::new(InTenants::new(actor, bus())),
            feed_pages: Batch::new(FeedPages(looking.clone())),
            events: Batch::new(EventsAt(looking)),
            sold: Batch::new(Sold { actor, bus: bus() }),
            upline_requests: Batch::new(upline_requests),
            members: Batch::new(members),
            referral_codes: Batch::new(OwnById::new(actor, bus(), |code: &ReferralCode| code.id)),
            referral_code_lists: Batch::new(InTenants::new(actor, bus())),
            redemptions: Batch::new(OwnById::new(actor, bus(), |joined: &Redemptions| joined.code)),
            services,
        }
    }
}
