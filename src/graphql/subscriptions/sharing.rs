//! Which subscribers get the same.

use entity::{Role, TenantId};

use crate::auth::Seat;
use crate::graphql::documents::Prepared;

/// What subscribers have in common who get the same messages: tenant, role, document and variables. Where each begins is not part of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Shared {
    tenant: TenantId,
    role: Role,
    query: String,
    operation_name: Option<String>,
    variables: String,
}

impl Shared {
    /// What a subscriber with this operation has in common with others.
    pub(super) fn of(seat: Seat, prepared: &Prepared) -> Self {
        let request = prepared.request();
        let mut variables = request.variables.clone();
        if let Some(after) =
            prepared.variable_of_root_argument("after").filter(|name| is_used_once(&request.query, name))
        {
            variables.remove(after);
        }
        Self {
            tenant: seat.tenant,
            role: seat.role,
            query: request.query.clone(),
            operation_name: request.operation_name.clone(),
            variables: serde_json::Value::Object(variables).to_string(),
        }
    }

    /// The company whose events these are.
    pub(super) fn tenant(&self) -> TenantId {
        self.tenant
    }
}

/// Whether a document has a variable twice: where it is defined, and where it is used. What looks like it in a text counts, too: then there is one group more.
fn is_used_once(query: &str, name: &str) -> bool {
    let is_whole = |rest: &str| !rest.starts_with(|next: char| next.is_ascii_alphanumeric() || next == '_');
    // What GraphQL overlooks between two tokens (section 2.1.7, "Ignored Tokens").
    let is_ignored = |char: char| char.is_whitespace() || char == ',' || char == '\u{feff}';
    let names = query.split('$').skip(1).map(|rest| rest.trim_start_matches(is_ignored));
    let mentions = names.clone().filter(|rest| rest.strip_prefix(name).is_some_and(is_whole));
    // A comment may stand there, too: whoever writes so shares with nobody who begins elsewhere.
    mentions.count() == 2 && !names.into_iter().any(|rest| rest.starts_with('#'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_that_something_else_uses_too_tells_subscribers_apart() {
        assert!(is_used_once("subscription ($after: String) { activity(after: $after) { cursor } }", "after"));
        assert!(is_used_once(
            "subscription ($after: String $afterwards: ID) { a(after: $after, b: $afterwards) }",
            "after"
        ));
        for other in ["$after", "$,after", "$ #\nafter"] {
            let query = format!("subscription ($after: String) {{ activity(after: $after) {{ a(b: {other}) }} }}");
            assert!(!is_used_once(&query, "after"), "{query}");
        }
    }
}
