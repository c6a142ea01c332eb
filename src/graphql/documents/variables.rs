//! Makes the variables of a request what its operation defines (GraphQL specification, section 6.1.2,
//! `CoerceVariableValues`), as far as the library does not.

use async_graphql::parser::types::VariableDefinition;
use async_graphql::{Positioned, ServerError, Value};
use serde_json::{Map, Value as Json};

use crate::graphql::error::ErrorCode;

/// Takes the defined variables out of the `given`, puts in their defaults, and refuses what is required and missing.
///
/// The library reads defaults where it reads arguments, but not for `@skip` and `@include`; and finds a missing
/// variable only when its field is resolved.
pub(super) fn coerce(
    definitions: &[Positioned<VariableDefinition>],
    mut given: Map<String, Json>,
) -> Result<Map<String, Json>, ServerError> {
    let mut variables = Map::new();
    for definition in definitions {
        let name = definition.node.name.node.as_str();
        let default = definition.node.default_value.as_ref().map(|default| &default.node);
        let value = given.remove(name).or_else(|| default.and_then(to_json));
        if value.as_ref().is_none_or(Json::is_null) && !definition.node.var_type.node.nullable {
            return Err(missing(definition));
        }
        if let Some(value) = value {
            variables.insert(name.to_owned(), value);
        }
    }
    Ok(variables)
}

fn to_json(value: &Value) -> Option<Json> {
    value.clone().into_json().ok()
}

fn missing(definition: &Positioned<VariableDefinition>) -> ServerError {
    let (name, ty) = (&definition.node.name.node, &definition.node.var_type.node);
    let message = format!("The variable ${name} is required: its type is {ty}.");
    let mut error = ErrorCode::BadUserInput.request_error(message);
    error.extensions.get_or_insert_default().set("field", name.as_str());
    error.locations.push(definition.pos);
    error
}
