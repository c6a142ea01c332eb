//! Runs a request from its text to its masked answer.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use async_graphql::parser::types::{ExecutableDocument, OperationDefinition, OperationType};
use async_graphql::{
    Extensions, ObjectType, Request, Response, Schema, SchemaBuilder, ServerError, SubscriptionType, ValidationMode,
    Variables, parser,
};
use futures_util::FutureExt;
use futures_util::stream::BoxStream;
use serde_json::{Map, Value as Json};

use super::cache::{Document, Documents, Validation, chosen, chosen_mut};
use super::omitted::without_omitted;
use super::root_field::{one_root_field, variable_of_argument};
use super::variables::coerce;
use crate::graphql::error::{failed_before_execution, internal_failure, mask};
use crate::graphql::json;
use crate::graphql::limits::cost::Cost;
use crate::graphql::limits::schema::{CostTable, FieldCost, PageSizes};
use crate::graphql::limits::{Limit, Limits, check};

/// What a client sends.
#[derive(Clone, Debug, Default)]
pub struct GraphqlRequest {
    /// The document's text.
    pub query: String,
    /// Which of its operations.
    pub operation_name: Option<String>,
    /// The variables.
    pub variables: Map<String, Json>,
    /// What the client says beside it.
    pub extensions: Map<String, Json>,
}

/// What a client is answered.
#[derive(Debug)]
pub struct Answer {
    /// The answer, masked.
    pub response: Response,
    /// Whether execution began. What fails before has no `data`, and over HTTP may have another status.
    pub executed: bool,
}

impl Answer {
    /// The answer to a request that can't be executed.
    pub fn refused(error: ServerError) -> Self {
        Self { response: Response::from_errors(vec![error]), executed: false }
    }

    /// The answer to a request that has failed before there was anything to answer it with.
    pub fn failed(mut response: Response, request_id: &str) -> Self {
        let executed = !failed_before_execution(&response);
        mask(&mut response, executed, request_id);
        Self { response, executed: false }
    }

    /// The answer as JSON.
    pub fn to_json(&self) -> Vec<u8> {
        json::write_response(&self.response, self.executed)
    }
}

/// A request that was parsed and is within the limits.
#[derive(Debug)]
pub struct Prepared {
    document: Arc<Document>,
    /// The document without what this request leaves out, if it does.
    trimmed: Option<ExecutableDocument>,
    operation_type: Option<OperationType>,
    cost: Cost,
    validation: Option<Validation>,
    request: GraphqlRequest,
}

impl Prepared {
    /// What kind of operation it is; None when the request names none of the document's, which the answer will say.
    pub fn operation_type(&self) -> Option<OperationType> {
        self.operation_type
    }

    /// Whether it changes something, and so must not come by GET.
    pub fn is_mutation(&self) -> bool {
        self.operation_type == Some(OperationType::Mutation)
    }

    /// Whether its answers go on.
    pub fn is_subscription(&self) -> bool {
        self.operation_type == Some(OperationType::Subscription)
    }

    /// What the client has sent, its variables with their defaults.
    pub fn request(&self) -> &GraphqlRequest {
        &self.request
    }

    /// Sees that a subscription asks for one field, and puts that plainly into it.
    ///
    /// # Errors
    /// Where it asks for another number of them.
    pub fn keep_one_root_field(&mut self) -> Result<(), ServerError> {
        let name = self.request.operation_name.as_deref();
        let document = self.trimmed.as_ref().unwrap_or(&self.document.parsed);
        let Some(operation) = chosen(document, name) else { return Ok(()) };
        let Some(rewritten) = one_root_field(document, operation)? else { return Ok(()) };
        let document = self.trimmed.get_or_insert_with(|| self.document.parsed.clone());
        let ExecutableDocument { operations, fragments } = document;
        if let Some(operation) = chosen_mut(operations, name) {
            rewritten.put_into(operation, fragments);
        }
        Ok(())
    }

    /// The variable that an argument of the first root field is given, if it is one.
    pub fn variable_of_root_argument(&self, argument: &str) -> Option<&str> {
        let document = self.trimmed.as_ref().unwrap_or(&self.document.parsed);
        variable_of_argument(chosen(document, self.request.operation_name.as_deref())?, argument)
    }

    /// What it costs.
    pub fn cost(&self) -> &Cost {
        &self.cost
    }

    /// The request for the library's schema, which has the parsed document in it.
    pub fn into_library_request(self) -> Request {
        let variables = Variables::from_json(Json::Object(self.request.variables));
        let mut request = Request::new(self.request.query).variables(variables);
        request.operation_name = self.request.operation_name;
        request.extensions =
            serde_json::from_value::<Extensions>(Json::Object(self.request.extensions)).unwrap_or_default();
        request.set_parsed_query(self.trimmed.unwrap_or_else(|| self.document.parsed.clone()));
        request
    }
}

/// What of a request is not known yet to be valid.
pub enum Unproven {
    /// All of it is known to be.
    Nothing,
    /// This, which is remembered once it was found good.
    Validation(Validation),
    /// There is nothing to remember of it.
    All,
}

/// Runs requests on a schema.
pub struct Executor<Q, M, S> {
    /// Validates all that it runs.
    strict: Schema<Q, M, S>,
    /// Runs what was validated before.
    fast: Schema<Q, M, S>,
    documents: Documents,
}

