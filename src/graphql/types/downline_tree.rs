//! The downline as a tree, nested and flat.
//!
//! A tree of 1,000 nodes is written in one walk from memory ([`raw`](crate::graphql::raw)); what that walk does not know, such as
//! `DownlineNode.reseller`, makes the library's resolvers below answer instead. Both give the same.

use std::sync::Arc;

use async_graphql::parser::types::Field;
use async_graphql::registry::Registry;
use async_graphql::{Context, ContextSelectionSet, ID, Object, OutputType, Positioned, Result, ServerResult, Value};

use super::Reseller;
use super::reseller::ResellerStatus;
use crate::graphql::context::Sight;
use crate::graphql::error::bad_user_input;
use crate::graphql::id::{global, parse};
use crate::graphql::raw::Mention;
use crate::network::downline_tree::DownlineTree as Tree;

mod written;

use written::Known;

/// How deep a tree may be asked for.
const MAX_DEPTH: u32 = 1_000;

/// A tree, and what its viewer sees.
struct Shown {
    sight: Sight,
    tree: Tree,
}

/// A part of the caller's downline, as a tree.
#[derive(Clone)]
pub struct DownlineTree(Arc<Shown>);

/// A part of the downline as a tree: nested from its root, and flat.
#[Object]
impl DownlineTree {
    /// The tree's root, with everything below it that this answer has. Where `after` was given, only the way down to its nodes comes with them.
    async fn root(&self) -> DownlineNode {
        self.node(0)
    }

    /// The nodes of this answer in pre-order: a parent before its children, siblings by name. Where `after` was given: those that come after it.
    async fn nodes(&self) -> Result<Vec<DownlineNode>> {
        self.0.sight.spend(self.0.tree.page().len())?;
        Ok(self.0.tree.page().map(|at| self.node(at)).collect())
    }

    /// How many `nodes` this answer has.
    async fn node_count(&self) -> usize {
        self.0.tree.page().len()
    }

    /// Whether the tree goes on after the last of `nodes`. An answer has at most 2,000.
    async fn truncated(&self) -> bool {
        self.0.tree.truncated
    }

    /// Give it as `after` to go on. Null where the tree was not truncated.
    async fn end_cursor(&self) -> Option<String> {
        self.0.tree.end_cursor(&self.0.sight.chain)
    }
}

impl DownlineTree {
    fn node(&self, at: usize) -> DownlineNode {
        DownlineNode { shown: self.0.clone(), at }
    }
}

/// A reseller's place in a tree.
pub struct DownlineNode {
    shown: Arc<Shown>,
    at: usize,
}

/// A reseller's place in a tree. It is no `Node`: a client's cache must not take it for the `Reseller`.
#[Object]
impl DownlineNode {
    /// The reseller's id.
    async fn reseller_id(&self) -> ID {
        global(self.shown.sight.chain.id(self.place().node))
    }

    /// The reseller's name.
    async fn name(&self) -> &str {
        self.shown.sight.chain.name(self.place().node)
    }

    /// Where the reseller stands in its life.
    async fn status(&self) -> ResellerStatus {
        self.shown.sight.chain.status(self.place().node).into()
    }

    /// Whether it or any company above it has a freeze.
    async fn frozen(&self) -> bool {
        self.shown.sight.chain.is_frozen(self.place().node)
    }

    /// The id of the reseller one step up. Null at the tree's root.
    async fn parent_id(&self) -> Option<ID> {
        let chain = &self.shown.sight.chain;
        let parent = chain.parent(self.place().node).filter(|_| self.place().depth > 0)?;
        Some(global(chain.id(parent)))
    }

    /// How many steps it is below the tree's root, which is at 0.
    async fn depth(&self) -> u32 {
        self.place().depth
    }

    /// How many resellers are directly below it, whether or not this answer has them.
    async fn child_count(&self) -> usize {
        self.shown.sight.chain.child_count(self.place().node)
    }

    /// How many resellers are below it at any depth, whether or not this answer has them.
    async fn descendant_count(&self) -> usize {
        self.shown.sight.chain.descendant_count(self.place().node)
    }

    /// The nodes directly below it that this answer has, by name.
    async fn children(&self) -> Result<Vec<Self>> {
        let children: Vec<_> =
            self.shown.tree.children(self.at).map(|at| Self { shown: self.shown.clone(), at }).collect();
        self.shown.sight.spend(children.len())?;
        Ok(children)
    }

    /// The reseller itself.
    async fn reseller(&self) -> Reseller {
        Reseller { sight: self.shown.sight.clone(), node: self.place().node }
    }
}

impl DownlineNode {
    fn place(&self) -> &crate::network::downline_tree::TreeNode {
        &self.shown.tree.nodes[self.at]
    }
}

/// A tree that is written from memory where that can be.
pub struct WrittenTree(DownlineTree);

impl OutputType for WrittenTree {
    fn type_name() -> std::borrow::Cow<'static, str> {
        DownlineTree::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        DownlineTree::create_type_info(registry)
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, field: &Positioned<Field>) -> ServerResult<Value> {
        match Mention::<Known>::of(ctx, field, "DownlineTree") {
            Mention::Write(plan) => {
                let written = written::write(&self.0.0, &plan);
                written.map(Value::Binary).map_err(|error| ctx.set_error_path(error.into_server_error(field.pos)))
            }
            Mention::Written => Ok(Value::Null),
            Mention::Plain => self.0.resolve(ctx, field).await,
        }
    }
}

/// Root fields that show the downline as a tree.
#[derive(Default)]
pub struct DownlineTreeQuery;

#[Object]
impl DownlineTreeQuery {
    /// The downline as a tree, from a reseller down. Null where the caller may not see that reseller, as for an id that was never issued.
    ///
    /// One answer has at most 2,000 nodes; a larger tree says so in `truncated` and goes on with `after`.
    async fn downline_tree(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The tree's root; without it the caller's own reseller.")] root_id: Option<ID>,
        #[graphql(desc = "How many steps down from the root: 0 to 1,000.", default = 3)] depth: i32,
        #[graphql(desc = "The `endCursor` of a truncated answer, to go on after it.")] after: Option<String>,
    ) -> Option<Result<WrittenTree>> {
        cut(ctx, root_id.as_ref(), depth, after.as_deref()).transpose()
    }
}

fn cut(ctx: &Context<'_>, root_id: Option<&ID>, depth: i32, after: Option<&str>) -> Result<Option<WrittenTree>> {
    let root_id = root_id.map(|id| parse("rootId", id)).transpose()?;
    let depth = u32::try_from(depth).ok().filter(|depth| *depth <= MAX_DEPTH);
    let depth = depth.ok_or_else(|| bad_user_input("depth", format_args!("a number from 0 to {MAX_DEPTH}")))?;
    let sight = Sight::of(ctx)?;
    let Some(root) = root_id.map_or(Some(sight.own), |id| sight.find(id)) else { return Ok(None) };
    let tree = Tree::cut(&sight.chain, root, depth, after)
        .map_err(|_| bad_user_input("after", "the endCursor of this tree, still in it; start again without it"))?;
    Ok(Some(WrittenTree(DownlineTree(Arc::new(Shown { sight, tree })))))
}
