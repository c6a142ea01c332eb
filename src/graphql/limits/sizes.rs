//! How many a field is asked for: literals, variables and their defaults.

use std::cell::Cell;
use std::convert::Infallible;

use async_graphql::parser::types::{Field, OperationDefinition, VariableDefinition};
use async_graphql::{Positioned, Value};
use serde_json::{Map, Value as Json};

use super::schema::PageSizes;

/// The variables of one request, as far as they say how much is asked for.
pub struct Sizes<'a> {
    variables: &'a Map<String, Json>,
    definitions: &'a [Positioned<VariableDefinition>],
    used: Cell<bool>,
}

impl<'a> Sizes<'a> {
    /// The variables of a request for `operation`; without one, only literals say anything.
    pub fn new(variables: &'a Map<String, Json>, operation: Option<&'a OperationDefinition>) -> Self {
        let definitions = operation.map_or(&[][..], |operation| &operation.variable_definitions);
        Self { variables, definitions, used: Cell::new(false) }
    }

    /// Whether a variable said how much: then another request for the same document may cost something else.
    pub fn by_variables(&self) -> bool {
        self.used.get()
    }

    /// The page size that a field asks for, or the usual one. Whatever is no number at all is taken for the largest:
    /// the library refuses it.
    pub(super) fn page(&self, field: &Field, usual: u64, pages: PageSizes) -> u64 {
        let asked = ["first", "last"].into_iter().filter_map(|name| self.argument(field, name));
        let asked = asked.filter_map(|value| match value {
            Value::Null => None,
            Value::Number(number) if number.is_i64() => Some(number.as_u64().unwrap_or(0)),
            _ => Some(pages.max),
        });
        asked.max().unwrap_or(usual).min(pages.max)
    }

    /// How many a field names in its argument `ids`. One value alone stands for a list of one (GraphQL specification,
    /// section 3.11).
    pub(super) fn ids(&self, field: &Field) -> u64 {
        match self.argument(field, "ids") {
            Some(Value::List(ids)) => ids.len() as u64,
            _ => 1,
        }
    }

    fn argument(&self, field: &Field, name: &str) -> Option<Value> {
        let value = field.get_argument(name)?.node.clone();
        let value: Result<Value, Infallible> = value.into_const_with(|variable| {
            self.used.set(true);
            Ok(self.variable(&variable).unwrap_or_default())
        });
        value.ok()
    }

    fn variable(&self, name: &str) -> Option<Value> {
        let given = self.variables.get(name).and_then(|given| Value::from_json(given.clone()).ok());
        given.or_else(|| {
            let definition = self.definitions.iter().find(|definition| definition.node.name.node == name)?;
            definition.node.default_value().cloned()
        })
    }
}
