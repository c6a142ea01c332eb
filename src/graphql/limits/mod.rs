//! How large a document may be: before it is parsed ([`scan`]), and what it would cost to answer ([`cost`]).
//!
//! The library parses nested values recursively without a limit, and walks fragments as often as they are spread: a
//! document of 4 kB ends the process, one of 0.7 kB burns seconds. So nothing reaches the library that was not
//! counted here first, in time linear in the document's length.

pub mod cost;
pub mod scan;
pub mod schema;
pub mod sizes;
#[cfg(test)]
mod tests;

use std::fmt;

use async_graphql::{Error, ServerError};

use super::error::ErrorCode;

/// The most that one document may have of each thing. The defaults let GraphiQL's introspection through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Length of the text.
    pub bytes: u64,
    /// Tokens of the text: names, numbers, strings and punctuators. Commas and comments are none.
    pub tokens: u64,
    /// Levels of brackets of any kind in the text, and levels of selection sets with fragments put in their place.
    pub nesting: u64,
    /// Length of the variables, written as JSON.
    pub variables_bytes: u64,
    /// Length of the variables put in each place where the document uses them, written as JSON. The library copies a
    /// variable at each of its uses, before it knows whether it is of the right type.
    pub copied_bytes: u64,
    /// Fragment definitions.
    pub fragments: u64,
    /// Fields, spreads and inline fragments, with fragments put in their place, in all operations together.
    pub fields: u64,
    /// Fields at the root of the operation.
    pub root_fields: u64,
    /// Fields below each other; introspection is counted apart.
    pub depth: u64,
    /// Fields below each other in introspection.
    pub introspection_depth: u64,
    /// Aliases, with fragments put in their place.
    pub aliases: u64,
    /// Directives, with fragments put in their place.
    pub directives: u64,
    /// Fields to answer, each as often as its lists are long. Of a long variable, 128 bytes count as one more field.
    pub complexity: u64,
    /// Fields to answer of introspection, for each type of the schema.
    pub introspection_complexity: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 64 * 1024,
            tokens: 10_000,
            nesting: 64,
            variables_bytes: 64 * 1024,
            copied_bytes: 1024 * 1024,
            fragments: 100,
            fields: 4_000,
            root_fields: 30,
            depth: 20,
            introspection_depth: 20,
            aliases: 100,
            directives: 100,
            complexity: 50_000,
            introspection_complexity: 3_000,
        }
    }
}

/// Which of the [`Limits`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is the field of `Limits` with its name")]
pub enum Limit {
    Bytes,
    Tokens,
    Nesting,
    VariablesBytes,
    CopiedBytes,
    Fragments,
    Fields,
    RootFields,
    Depth,
    IntrospectionDepth,
    Aliases,
    Directives,
    Complexity,
    IntrospectionComplexity,
}

impl Limit {
    /// What is counted, in words for the client.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Bytes => "document length in bytes",
            Self::Tokens => "number of tokens",
            Self::Nesting => "nesting",
            Self::VariablesBytes => "length of the variables in bytes",
            Self::CopiedBytes => "length of the variables in all their places, in bytes",
            Self::Fragments => "number of fragments",
            Self::Fields => "number of fields with fragments spread out",
            Self::RootFields => "number of root fields",
            Self::Depth => "depth",
            Self::IntrospectionDepth => "depth of introspection",
            Self::Aliases => "number of aliases",
            Self::Directives => "number of directives",
            Self::Complexity => "complexity",
            Self::IntrospectionComplexity => "complexity of introspection",
        }
    }
}

/// A document has more of something than it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub struct LimitExceeded {
    /// Which limit.
    pub which: Limit,
    /// The most that is allowed.
    pub limit: u64,
    /// What was counted; counting stops where it is plain that it is too much.
    pub found: u64,
}

impl fmt::Display for LimitExceeded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { which, limit, found } = self;
        write!(f, "This document is too complex: its {} is {found}, and may be at most {limit}.", which.words())
    }
}

impl From<LimitExceeded> for ServerError {
    fn from(exceeded: LimitExceeded) -> Self {
        ErrorCode::QueryTooComplex.request_error(exceeded.to_string())
    }
}

impl LimitExceeded {
    /// The error of a resolver that finds it.
    pub fn error(self) -> Error {
        ErrorCode::QueryTooComplex.error(self.to_string())
    }
}

/// Refuses `found` above `limit`.
pub(crate) fn check(which: Limit, limit: u64, found: u64) -> Result<(), LimitExceeded> {
    if found > limit { Err(LimitExceeded { which, limit, found }) } else { Ok(()) }
}
