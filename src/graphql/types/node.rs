//! Anything by its id.

use async_graphql::{Context, ID, Interface, Object, Result};
use entity::{FreezeId, PersonId, TenantId};

use super::{Freeze, Reseller};
use crate::graphql::context::Sight;
use crate::graphql::error::bad_user_input;
use crate::graphql::id::{Identified, parse};

/// A thing that has an id, by which it can be asked for again.
#[derive(Interface)]
#[graphql(field(name = "id", ty = "ID", desc = "The thing's id."))]
pub enum Node {
    /// A company of the chain.
    Reseller(Reseller),
    /// One cause of freezing.
    Freeze(Freeze),
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
        Sight::of(ctx).and_then(|sight| find(&sight, "id", &id)).transpose()
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
        Ok(ids.iter().map(|id| find(&sight, "ids", id).transpose()).collect())
    }
}

fn find(sight: &Sight, field: &str, id: &ID) -> Result<Option<Node>> {
    match id.split_once('_').map(|(kind, _)| kind) {
        Some(TenantId::KIND) => {
            let found = sight.find(parse(field, id)?);
            Ok(found.map(|node| Node::Reseller(Reseller { sight: sight.clone(), node })))
        }
        Some(FreezeId::KIND) => Ok(Freeze::find(sight, parse(field, id)?).map(Node::Freeze)),
        // An id that the API gave, of a thing that is no node.
        Some(PersonId::KIND) => parse::<PersonId>(field, id).map(|_| None),
        _ => Err(bad_user_input(field, "an id that the API gave")),
    }
}
