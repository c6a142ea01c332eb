//! What validation sees of variables.
//!
//! Of the built-in scalars the library's validation looks at the kind of a value and no further, so two requests that
//! differ in an id or a page size are one to it. Of our own scalars it looks at nothing (none has an `is_valid`, see
//! `tests/api/architecture.rs`): what they hold is read when it is needed. Of everything else (enums, input objects)
//! the whole value is taken.

use std::fmt::Write;

use async_graphql::Positioned;
use async_graphql::parser::types::{BaseType, Type, VariableDefinition};
use serde_json::{Map, Value as Json};

use crate::graphql::limits::schema::CostTable;

/// The shape of the variables that an operation defines, in the order of their definition.
pub(super) fn shape(
    definitions: &[Positioned<VariableDefinition>],
    variables: &Map<String, Json>,
    table: &CostTable,
) -> String {
    let mut shape = String::new();
    for definition in definitions {
        let definition = &definition.node;
        match variables.get(definition.name.node.as_str()) {
            None => shape.push('-'),
            Some(value) if is_scalar(&definition.var_type.node, table) => push_kind(&mut shape, value),
            // Writing to a string can not fail.
            Some(value) => drop(write!(shape, "{value}")),
        }
        shape.push('\n');
    }
    shape
}

fn is_scalar(ty: &Type, table: &CostTable) -> bool {
    const BUILT_IN: [&str; 5] = ["ID", "String", "Int", "Float", "Boolean"];
    match &ty.base {
        BaseType::Named(name) => BUILT_IN.contains(&name.as_str()) || table.is_own_scalar(name),
        BaseType::List(inner) => is_scalar(inner, table),
    }
}

fn push_kind(shape: &mut String, value: &Json) {
    match value {
        Json::Null => shape.push('n'),
        Json::Bool(_) => shape.push('b'),
        Json::String(_) => shape.push('s'),
        Json::Number(number) if number.is_i64() && number.is_u64() => shape.push('i'),
        Json::Number(number) if number.is_i64() => shape.push('j'),
        Json::Number(number) if number.is_u64() => shape.push('u'),
        Json::Number(_) => shape.push('f'),
        Json::Array(items) => {
            shape.push('[');
            for item in items {
                push_kind(shape, item);
            }
            shape.push(']');
        }
        Json::Object(_) => shape.push('o'),
    }
}
