//! The one field that a subscription asks for (GraphQL specification, section 5.2.4.1, "Single Root Field").
//!
//! The library takes several, and overlooks one that stands in a fragment.

use std::collections::HashMap;

use async_graphql::parser::types::{
    Directive, ExecutableDocument, Field, FragmentDefinition, OperationDefinition, Selection, SelectionSet,
};
use async_graphql::{Name, Positioned, ServerError};
use async_graphql_value::Value as InputValue;

use crate::graphql::error::ErrorCode;

type Fragments = HashMap<Name, Positioned<FragmentDefinition>>;

/// What the operation asks for instead, and the fragments that nothing spreads any more: where its field is not plainly the only thing in it.
#[derive(Debug)]
pub(super) struct Rewritten {
    field: Positioned<Field>,
    spread: Vec<Name>,
}

/// Sees that `operation` has one root field. None where that stands there alone.
///
/// # Errors
/// Where it has several, none, one of introspection, or one that may be left out.
pub(super) fn one_root_field(
    document: &ExecutableDocument,
    operation: &OperationDefinition,
) -> Result<Option<Rewritten>, ServerError> {
    let set = &operation.selection_set.node;
    let mut found = Found { fragments: &document.fragments, fields: Vec::new(), spread: Vec::new() };
    found.add(set)?;
    let first = *found.fields.first().ok_or_else(not_one)?;
    if first.node.name.node.starts_with("__") || !found.fields.iter().all(|field| is_same(&first.node, &field.node)) {
        return Err(not_one());
    }
    if set.items.len() == 1 && found.spread.is_empty() && found.fields.len() == 1 && is_field(set) {
        return Ok(None);
    }
    let mut field = first.clone();
    let selected = found.fields.iter().flat_map(|field| field.node.selection_set.node.items.iter().cloned());
    field.node.selection_set.node.items = selected.collect();
    Ok(Some(Rewritten { field, spread: found.spread.into_iter().cloned().collect() }))
}

impl Rewritten {
    /// Puts it in its place.
    pub(super) fn put_into(self, operation: &mut OperationDefinition, fragments: &mut Fragments) {
        let place = self.field.pos;
        operation.selection_set.node.items = vec![Positioned::new(Selection::Field(self.field), place)];
        // Of the type of the root, they can be spread nowhere else.
        fragments.retain(|name, _| !self.spread.contains(name));
    }
}

/// The variable that an argument of the first root field is given, if it is one.
pub(super) fn variable_of_argument<'o>(operation: &'o OperationDefinition, argument: &str) -> Option<&'o str> {
    let Selection::Field(field) = &operation.selection_set.node.items.first()?.node else { return None };
    match &field.node.get_argument(argument)?.node {
        InputValue::Variable(name) => Some(name.as_str()),
        _ => None,
    }
}

struct Found<'d> {
    fragments: &'d Fragments,
    fields: Vec<&'d Positioned<Field>>,
    spread: Vec<&'d Name>,
}

impl<'d> Found<'d> {
    fn add(&mut self, set: &'d SelectionSet) -> Result<(), ServerError> {
        for selection in &set.items {
            if selection.node.directives().iter().any(may_leave_out) {
                let message = "What a subscription asks for cannot be left out by @skip or @include.";
                return Err(ErrorCode::GraphqlValidationFailed.request_error(message));
            }
            match &selection.node {
                Selection::Field(field) => self.fields.push(field),
                Selection::InlineFragment(inline) => self.add(&inline.node.selection_set.node)?,
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    if !self.spread.contains(&name) {
                        self.spread.push(name);
                        let fragment = self.fragments.get(name).ok_or_else(not_one)?;
                        self.add(&fragment.node.selection_set.node)?;
                    }
                }
            }
        }
        Ok(())
    }
}

fn is_field(set: &SelectionSet) -> bool {
    matches!(set.items.first().map(|item| &item.node), Some(Selection::Field(_)))
}

fn may_leave_out(directive: &Positioned<Directive>) -> bool {
    matches!(directive.node.name.node.as_str(), "skip" | "include")
}

fn is_same(one: &Field, other: &Field) -> bool {
    let same_argument = |(name, value): &(Positioned<Name>, Positioned<InputValue>)| {
        other.get_argument(&name.node).is_some_and(|theirs| theirs.node == value.node)
    };
    one.response_key().node == other.response_key().node
        && one.name.node == other.name.node
        && one.arguments.len() == other.arguments.len()
        && one.arguments.iter().all(same_argument)
}

fn not_one() -> ServerError {
    ErrorCode::GraphqlValidationFailed.request_error("A subscription asks for exactly one field.")
}
