//! What is known of documents that were seen before.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use async_graphql::ServerError;
use async_graphql::parser::parse_query;
use async_graphql::parser::types::{DocumentOperations, ExecutableDocument, OperationDefinition};
use moka::sync::Cache;
use serde_json::{Map, Value as Json};

use super::shape::shape;
use crate::graphql::error::{ErrorCode, syntax_error};
use crate::graphql::limits::Limits;
use crate::graphql::limits::cost::{Cost, Refusal, cost};
use crate::graphql::limits::scan::{Scan, scan};
use crate::graphql::limits::schema::CostTable;
use crate::graphql::limits::sizes::Sizes;

/// What the parsed documents may take in memory, in bytes, about.
const PARSED_BYTES: u64 = 32 * 1024 * 1024;

/// What the list of good requests may take in memory, in bytes, about.
const VALIDATED_BYTES: u64 = 8 * 1024 * 1024;

/// What a token of a parsed document takes at most, in bytes, about: a field can be a single token, and a list of them
/// has room for twice as many.
const TOKEN_BYTES: u64 = 400;

/// What an entry takes beside its text, about.
const ENTRY_BYTES: usize = 256;

/// Variables whose shape is longer than this are validated anew each time, rather than kept.
const MAX_KEPT_SHAPE: usize = 1024;

/// A document that was parsed.
#[derive(Debug)]
pub struct Document {
    id: u64,
    /// What it takes in memory, in bytes, about.
    weight: u32,
    /// The document.
    pub parsed: ExecutableDocument,
    /// What its only operation costs, if no variable has a say in it and all are short.
    cost: OnceLock<Cost>,
}

impl Document {
    /// The operation that `name` chooses (GraphQL specification, section 6.1, `GetOperation`); None when it chooses none,
    /// which the library says in its answer.
    pub fn operation(&self, name: Option<&str>) -> Option<&OperationDefinition> {
        chosen(&self.parsed, name)
    }
}

/// The operation of `document` that `name` chooses.
pub(super) fn chosen<'d>(document: &'d ExecutableDocument, name: Option<&str>) -> Option<&'d OperationDefinition> {
    let operation = match (&document.operations, name) {
        (DocumentOperations::Single(operation), None) => Some(operation),
        (DocumentOperations::Multiple(operations), Some(name)) => operations.get(name),
        (DocumentOperations::Multiple(operations), None) if operations.len() == 1 => operations.values().next(),
        _ => None,
    };
    operation.map(|operation| &operation.node)
}

/// The same, to change it.
pub(super) fn chosen_mut<'d>(
    operations: &'d mut DocumentOperations,
    name: Option<&str>,
) -> Option<&'d mut OperationDefinition> {
    let operation = match (operations, name) {
        (DocumentOperations::Single(operation), None) => Some(operation),
        (DocumentOperations::Multiple(operations), Some(name)) => operations.get_mut(name),
        (DocumentOperations::Multiple(operations), None) if operations.len() == 1 => operations.values_mut().next(),
        _ => None,
    };
    operation.map(|operation| &mut operation.node)
}

/// A request, as far as validation is concerned.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Validation {
    document: u64,
    operation: Option<Box<str>>,
    variables: Box<str>,
}

/// The documents that are known, within bounds.
pub struct Documents {
    table: CostTable,
    limits: Limits,
    parsed: Cache<String, Arc<Document>>,
    validated: Cache<Validation, ()>,
    next_id: AtomicU64,
}

impl Documents {
    /// Knows no documents yet.
    pub fn new(table: CostTable, limits: Limits) -> Self {
        let parsed = Cache::builder().max_capacity(PARSED_BYTES);
        let parsed = parsed.weigher(|_: &String, document: &Arc<Document>| document.weight);
        let validated = Cache::builder().max_capacity(VALIDATED_BYTES);
        let validated = validated
            .weigher(|key: &Validation, ()| weight(key.variables.len() + key.operation.as_deref().map_or(0, str::len)));
        Self { table, limits, parsed: parsed.build(), validated: validated.build(), next_id: AtomicU64::new(0) }
    }

    /// The limits on every document.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// What is known of the schema.
    pub(super) fn table(&self) -> &CostTable {
        &self.table
    }

