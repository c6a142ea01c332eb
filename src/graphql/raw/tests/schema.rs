//! The same tree twice: with the library's resolvers, and with a writer.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_graphql::futures_util::FutureExt;
use async_graphql::parser::types::Field;
use async_graphql::registry::Registry;
use async_graphql::{
    ContextSelectionSet, EmptyMutation, EmptySubscription, Interface, Object, ObjectType, OutputType, Positioned,
    Request, Schema, ServerResult, SimpleObject, Value, Variables,
};
use bytes::Bytes;
use serde_json::{Map, Value as Json};

use crate::graphql::json;
use crate::graphql::raw::{Asked, Known, Mention, Plan, RawFields};

#[derive(Debug)]
struct Data {
    id: i32,
    name: &'static str,
    parent: Option<i32>,
}

const DATA: [Data; 4] = [
    Data { id: 1, name: "one", parent: None },
    Data { id: 2, name: "two", parent: Some(1) },
    Data { id: 3, name: "a\"b\\é\n", parent: Some(1) },
    Data { id: 4, name: "four", parent: Some(3) },
];

fn below(id: i32) -> impl Iterator<Item = &'static Data> {
    DATA.iter().filter(move |data| data.parent == Some(id))
}

fn all(data: &'static Data) -> Vec<&'static Data> {
    std::iter::once(data).chain(below(data.id).flat_map(all)).collect()
}

#[derive(Interface)]
#[graphql(field(name = "name", ty = "String"))]
pub(super) enum Named {
    Node(Node),
}

#[derive(Clone)]
pub(super) struct Node(&'static Data);

#[Object]
impl Node {
    async fn id(&self) -> i32 {
        self.0.id
    }
    async fn name(&self) -> String {
        self.0.name.to_owned()
    }
    async fn parent(&self) -> Option<i32> {
        self.0.parent
    }
    async fn children(&self) -> Vec<Node> {
        below(self.0.id).map(Node).collect()
    }
    /// Not known to the writer.
    async fn owner(&self) -> String {
        format!("owner of {}", self.0.id)
    }
    /// Has an argument, so it is not known to the writer.
    async fn shout(&self, times: usize) -> String {
        self.0.name.repeat(times)
    }
}

#[derive(SimpleObject)]
pub(super) struct Tree {
    root: Node,
    nodes: Vec<Node>,
    count: usize,
}

impl Tree {
    fn of(root: &'static Data) -> Self {
        let nodes: Vec<_> = all(root).into_iter().map(Node).collect();
        Self { root: Node(root), count: nodes.len(), nodes }
    }
}

fn find(id: i32) -> Option<&'static Data> {
    DATA.iter().find(|data| data.id == id)
}

#[derive(Default)]
pub(super) struct PlainQuery;

#[Object(name = "Query")]
impl PlainQuery {
    async fn tree(&self, #[graphql(default = 1)] id: i32) -> Option<Tree> {
        find(id).map(Tree::of)
    }
    async fn named(&self) -> Option<Named> {
        None
    }
    async fn ok(&self) -> bool {
        true
    }
}

#[derive(Default)]
pub(super) struct RawQuery;

#[Object(name = "Query")]
impl RawQuery {
    async fn tree(&self, #[graphql(default = 1)] id: i32) -> Option<RawTree> {
        find(id).map(RawTree)
    }
    async fn named(&self) -> Option<Named> {
        None
    }
    async fn ok(&self) -> bool {
        true
    }
}

/// The tree, written from memory.
pub(super) struct RawTree(&'static Data);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum F {
    Root,
    Nodes,
    Count,
    Id,
    Name,
    Parent,
    Children,
}

impl RawFields for F {
    fn find(type_name: &str, asked: Asked<'_>) -> Option<Known<Self>> {
        Some(match (type_name, asked.name()) {
            ("Tree", "root") => Known::Object(Self::Root, "Node"),
            ("Tree", "nodes") => Known::Object(Self::Nodes, "Node"),
            ("Tree", "count") => Known::Leaf(Self::Count),
            ("Node", "id") => Known::Leaf(Self::Id),
            ("Node", "name") => Known::Leaf(Self::Name),
            ("Node", "parent") => Known::Leaf(Self::Parent),
            ("Node", "children") => Known::Object(Self::Children, "Node"),
            _ => return None,
        })
    }
}

fn write_tree(out: &mut Vec<u8>, root: &'static Data, plan: &Plan<F>) {
    plan.write_object(out, |out, field, below| match *field {
        F::Root => below.write_object(out, |out, field, below| write_field(out, root, *field, below)),
        F::Nodes => json::write_list(out, all(root), |out, node| {
            below.write_object(out, |out, field, below| write_field(out, node, *field, below));
        }),
        _ => json::write_int(out, i64::try_from(all(root).len()).expect("few nodes")),
    });
}

fn write_field(out: &mut Vec<u8>, node: &'static Data, field: F, plan: crate::graphql::raw::Below<'_, F>) {
    match field {
        F::Id => json::write_int(out, node.id.into()),
        F::Name => json::write_str(out, node.name),
        F::Parent => match node.parent {
            Some(parent) => json::write_int(out, parent.into()),
            None => json::write_null(out),
        },
        F::Children => json::write_list(out, below(node.id), |out, child| {
            plan.write_object(out, |out, field, below| write_field(out, child, *field, below));
        }),
        F::Root | F::Nodes | F::Count => panic!("a field of the tree on a node"),
    }
}

impl OutputType for RawTree {
    fn type_name() -> std::borrow::Cow<'static, str> {
        Tree::type_name()
    }
    fn create_type_info(registry: &mut Registry) -> String {
        Tree::create_type_info(registry)
    }
    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, field: &Positioned<Field>) -> ServerResult<Value> {
        match Mention::of(ctx, field, "Tree") {
            Mention::Write(plan) => {
                let mut out = Vec::new();
                write_tree(&mut out, self.0, &plan);
                ctx.data_unchecked::<Arc<AtomicBool>>().store(true, Ordering::Relaxed);
                Ok(Value::Binary(Bytes::from(out)))
            }
            Mention::Written => Ok(Value::Null),
            Mention::Plain => Tree::of(self.0).resolve(ctx, field).await,
        }
    }
}

pub(super) type TestSchema<Q> = Schema<Q, EmptyMutation, EmptySubscription>;

fn schema<Q: ObjectType + Default + 'static>() -> TestSchema<Q> {
    Schema::build(Q::default(), EmptyMutation, EmptySubscription).data(Arc::new(AtomicBool::new(false))).finish()
}

pub(super) fn plain_schema() -> TestSchema<PlainQuery> {
    schema()
}

pub(super) fn raw_schema() -> TestSchema<RawQuery> {
    schema()
}

/// Whether anything was written raw by this schema.
pub(super) fn wrote_raw(schema: &TestSchema<RawQuery>) -> bool {
    schema.data::<Arc<AtomicBool>>().is_some_and(|wrote| wrote.load(Ordering::Relaxed))
}

/// The answer as JSON. Nothing in these schemas waits.
pub(super) fn answer<Q: ObjectType + 'static>(
    schema: &TestSchema<Q>,
    query: &str,
    variables: &Map<String, Json>,
) -> String {
    let request = Request::new(query).variables(Variables::from_json(Json::Object(variables.clone())));
    let response = schema.execute(request).now_or_never().expect("nothing waits");
    String::from_utf8(json::write_response(&response, true)).expect("JSON is UTF-8")
}
