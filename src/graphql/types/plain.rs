//! Lists of plain objects: all of their fields are at hand, and take no arguments. A list of them is written as JSON in one walk.

use std::borrow::Cow;

use async_graphql::parser::types::Field;
use async_graphql::registry::Registry;
use async_graphql::{ContextSelectionSet, OutputType, Positioned, ServerResult, Value};
use bytes::Bytes;

use crate::graphql::json;
use crate::graphql::raw::{Asked, Below, FieldTable, Known, Mention, Plan, RawFields, find_in};
use crate::money::Money;

/// What a plain object is expected to take, so that the buffer seldom grows.
const BYTES_AN_OBJECT: usize = 128;

/// An object of the API all of whose fields are at hand.
pub trait Plain {
    /// Its type in the API.
    const TYPE: &'static str;

    /// Writes the value of one of its fields, and of that what `below` says.
    fn write<F: MayBePlain>(&self, out: &mut Vec<u8>, field: PlainField, below: Below<'_, F>);
}

/// A list of plain objects.
pub struct Written<T>(pub Vec<T>);

/// A field of a plain object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlainField {
    /// A series point's first day.
    Start,
    /// How many steps below the top.
    Level,
    /// How many resellers are there.
    ResellerCount,
    /// How many orders were placed.
    OrderCount,
    /// What they come to.
    Revenue,
    /// How far orders are.
    Status,
    /// How many of them are so far.
    Count,
    /// How much money.
    Amount,
    /// Of which currency.
    Currency,
}

/// A field that a writer knows, which may be one of a plain object: plain objects are written below those of any writer.
pub trait MayBePlain {
    /// The field of a plain object that it is.
    fn as_plain(&self) -> Option<PlainField>;
}

impl MayBePlain for PlainField {
    fn as_plain(&self) -> Option<PlainField> {
        Some(*self)
    }
}

/// The plain objects' fields.
const FIELDS: FieldTable<PlainField, 11> = [
    ("SeriesPoint", "start", PlainField::Start, None),
    ("SeriesPoint", "orderCount", PlainField::OrderCount, None),
    ("SeriesPoint", "revenue", PlainField::Revenue, Some(Money::TYPE)),
    ("LevelPerformance", "level", PlainField::Level, None),
    ("LevelPerformance", "resellerCount", PlainField::ResellerCount, None),
    ("LevelPerformance", "orderCount", PlainField::OrderCount, None),
    ("LevelPerformance", "revenue", PlainField::Revenue, Some(Money::TYPE)),
    ("OrderStatusCount", "status", PlainField::Status, None),
    ("OrderStatusCount", "count", PlainField::Count, None),
    (Money::TYPE, "amount", PlainField::Amount, None),
    (Money::TYPE, "currency", PlainField::Currency, None),
];

impl RawFields for PlainField {
    fn find(type_name: &str, asked: Asked<'_>) -> Option<Known<Self>> {
        find_in(&FIELDS, type_name, asked)
    }
}

impl<T: Plain + OutputType> OutputType for Written<T> {
    fn type_name() -> Cow<'static, str> {
        Vec::<T>::type_name()
    }

    fn qualified_type_name() -> String {
        Vec::<T>::qualified_type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        Vec::<T>::create_type_info(registry)
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, field: &Positioned<Field>) -> ServerResult<Value> {
        match Mention::<PlainField>::of(ctx, field, T::TYPE) {
            Mention::Write(plan) => Ok(Value::Binary(self.write(&plan))),
            Mention::Written => Ok(Value::Null),
            Mention::Plain => self.0.resolve(ctx, field).await,
        }
    }
}

impl<T: Plain> Written<T> {
    fn write(&self, plan: &Plan<PlainField>) -> Bytes {
        let mut out = Vec::with_capacity(BYTES_AN_OBJECT * self.0.len() + 2);
        json::write_list(&mut out, &self.0, |out, object| {
            plan.write_object(out, |out, field, below| object.write(out, *field, below));
        });
        Bytes::from(out)
    }
}

/// Writes a plain object below a field.
pub fn write_one<F: MayBePlain>(out: &mut Vec<u8>, object: &impl Plain, below: Below<'_, F>) {
    below.write_object(out, |out, field, below| match field.as_plain() {
        Some(field) => object.write(out, field, below),
        None => json::write_null(out),
    });
}

/// Writes a list of plain objects below a field.
pub fn write_each<F: MayBePlain>(out: &mut Vec<u8>, objects: &[impl Plain], below: Below<'_, F>) {
    json::write_list(out, objects, |out, object| write_one(out, object, below));
}

impl Plain for Money {
    const TYPE: &'static str = "Money";

    fn write<F: MayBePlain>(&self, out: &mut Vec<u8>, field: PlainField, _: Below<'_, F>) {
        match field {
            PlainField::Amount => json::write_str(out, self.digits().as_str()),
            PlainField::Currency => json::write_str(out, self.currency.code()),
            _ => json::write_null(out),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use async_graphql::parser::parse_schema;
    use async_graphql::parser::types::{TypeKind, TypeSystemDefinition};

    use super::*;
    use crate::graphql::schema::sdl;

    /// A field that is not in the list is answered by the library's resolver; one that is, by `write`, which must know it.
    #[test]
    fn the_list_has_every_field_of_the_plain_objects_and_no_other() {
        let mut known: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for (of, name, ..) in FIELDS {
            known.entry(of).or_default().insert(name);
        }
        let schema = parse_schema(sdl()).unwrap();
        let types = schema.definitions.iter().filter_map(|definition| match definition {
            TypeSystemDefinition::Type(ty) => Some(&ty.node),
            _ => None,
        });
        let mut seen = 0;
        for ty in types {
            let (TypeKind::Object(object), Some(known)) = (&ty.kind, known.get(ty.name.node.as_str())) else {
                continue;
            };
            let fields: BTreeSet<&str> = object.fields.iter().map(|field| field.node.name.node.as_str()).collect();
            assert_eq!(&fields, known, "{}", ty.name.node);
            seen += 1;
        }
        assert_eq!(seen, known.len());
    }
}
