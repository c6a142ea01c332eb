//! Anything by its id.

use async_graphql::{Context, ID, Interface, Object, Result};
use entity::{FreezeId, LedgerEntryId, MembershipId, OrderId, PersonId, ReferralCodeId, TenantId, UplineRequestId};
use futures_util::future::join_all;

use super::activity::ActivityEvent;
use super::catalog::CatalogItem;
use super::ledger::LedgerEntry;
use super::member::Member;
use super::order::Order;
use super::referral::ReferralCode;
use super::settings::NetworkSettings;
use super::upline::UplineRequest;
use super::{Freeze, Reseller};
use crate::graphql::context::Sight;
use crate::graphql::error::bad_user_input;
use crate::graphql::id::{EventRef, Identified, ItemId, SettingsId, parse};

/// A thing that has an id, by which it can be asked for again.
#[derive(Interface)]
#[graphql(field(name = "id", ty = "ID", desc = "The thing's id."))]
pub enum Node {
    /// A company of the chain.
    Reseller(Reseller),
    /// One cause of freezing.
    Freeze(Freeze),
    /// A product as one reseller sells it.
    CatalogItem(CatalogItem),
    /// The settings of the caller's own reseller.
    NetworkSettings(NetworkSettings),
    /// An order in which the caller's own reseller takes part.
    Order(Order),
    /// An entry in the ledger of the caller's own reseller.
    LedgerEntry(LedgerEntry),
    /// An event in the feed of the caller's own reseller.
    ActivityEvent(ActivityEvent),
    /// Something that a reseller asks of its upline.
    UplineRequest(UplineRequest),
    /// A code by which companies join below the caller's own reseller.
    ReferralCode(ReferralCode),
    /// A member of the caller's own reseller.
    Member(Member),
}

/// The most ids that `nodes` takes.
const MAX_NODES: usize = 100;

/// Root fields that fetch anything by its id.
#[derive(Default)]
pub struct NodeQuery;

#[Object]
impl NodeQuery {
    /// The thing of this id. Null where the caller may not see it, as for an id that was never issued.
    async fn node(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "An id that the API gave.")] id: ID,
    ) -> Option<Result<Node>> {
        match Sight::of(ctx) {
            Ok(sight) => find(&sight, "id", &id).await.transpose(),
            Err(error) => Some(Err(error)),
        }
    }

    /// The things of these ids, in their order; null for each that the caller may not see, and for one that is no id, which is an error of its own.
    async fn nodes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Ids that the API gave, at most 100.")] ids: Vec<ID>,
    ) -> Result<Vec<Option<Result<Node>>>> {
        if ids.len() > MAX_NODES {
            return Err(bad_user_input("ids", format_args!("at most {MAX_NODES} ids")));
        }
        let sight = Sight::of(ctx)?;
        sight.spend(ids.len())?;
        let nodes = ids.iter().map(async |id| find(&sight, "ids", id).await.transpose());
        Ok(join_all(nodes).await)
    }
}

async fn find(sight: &Sight, field: &str, id: &ID) -> Result<Option<Node>> {
    match id.split_once('_').map(|(kind, _)| kind) {
        Some(TenantId::KIND) => {
            let found = sight.find(parse(field, id)?);
            Ok(found.map(|node| Node::Reseller(Reseller { sight: sight.clone(), node })))
        }
        Some(FreezeId::KIND) => Ok(Freeze::find(sight, parse(field, id)?).map(Node::Freeze)),
        Some(ItemId::KIND) => {
            let item = CatalogItem::find(sight, ItemId::parse(field, id)?).await?;
            Ok(item.map(Node::CatalogItem))
        }
        Some(SettingsId::KIND) => {
            if parse::<SettingsId>(field, id)? != SettingsId(sight.seat.tenant) {
                return Ok(None);
            }
            NetworkSettings::of(sight.clone()).await.map(|settings| Some(Node::NetworkSettings(settings)))
        }
        Some(OrderId::KIND) => Ok(Order::find(sight, parse(field, id)?).await?.map(Node::Order)),
        Some(LedgerEntryId::KIND) => Ok(LedgerEntry::find(sight, parse(field, id)?).await?.map(Node::LedgerEntry)),
        Some(UplineRequestId::KIND) => {
            Ok(UplineRequest::find(sight, parse(field, id)?).await?.map(Node::UplineRequest))
        }
        Some(ReferralCodeId::KIND) => Ok(ReferralCode::find(sight, parse(field, id)?).await?.map(Node::ReferralCode)),
        Some(MembershipId::KIND) => Ok(Member::find(sight, parse(field, id)?).await?.map(Node::Member)),
        Some(EventRef::KIND) => {
            let EventRef(position) = parse(field, id)?;
            Ok(ActivityEvent::find(sight, position).await?.map(Node::ActivityEvent))
        }
        // An id that the API gave, of a thing that is no node.
        Some(PersonId::KIND) => parse::<PersonId>(field, id).map(|_| None),
        _ => Err(bad_user_input(field, "an id that the API gave")),
    }
}
