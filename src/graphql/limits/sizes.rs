//! How many a field is asked for: literals, variables and their defaults; and how long the variables are.
//!
//! A variable is only ever looked at here, never copied: it may be long, and used in a thousand places.

use std::cell::Cell;
use std::collections::HashMap;

use async_graphql::parser::types::{Field, OperationDefinition};
use async_graphql::{Name, Number, Positioned, Value};
use async_graphql_value::Value as InputValue;
use serde_json::{Map, Value as Json};

use super::schema::PageSizes;

/// Each time a variable is used, so many bytes of it count as one field: the library copies it there.
const BYTES_A_FIELD: u64 = 128;

/// The variables of one request, as far as they say how much is asked for.
pub struct Sizes<'a> {
    variables: &'a Map<String, Json>,
    /// Of each variable, how long it is when written as JSON.
    bytes: HashMap<&'a str, u64>,
    defaults: HashMap<&'a str, &'a Value>,
    used: Cell<bool>,
}

/// What an argument says of a size.
enum Asked {
    Nothing,
    Number(u64),
    List(u64),
    Other,
}

impl<'a> Sizes<'a> {
    /// The variables of a request for `operation`; without one, only literals say anything.
    pub fn new(variables: &'a Map<String, Json>, operation: Option<&'a OperationDefinition>) -> Self {
        let definitions = operation.map_or(&[][..], |operation| &operation.variable_definitions);
        let defaults = definitions.iter().map(|definition| &definition.node);
        let defaults = defaults
            .filter_map(|definition| Some((definition.name.node.as_str(), &definition.default_value.as_ref()?.node)));
        let bytes = variables.iter().map(|(name, value)| (name.as_str(), json_bytes(value)));
        Self { variables, bytes: bytes.collect(), defaults: defaults.collect(), used: Cell::new(false) }
    }

    /// Whether a variable said how much: then another request for the same document may cost something else.
    pub fn by_variables(&self) -> bool {
        self.used.get()
    }

    /// Whether the variables are so short that their length costs nothing, wherever they are used.
    pub fn are_short(&self) -> bool {
        self.bytes.values().sum::<u64>() < BYTES_A_FIELD
    }

    /// The page size that a field asks for, or the usual one. Whatever is no number at all is taken for the largest:
    /// the library refuses it.
    pub(super) fn page(&self, field: &Field, usual: u64, pages: PageSizes) -> u64 {
        let asked = ["first", "last"].into_iter().filter_map(|name| match self.argument(field, name) {
            Asked::Nothing => None,
            Asked::Number(number) => Some(number),
            Asked::List(_) | Asked::Other => Some(pages.max),
        });
        asked.max().unwrap_or(usual).min(pages.max)
    }

    /// How many a field names in its argument `ids`. One value alone stands for a list of one (GraphQL specification,
    /// section 3.11).
    pub(super) fn ids(&self, field: &Field) -> u64 {
        match self.argument(field, "ids") {
            Asked::List(length) => length,
            _ => 1,
        }
    }

    fn argument(&self, field: &Field, name: &str) -> Asked {
        match field.get_argument(name).map(|value| &value.node) {
            None | Some(InputValue::Null) => Asked::Nothing,
            Some(InputValue::Number(number)) => whole(number),
            Some(InputValue::List(items)) => Asked::List(items.len() as u64),
            Some(InputValue::Variable(variable)) => self.variable(variable),
            Some(_) => Asked::Other,
        }
    }

    fn variable(&self, name: &Name) -> Asked {
        self.used.set(true);
        match self.variables.get(name.as_str()) {
            Some(Json::Null) => Asked::Nothing,
            Some(Json::Number(number)) => whole(number),
            Some(Json::Array(items)) => Asked::List(items.len() as u64),
            Some(_) => Asked::Other,
            None => self.defaults.get(name.as_str()).map_or(Asked::Nothing, |default| match default {
                Value::Null => Asked::Nothing,
                Value::Number(number) => whole(number),
                Value::List(items) => Asked::List(items.len() as u64),
                _ => Asked::Other,
            }),
        }
    }

    /// The length of the variables that stand in `arguments`, in bytes, and the fields that they count as.
    pub(super) fn copied(&self, arguments: &[(Positioned<Name>, Positioned<InputValue>)]) -> (u64, u64) {
        let (mut bytes, mut fields) = (0_u64, 0_u64);
        for (_, value) in arguments {
            self.each_variable(&value.node, &mut |length| {
                bytes = bytes.saturating_add(length);
                fields = fields.saturating_add(length / BYTES_A_FIELD);
            });
        }
        (bytes, fields)
    }

    /// Calls `found` with the length of each variable in a value, whose nesting was bounded before it was parsed.
    fn each_variable(&self, value: &InputValue, found: &mut impl FnMut(u64)) {
        match value {
            InputValue::Variable(name) => found(self.bytes.get(name.as_str()).copied().unwrap_or(0)),
            InputValue::List(items) => items.iter().for_each(|item| self.each_variable(item, found)),
            InputValue::Object(fields) => fields.values().for_each(|field| self.each_variable(field, found)),
            _ => {}
        }
    }
}

fn whole(number: &Number) -> Asked {
    if number.is_i64() { Asked::Number(number.as_u64().unwrap_or(0)) } else { Asked::Other }
}

/// How long a value is when written as JSON.
pub(crate) fn json_bytes(value: &Json) -> u64 {
    serde_json::to_vec(value).map_or(u64::MAX, |json| json.len() as u64)
}
