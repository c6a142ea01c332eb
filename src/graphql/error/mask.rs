//! What a client gets to see of an error.

use async_graphql::{Response, ServerError, Value, parser};

use super::ErrorCode;

/// What a client reads of a fault of ours, before the request id.
pub const SOMETHING_WENT_WRONG: &str = "Something went wrong on our side. Request id:";

/// At most so many errors are told of one answer; a document with more is told the first ones.
const MAX_ERRORS: usize = 100;

/// Makes an answer fit to be sent: gives every error its code, and takes out the ones that tell of our inside, which
/// are logged with the request id instead. `executed` says whether execution began: what fails before that is wrong
/// with the request.
pub fn mask(response: &mut Response, executed: bool, request_id: &str) {
    let count = response.errors.len();
    if count > MAX_ERRORS {
        response.errors.truncate(MAX_ERRORS);
        response.errors.push(ErrorCode::GraphqlValidationFailed.request_error(format!("{count} errors in all.")));
    }
    for error in &mut response.errors {
        mask_error(error, executed, request_id);
    }
}

fn mask_error(error: &mut ServerError, executed: bool, request_id: &str) {
    error.locations.retain(|location| location.line > 0);
    match ErrorCode::of(error) {
        Some(code) if code != ErrorCode::Internal => {}
        None if is_input_error(error) => ErrorCode::BadUserInput.mark(error),
        None if !executed => ErrorCode::GraphqlValidationFailed.mark(error),
        _ => hide(error, request_id),
    }
}

/// Whether a value of the client's was refused while it was read: the library's `InputValueError`, which it makes of an
/// argument only when the field is resolved (custom scalars, validators, scalars given for objects).
///
/// The library leaves no better mark than its texts. An error made by `?` has a source, ours have a code.
pub(super) fn is_input_error(error: &ServerError) -> bool {
    let made_by_the_library = error.source.is_none() && error.extensions.is_none();
    made_by_the_library
        && (error.message.starts_with("Expected input type \"") || error.message.starts_with("Failed to parse \""))
}

/// Whether the library answered without executing anything. Every error of an execution has a path, but for two that
/// the library makes of arguments; what it refuses before has none.
///
/// A hand-written `OutputType` must put a path on its errors (`ctx.set_error_path`).
pub fn failed_before_execution(response: &Response) -> bool {
    let before = |error: &ServerError| error.path.is_empty() && error.source.is_none() && !is_input_error(error);
    response.data == Value::Null && !response.errors.is_empty() && response.errors.iter().all(before)
}

fn hide(error: &mut ServerError, request_id: &str) {
    tracing::error!(request_id, path = ?error.path, cause = %error.message, "a field failed");
    let shown = internal_failure(request_id);
    error.message = shown.message;
    error.extensions = shown.extensions;
    error.source = None;
}

/// What a client is told of a fault of ours.
pub fn internal_failure(request_id: &str) -> ServerError {
    ErrorCode::Internal.request_error(format!("{SOMETHING_WENT_WRONG} {request_id}"))
}

/// Says in one line what the parser draws as a picture of several.
pub fn syntax_error(error: &parser::Error) -> ServerError {
    let start = error.positions().next();
    let place = start.map(|at| format!(" at {}:{}", at.line, at.column)).unwrap_or_default();
    let mut shown = ErrorCode::GraphqlParseFailed.request_error(format!("Syntax error{place}: {}", reason(error)));
    shown.locations.extend(start);
    shown
}

/// The last line of the parser's picture is the reason, in the names of its grammar.
fn reason(error: &parser::Error) -> String {
    let text = error.to_string();
    let line = text.lines().rfind(|line| !line.trim().is_empty()).unwrap_or_default();
    let line = line.trim().trim_start_matches("= ").trim_end_matches('.');
    line.replace("EOI", "end of document").replace('_', " ") + "."
}
