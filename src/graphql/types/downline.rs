//! Listing a downline: search, filter, order and pages.

mod wanted;

use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result, SimpleObject};

use super::Reseller;
use super::paging::Paging;
use super::reseller::WrittenResellers;
use crate::bus::contract::Listed;
use crate::graphql::context::Sight;
use crate::graphql::error::bad_user_input;
use crate::graphql::id::parse;
use crate::network::downline::{Downline, InvalidCursor, PageRequest, Query};
use crate::tenancy::topology::NodeIndex;

pub use wanted::{ResellerFilter, ResellerOrder, query};

/// What is listed of a company.
#[derive(Clone, Copy)]
pub enum Listing {
    /// The companies directly below it.
    Children,
    /// Everything below it.
    Downline,
}

/// A list of resellers.
#[derive(Clone)]
pub struct ResellerList {
    /// What its viewer sees.
    pub sight: Sight,
    /// The company whose list it is.
    pub root: NodeIndex,
    /// What is shown, and in which order.
    pub query: Arc<Query>,
    /// What is listed of the root.
    pub listing: Listing,
}

/// More companies than this to look at, and it is done off the threads that serve requests.
const LARGE: usize = 10_000;

impl ResellerList {
    /// The page `page` of this list.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for a cursor that is none of this list's.
    pub async fn page(self, page: PageRequest) -> Result<ResellerConnection> {
        let visits = self.downline().visits_of_page(&page);
        let found = self.clone().compute(visits, move |downline| {
            let found = downline.page(&page).map_err(|InvalidCursor| wrong_cursor(downline, &page))?;
            let edges = found.nodes.iter().map(|&node| (node, downline.cursor(node))).collect();
            Ok((edges, found.has_next, found.has_previous))
        });
        let (edges, has_next_page, has_previous_page) = found.await?.map_err(|argument| {
            bad_user_input(argument, "a cursor of this list that still holds; start again without it")
        })?;
        Ok(ResellerConnection { list: Some(self), edges, has_next_page, has_previous_page })
    }

    fn downline(&self) -> Downline<'_> {
        let Self { sight, root, query, listing } = self;
        match listing {
            Listing::Children => Downline::children(&sight.chain, *root, query),
            Listing::Downline => Downline::below(&sight.chain, *root, query),
        }
    }

    /// Does the work, which looks at `visits` companies.
    async fn compute<T: Send + 'static>(
        self,
        visits: usize,
        work: impl FnOnce(&Downline<'_>) -> T + Send + 'static,
    ) -> Result<T> {
        self.sight.visit(visits)?;
        let work = move || work(&self.downline());
        if visits > LARGE {
            return Ok(tokio::task::spawn_blocking(work).await?);
        }
        let done = work();
        // Of many small ones together, the request's time limit must be able to stop the rest.
        tokio::task::yield_now().await;
        Ok(done)
    }
}

