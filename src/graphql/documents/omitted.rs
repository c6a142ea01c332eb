//! Leaves out the arguments whose variable has no value, so that they take their defaults (GraphQL specification, section
//! 6.4.1, `CoerceArgumentValues`): the library takes a default only where the argument is not written at all.
//!
//! Only arguments that have a default are left out; the library treats all others rightly, and so are the fields of input
//! objects. A variable that is then used nowhere is no longer defined either: validation would miss its use.

use std::collections::HashSet;

use async_graphql::parser::types::{
    Directive, DocumentOperations, ExecutableDocument, Field, OperationDefinition, Selection, SelectionSet,
};
use async_graphql::{Name, Positioned};
use async_graphql_value::Value as InputValue;
use serde_json::{Map, Value as Json};

use crate::graphql::limits::schema::{CostTable, Fields};

/// The document without the arguments that `operation` gives no value; None when all its variables have one.
pub(super) fn without_omitted(
    document: &ExecutableDocument,
    operation: &OperationDefinition,
    variables: &Map<String, Json>,
    table: &CostTable,
) -> Option<ExecutableDocument> {
    let names = operation.variable_definitions.iter().map(|definition| definition.node.name.node.clone());
    let omitted: HashSet<Name> = names.filter(|name| !variables.contains_key(name.as_str())).collect();
    if omitted.is_empty() {
        return None;
    }
    let mut document = document.clone();
    let mut in_fragments = Trimmer::new(&omitted, table);
    for fragment in document.fragments.values_mut() {
        let fragment = &mut fragment.node;
        in_fragments.keep(&fragment.directives);
        in_fragments
            .selection_set(&mut fragment.selection_set.node, table.fields(&fragment.type_condition.node.on.node));
    }
    each_operation(&mut document, |operation| trim(operation, &in_fragments));
    Some(document)
}

fn each_operation(document: &mut ExecutableDocument, mut act: impl FnMut(&mut OperationDefinition)) {
    match &mut document.operations {
        DocumentOperations::Single(operation) => act(&mut operation.node),
        DocumentOperations::Multiple(operations) => operations.values_mut().for_each(|each| act(&mut each.node)),
    }
}

/// Leaves arguments out of an operation, and the definitions that are then used neither in it nor in fragments.
fn trim(operation: &mut OperationDefinition, in_fragments: &Trimmer<'_>) {
    let mut inside = Trimmer::new(in_fragments.omitted, in_fragments.table);
    inside.keep(&operation.directives);
    inside.selection_set(&mut operation.selection_set.node, inside.table.root(operation.ty));
    operation.variable_definitions.retain(|definition| {
        let name = &definition.node.name.node;
        let kept = inside.kept.contains(name) || in_fragments.kept.contains(name);
        kept || !(inside.left_out.contains(name) || in_fragments.left_out.contains(name))
    });
}

/// Walks selections, and remembers of which variables it left uses out and kept some.
struct Trimmer<'a> {
    omitted: &'a HashSet<Name>,
    table: &'a CostTable,
    left_out: HashSet<Name>,
    kept: HashSet<Name>,
}

impl<'a> Trimmer<'a> {
    fn new(omitted: &'a HashSet<Name>, table: &'a CostTable) -> Self {
        Self { omitted, table, left_out: HashSet::new(), kept: HashSet::new() }
    }

    fn selection_set(&mut self, set: &mut SelectionSet, known: Option<&'a Fields>) {
        for selection in &mut set.items {
            self.keep(selection.node.directives());
            match &mut selection.node {
                Selection::Field(field) => self.field(&mut field.node, known),
                Selection::FragmentSpread(_) => {}
                Selection::InlineFragment(inline) => {
                    let condition = inline.node.type_condition.as_ref();
                    let known = condition.map_or(known, |condition| self.table.fields(&condition.node.on.node));
                    self.selection_set(&mut inline.node.selection_set.node, known);
                }
            }
        }
    }

    fn field(&mut self, field: &mut Field, known: Option<&'a Fields>) {
        let info = known.and_then(|known| known.get(field.name.node.as_str()));
        field.arguments.retain(|(argument, value)| match &value.node {
            InputValue::Variable(name)
                if self.omitted.contains(name) && info.is_some_and(|info| info.has_default(&argument.node)) =>
            {
                self.left_out.insert(name.clone());
                false
            }
            value => {
                self.keep_all(value);
                true
            }
        });
        let below = self.table.introspection(field.name.node.as_str());
        let below = below.or_else(|| info.and_then(|info| self.table.below(info)));
        self.selection_set(&mut field.selection_set.node, below);
    }

    fn keep(&mut self, directives: &[Positioned<Directive>]) {
        let arguments = directives.iter().flat_map(|directive| &directive.node.arguments);
        arguments.for_each(|(_, value)| self.keep_all(&value.node));
    }

    fn keep_all(&mut self, value: &InputValue) {
        match value {
            InputValue::Variable(name) => drop(self.kept.insert(name.clone())),
            InputValue::List(items) => items.iter().for_each(|item| self.keep_all(item)),
            InputValue::Object(fields) => fields.values().for_each(|field| self.keep_all(field)),
            _ => {}
        }
    }
}