    /// The document of this text: the known one, or a new one within the limits.
    pub fn document(&self, text: &str) -> Result<Arc<Document>, ServerError> {
        if let Some(known) = self.parsed.get(text) {
            return Ok(known);
        }
        let found = scan(text, &self.limits)?;
        let parsed = parse_query(text).map_err(|error| syntax_error(&error))?;
        let id = self.next_id.fetch_add(1, Ordering::Relaxed);
        Ok(Arc::new(Document { id, weight: parsed_weight(&found), parsed, cost: OnceLock::new() }))
    }

    /// Keeps a document that was found to be within the limits.
    pub(super) fn keep(&self, text: &str, document: &Arc<Document>) {
        if !self.parsed.contains_key(text) {
            self.parsed.insert(text.to_owned(), Arc::clone(document));
        }
    }

    /// What `operation` of a document costs with these variables. Refuses what passes a limit.
    pub fn cost(
        &self,
        document: &Document,
        operation: Option<&OperationDefinition>,
        variables: &Map<String, Json>,
    ) -> Result<Cost, ServerError> {
        let sizes = Sizes::new(variables, operation);
        if let Some(known) = document.cost.get().filter(|_| sizes.are_short()) {
            return Ok(*known);
        }
        let counted = cost(&document.parsed, operation, &sizes, &self.table, &self.limits).map_err(refused)?;
        let only_operation = operation.is_some() && document.parsed.operations.iter().len() == 1;
        if only_operation && sizes.are_short() && !sizes.by_variables() {
            // Whoever was first counted the same.
            let _ = document.cost.set(counted);
        }
        Ok(counted)
    }

    /// How a request is known to validation; None when it is not worth keeping.
    pub(super) fn validation(
        &self,
        document: &Document,
        operation_name: Option<&str>,
        operation: &OperationDefinition,
        variables: &Map<String, Json>,
    ) -> Option<Validation> {
        let variables = shape(&operation.variable_definitions, variables, &self.table);
        let key = Validation {
            document: document.id,
            operation: operation_name.map(Into::into),
            variables: variables.into(),
        };
        (key.variables.len() <= MAX_KEPT_SHAPE).then_some(key)
    }

    /// Whether such a request was validated and found good.
    pub(super) fn is_good(&self, validation: &Validation) -> bool {
        self.validated.contains_key(validation)
    }

    /// Remembers that such a request was validated and found good.
    pub(super) fn found_good(&self, validation: Validation) {
        self.validated.insert(validation, ());
    }
}

fn weight(bytes: usize) -> u32 {
    u32::try_from(bytes.saturating_add(ENTRY_BYTES)).unwrap_or(u32::MAX)
}

/// The text itself is kept twice: as the key, and in the names and strings of the document.
fn parsed_weight(text: &Scan) -> u32 {
    let bytes = text.bytes.saturating_mul(2).saturating_add(text.tokens.saturating_mul(TOKEN_BYTES));
    weight(usize::try_from(bytes).unwrap_or(usize::MAX))
}

fn refused(refusal: Refusal) -> ServerError {
    match refusal {
        Refusal::Limit(exceeded) => exceeded.into(),
        Refusal::Cycle(name, place) => {
            let message = format!("Cannot spread fragment \"{name}\" within itself.");
            let mut error = ErrorCode::GraphqlValidationFailed.request_error(message);
            error.locations.push(place);
            error
        }
    }
}

#[cfg(test)]
mod tests {
    use std::mem::size_of;

    use async_graphql::Positioned;
    use async_graphql::parser::types::Selection;

    use super::*;
    use crate::graphql::limits::schema::PageSizes;

    #[test]
    fn a_document_weighs_what_its_fields_take_and_not_what_its_text_is_long() {
        let table = CostTable::from_sdl("type Query { a: Int }", PageSizes { default: 1, max: 1 }, &[]);
        let documents = Documents::new(table.expect("it is an SDL"), Limits::default());
        let text = format!("{{ {}}}", "a ".repeat(1_025));
        let document = documents.document(&text).expect("it is GraphQL");
        let Selection::Field(first) = &document.operation(None).expect("it has one").selection_set.node.items[0].node
        else {
            panic!("it is a field")
        };
        let name_bytes = 2 * size_of::<usize>() + first.node.name.node.len();
        let fields = 2 * 1_024 * size_of::<Positioned<Selection>>() + 1_025 * name_bytes;
        assert!(document.weight as usize >= fields, "{} for {fields}", document.weight);
    }
}