impl<Q, M, S> Executor<Q, M, S>
where
    Q: ObjectType + 'static,
    M: ObjectType + 'static,
    S: SubscriptionType + 'static,
{
    /// Runs requests on the schema that `build` makes; it is called twice and must make the same. Fails when the
    /// schema's own SDL can't be read.
    pub fn new(
        build: impl Fn() -> SchemaBuilder<Q, M, S>,
        limits: Limits,
        pages: PageSizes,
        costs: &[FieldCost],
    ) -> Result<Self, parser::Error> {
        let levels = usize::try_from(limits.nesting).unwrap_or(usize::MAX);
        let schema = |mode| build().validation_mode(mode).limit_recursive_depth(levels).finish();
        let strict = schema(ValidationMode::Strict);
        let table = CostTable::from_sdl(&strict.sdl(), pages, costs)?;
        Ok(Self { strict, fast: schema(ValidationMode::Fast), documents: Documents::new(table, limits) })
    }

    /// The schema, which validates all that it runs.
    pub fn schema(&self) -> &Schema<Q, M, S> {
        &self.strict
    }

    /// The documents that are known.
    pub fn documents(&self) -> &Documents {
        &self.documents
    }

    /// Parses a request and holds it against the limits. What is wrong with it makes an [`Answer::refused`].
    pub fn prepare(&self, mut request: GraphqlRequest) -> Result<Prepared, ServerError> {
        let document = self.documents.document(&request.query)?;
        let operation_name = request.operation_name.as_deref();
        let operation = document.operation(operation_name);
        if let Some(operation) = operation {
            request.variables = coerce(&operation.variable_definitions, request.variables)?;
        }
        self.check_length(&request.variables)?;
        let cost = self.documents.cost(&document, operation, &request.variables)?;
        self.documents.keep(&request.query, &document);
        let operation_type = operation.map(|operation: &OperationDefinition| operation.ty);
        let validation = operation
            .and_then(|operation| self.documents.validation(&document, operation_name, operation, &request.variables));
        let trimmed = operation.and_then(|operation| {
            without_omitted(&document.parsed, operation, &request.variables, self.documents.table())
        });
        Ok(Prepared { document, trimmed, operation_type, cost, validation, request })
    }

    fn check_length(&self, variables: &Map<String, Json>) -> Result<(), ServerError> {
        if variables.is_empty() {
            return Ok(());
        }
        let length = serde_json::to_vec(variables).map_or(u64::MAX, |json| json.len() as u64);
        Ok(check(Limit::VariablesBytes, self.documents.limits().variables_bytes, length)?)
    }

    /// Runs a prepared query or mutation. `add_data` puts the request's data into the library's request.
    pub async fn run(
        &self,
        mut prepared: Prepared,
        request_id: &str,
        add_data: impl FnOnce(Request) -> Request,
    ) -> Answer {
        let (schema, unproven) = self.schema_for(&mut prepared);
        let request = add_data(prepared.into_library_request());
        let outcome = AssertUnwindSafe(schema.execute(request)).catch_unwind().await;
        let mut response = match outcome {
            Ok(response) => response,
            Err(panic) => return after_panic(panic.as_ref(), request_id),
        };
        let executed = matches!(unproven, Unproven::Nothing) || !failed_before_execution(&response);
        if executed {
            self.found_good(unproven);
        }
        mask(&mut response, executed, request_id);
        Answer { response, executed }
    }

    /// Runs a prepared subscription. Where its first field was resolved, what is [`Unproven`] of it was good.
    pub fn stream(
        &self,
        mut prepared: Prepared,
        add_data: impl FnOnce(Request) -> Request,
    ) -> (BoxStream<'static, Response>, Unproven) {
        let (schema, unproven) = self.schema_for(&mut prepared);
        (schema.execute_stream(add_data(prepared.into_library_request())), unproven)
    }

    /// The schema to run this on: nothing is validated again that was found good before.
    fn schema_for(&self, prepared: &mut Prepared) -> (&Schema<Q, M, S>, Unproven) {
        match prepared.validation.take() {
            Some(validation) if self.documents.is_good(&validation) => (&self.fast, Unproven::Nothing),
            Some(validation) => (&self.strict, Unproven::Validation(validation)),
            None => (&self.strict, Unproven::All),
        }
    }

    /// Remembers that such a request was found good.
    pub fn found_good(&self, unproven: Unproven) {
        if let Unproven::Validation(validation) = unproven {
            self.documents.found_good(validation);
        }
    }

    /// Prepares and runs a query or a mutation.
    pub async fn execute(
        &self,
        request: GraphqlRequest,
        request_id: &str,
        add_data: impl FnOnce(Request) -> Request,
    ) -> Answer {
        match self.prepare(request) {
            Ok(prepared) => self.run(prepared, request_id, add_data).await,
            Err(error) => Answer::refused(error),
        }
    }
}

/// A resolver panicked: that is this request's misfortune and nobody else's.
fn after_panic(panic: &(dyn Any + Send), request_id: &str) -> Answer {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("something odd");
    tracing::error!(request_id, panic = text, "a resolver panicked");
    Answer { response: Response::from_errors(vec![internal_failure(request_id)]), executed: true }
}
