//! Lists of plain objects: all of their fields are at hand, and take no arguments. A list of them is written as JSON in one walk.

use std::borrow::Cow;

use async_graphql::parser::types::Field;
use async_graphql::registry::Registry;
use async_graphql::{ContextSelectionSet, OutputType, Positioned, ServerResult, Value};
use bytes::Bytes;

use crate::graphql::json;
use crate::graphql::raw::{Asked, Below, Known, Mention, Plan, RawFields};
use crate::money::Money;

/// What a plain object is expected to take, so that the buffer seldom grows.
const BYTES_AN_OBJECT: usize = 128;

/// An object of the API all of whose fields are at hand.
pub trait Plain: OutputType {
    /// Its type in the API.
    const TYPE: &'static str;

    /// Writes the value of one of its fields, and of that what `below` says.
    fn write(&self, field: &'static str, below: Below<'_, Named>, out: &mut Vec<u8>);
}

/// A list of plain objects.
pub struct Written<T>(pub Vec<T>);

/// A field of a plain object, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Named(&'static str);

/// The plain objects' fields: the type, the field, and the type of the objects below it.
const FIELDS: [(&str, &str, Option<&str>); 11] = [
    ("SeriesPoint", "start", None),
    ("SeriesPoint", "orderCount", None),
    ("SeriesPoint", "revenue", Some(MONEY)),
    ("LevelPerformance", "level", None),
    ("LevelPerformance", "resellerCount", None),
    ("LevelPerformance", "orderCount", None),
    ("LevelPerformance", "revenue", Some(MONEY)),
    ("OrderStatusCount", "status", None),
    ("OrderStatusCount", "count", None),
    (MONEY, "amount", None),
    (MONEY, "currency", None),
];

const MONEY: &str = "Money";

impl RawFields for Named {
    fn find(type_name: &str, asked: Asked<'_>) -> Option<Known<Self>> {
        let mut fields = FIELDS.iter();
        let (_, name, below) = fields.find(|(of, name, _)| *of == type_name && *name == asked.name())?;
        Some(match below {
            Some(below) => Known::Object(Self(name), below),
            None => Known::Leaf(Self(name)),
        })
    }
}

impl<T: Plain> OutputType for Written<T> {
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
        match Mention::<Named>::of(ctx, field, T::TYPE) {
            Mention::Write(plan) => Ok(Value::Binary(self.write(&plan))),
            Mention::Written => Ok(Value::Null),
            Mention::Plain => self.0.resolve(ctx, field).await,
        }
    }
}

impl<T: Plain> Written<T> {
    fn write(&self, plan: &Plan<Named>) -> Bytes {
        let mut out = Vec::with_capacity(BYTES_AN_OBJECT * self.0.len() + 2);
        json::write_list(&mut out, &self.0, |out, object| {
            plan.write_object(out, |out, Named(field), below| object.write(field, below, out));
        });
        Bytes::from(out)
    }
}

/// Writes amounts of money below a field.
pub fn write_amounts(amounts: &[Money], below: Below<'_, Named>, out: &mut Vec<u8>) {
    json::write_list(out, amounts, |out, money| {
        below.write_object(out, |out, Named(field), _| match *field {
            "amount" => json::write_str(out, money.digits().as_str()),
            "currency" => json::write_str(out, money.currency.code()),
            _ => json::write_null(out),
        });
    });
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
        for (of, name, _) in FIELDS {
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
