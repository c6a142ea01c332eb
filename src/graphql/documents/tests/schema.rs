//! A schema that can go wrong in every way.

use async_graphql::{
    EmptySubscription, Enum, Error, ID, InputObject, InputValueError, InputValueResult, Object, OneofObject, Result,
    Scalar, ScalarType, Schema, SchemaBuilder, SimpleObject, Value,
};

use crate::graphql::documents::Executor;
use crate::graphql::error::{forbidden, internal};
use crate::graphql::limits::Limits;
use crate::graphql::limits::schema::PageSizes;

/// An even number, to have a scalar of our own that refuses something.
#[derive(Clone, Copy)]
struct Even(i64);

#[Scalar]
impl ScalarType for Even {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            Value::Number(number) => match number.as_i64() {
                Some(even) if even % 2 == 0 => Ok(Self(even)),
                _ => Err(InputValueError::custom("it is odd")),
            },
            _ => Err(InputValueError::expected_type(value)),
        }
    }
    fn to_value(&self) -> Value {
        Value::from(self.0)
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Enum)]
enum Order {
    Name,
    Depth,
}

#[derive(InputObject)]
struct Filter {
    name: Option<String>,
    depth: i32,
}

#[derive(InputObject)]
struct Range {
    #[graphql(default = 1)]
    from: i32,
    to: Option<i32>,
}

#[derive(OneofObject)]
enum Period {
    Days(i32),
    Preset(Order),
}

#[derive(SimpleObject)]
struct Row {
    id: ID,
    next: Option<Box<Row>>,
}

pub(super) struct Query {
    /// What goes wrong inside.
    fault: &'static str,
}

#[Object]
impl Query {
    async fn hello(&self) -> &'static str {
        "world"
    }
    async fn row(&self, id: ID) -> Row {
        Row { next: Some(Box::new(Row { id: id.clone(), next: None })), id }
    }
    async fn ids(&self, ids: Vec<ID>) -> Vec<ID> {
        ids
    }
    async fn small(&self, n: u16, text: Option<String>, yes: Option<bool>, ratio: Option<f64>) -> String {
        format!("{n} {text:?} {yes:?} {ratio:?}")
    }
    async fn rows(&self, order: Option<Order>, filter: Option<Filter>, period: Option<Period>) -> String {
        let order = order.map(|order| if order == Order::Name { "name" } else { "depth" });
        let filter = filter.map(|filter| (filter.name, filter.depth));
        let period = period.map(|period| match period {
            Period::Days(days) => days,
            Period::Preset(order) => order as i32,
        });
        format!("{order:?} {filter:?} {period:?}")
    }
    async fn even(&self, n: Even) -> Option<i64> {
        Some(n.0)
    }
    async fn page(&self, #[graphql(validator(maximum = 100))] first: i32) -> Option<i32> {
        Some(first)
    }
    async fn depth(&self, #[graphql(default = 3)] depth: i32, #[graphql(default = 7)] other: Option<i32>) -> String {
        format!("{depth} {other:?}")
    }
    async fn range(&self, range: Range) -> String {
        format!("{} {:?}", range.from, range.to)
    }
    async fn query(&self) -> Self {
        Self { fault: self.fault }
    }
    fn fails(&self) -> Result<Option<i32>> {
        Err(internal(std::io::Error::other(self.fault)))
    }
    fn must_fail(&self) -> Result<i32> {
        Err(Error::new_with_source(std::io::Error::other(self.fault)))
    }
    /// `Result<Option<_>>` would take the whole answer with it: the library nulls where it meets an `Option`.
    async fn secret(&self) -> Option<Result<i32>> {
        Err(forbidden()).transpose()
    }
    async fn panics(&self) -> Option<i32> {
        assert!(std::env::args().count() == 0, "the tables have turned");
        None
    }
}

pub(super) struct Mutation;

#[Object]
impl Mutation {
    async fn rename(&self, name: String) -> String {
        name
    }
}

pub(super) type TestExecutor = Executor<Query, Mutation, EmptySubscription>;

fn build() -> SchemaBuilder<Query, Mutation, EmptySubscription> {
    Schema::build(Query { fault: "connection to 10.0.0.3 refused" }, Mutation, EmptySubscription)
}

pub(super) fn executor() -> TestExecutor {
    Executor::new(build, Limits::default(), PageSizes { default: 20, max: 100 }, &[]).expect("the SDL can be read")
}