/// The argument with the cursor for which there is no such page.
fn wrong_cursor(downline: &Downline<'_>, page: &PageRequest) -> &'static str {
    if page.after.as_deref().is_some_and(|after| !downline.knows(after)) { "after" } else { "before" }
}

/// A page of resellers.
#[derive(Default)]
pub struct ResellerConnection {
    /// The list; none where nothing is in sight.
    list: Option<ResellerList>,
    edges: Vec<(NodeIndex, String)>,
    has_next_page: bool,
    has_previous_page: bool,
}

impl ResellerConnection {
    fn spend(&self) -> Result<()> {
        self.list.as_ref().map_or(Ok(()), |list| list.sight.spend(self.edges.len()))
    }

    fn resellers(&self) -> impl Iterator<Item = (Reseller, NodeIndex, &str)> {
        let of_list = |list: &ResellerList| (list.sight.clone(), list.root);
        let list = self.list.as_ref().map(of_list);
        self.edges.iter().filter_map(move |(node, cursor)| {
            let (sight, root) = list.clone()?;
            Some((Reseller { sight, node: *node }, root, cursor.as_str()))
        })
    }
}

/// A page of resellers.
#[Object]
impl ResellerConnection {
    /// The resellers of the page, each with its cursor.
    async fn edges(&self) -> Result<Vec<ResellerEdge>> {
        self.spend()?;
        let edge =
            |(node, root, cursor): (Reseller, NodeIndex, &str)| ResellerEdge { node, root, cursor: cursor.to_owned() };
        Ok(self.resellers().map(edge).collect())
    }

    /// The resellers of the page.
    async fn nodes(&self) -> Result<WrittenResellers> {
        self.spend()?;
        Ok(self.resellers().map(|(reseller, ..)| reseller).collect::<Vec<_>>().into())
    }

    /// Where the page lies in the list.
    async fn page_info(&self) -> PageInfo {
        PageInfo {
            has_next_page: self.has_next_page,
            has_previous_page: self.has_previous_page,
            start_cursor: self.edges.first().map(|(_, cursor)| cursor.clone()),
            end_cursor: self.edges.last().map(|(_, cursor)| cursor.clone()),
        }
    }

    /// How many resellers all pages have together.
    async fn total_count(&self) -> Result<usize> {
        match &self.list {
            Some(list) => {
                let visits = list.downline().visits_of_count();
                list.clone().compute(visits, |downline: &Downline<'_>| downline.total_count()).await
            }
            None => Ok(0),
        }
    }
}

/// A reseller in a list.
pub struct ResellerEdge {
    node: Reseller,
    root: NodeIndex,
    cursor: String,
}

/// A reseller in a list.
#[Object]
impl ResellerEdge {
    /// The reseller.
    async fn node(&self) -> Reseller {
        self.node.clone()
    }

    /// Its place in the list, for `after` and `before`.
    async fn cursor(&self) -> &str {
        &self.cursor
    }

    /// The way down to it from the reseller whose list this is, both included.
    async fn path(&self) -> Result<Vec<Reseller>> {
        let Reseller { sight, node } = &self.node;
        let path = sight.path(self.root, *node)?;
        Ok(path.into_iter().map(|node| Reseller { sight: sight.clone(), node }).collect())
    }
}

/// Where a page lies in its list.
#[derive(Clone, SimpleObject)]
pub struct PageInfo {
    /// Whether the list goes on after this page.
    pub has_next_page: bool,
    /// Whether the list has something before this page.
    pub has_previous_page: bool,
    /// The cursor of the page's first entry. Null where the page is empty.
    pub start_cursor: Option<String>,
    /// The cursor of the page's last entry. Null where the page is empty.
    pub end_cursor: Option<String>,
}

impl PageInfo {
    /// Where the page `listed` lies, whose entries have the cursors that `cursor` says.
    pub fn of<T>(listed: &Listed<T>, cursor: impl Fn(&T) -> String) -> Self {
        Self {
            has_next_page: listed.has_next,
            has_previous_page: listed.has_previous,
            start_cursor: listed.entries.first().map(&cursor),
            end_cursor: listed.entries.last().map(&cursor),
        }
    }
}

/// Root fields that list a downline.
#[derive(Default)]
pub struct DownlineQuery;

#[Object]
impl DownlineQuery {
    /// Everything below a reseller, at any depth: without `orderBy` in the order of the tree, a parent before its children and siblings by name.
    ///
    /// For a `rootId` that the caller may not see, as for one that was never issued, the list is empty.
    #[expect(clippy::too_many_arguments, reason = "the arguments of the API's field")]
    async fn downline(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Below which reseller; without it the caller's own.")] root_id: Option<ID>,
        #[graphql(desc = "Part of the name, the slug or the external id, without regard to case.")] search: Option<
            String,
        >,
        #[graphql(desc = "Only those for which all of this holds.")] filter: Option<ResellerFilter>,
        #[graphql(desc = "Sorted by this; without it in the order of the tree.")] order_by: Option<ResellerOrder>,
        #[graphql(desc = "At most so many from the beginning: 1 to 100, 20 where neither first nor last is given.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many from the end: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<ResellerConnection> {
        let root_id = root_id.map(|id| parse("rootId", &id)).transpose()?;
        let page = Paging { first, after, last, before }.request()?;
        let sight = Sight::of(ctx)?;
        let Some(root) = root_id.map_or(Some(sight.own), |id| sight.find(id)) else {
            return Ok(ResellerConnection::default());
        };
        let query = Arc::new(query(&sight, search, filter, order_by)?);
        ResellerList { sight, root, query, listing: Listing::Downline }.page(page).await
    }
}
