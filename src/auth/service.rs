//! Services: programs that publish events, and what each may publish.

use entity::Timestamp;

use super::Reason;
use crate::events::{OWN_SOURCE, kinds};

/// The scope of a token (`scope`, RFC 8693 section 4.2) that makes its bearer a service which publishes events.
pub const EVENTS_WRITE: &str = "events:write";

/// The most prefixes of one kind that a token may have.
const MAX_PREFIXES: usize = 50;

/// A program that publishes events, as its token says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// What it is called (`sub`).
    pub name: String,
    /// Until when the token is good.
    pub expires_at: Timestamp,
    /// What it may publish.
    pub grant: Grant,
}

/// Which events somebody may publish: a `source` and a `type` that each begin with one of these texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    sources: Vec<String>,
    types: Vec<String>,
}

/// Why there is no such grant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GrantError {
    /// None at all, or too many.
    #[error("{0} must name 1 to {MAX_PREFIXES} prefixes")]
    Number(&'static str),
    /// One that everything begins with.
    #[error("a prefix of {0} is empty: it would allow everything")]
    Empty(&'static str),
    /// One that is this program's own.
    #[error("{0:?} is this program's own: only it publishes such events")]
    Reserved(String),
}

/// An event that its sender may not publish.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotGranted {
    /// Because of its `source`.
    Source,
    /// Because of its `type`.
    Type,
}

impl Grant {
    /// The right to publish events whose source begins with one of `sources`, and whose type with one of `types`.
    pub fn new(sources: Vec<String>, types: Vec<String>) -> Result<Self, GrantError> {
        for (name, prefixes) in [("sources", &sources), ("types", &types)] {
            if prefixes.is_empty() || prefixes.len() > MAX_PREFIXES {
                return Err(GrantError::Number(name));
            }
            if prefixes.iter().any(|prefix| prefix.trim().is_empty()) {
                return Err(GrantError::Empty(name));
            }
        }
        let own = sources.iter().find(|prefix| is_own_source(prefix));
        let own = own.or_else(|| types.iter().find(|prefix| is_own_type(prefix)));
        own.map_or(Ok(()), |own| Err(GrantError::Reserved(own.clone())))?;
        Ok(Self { sources, types })
    }

    /// Whether an event of this source and type may be published. Those of this program itself may not, whatever was granted.
    pub fn allows(&self, source: &str, event_type: &str) -> Result<(), NotGranted> {
        let has = |prefixes: &[String], text: &str| prefixes.iter().any(|prefix| text.starts_with(prefix.as_str()));
        if is_own_source(source) || !has(&self.sources, source) {
            return Err(NotGranted::Source);
        }
        if is_own_type(event_type) || !has(&self.types, event_type) {
            return Err(NotGranted::Type);
        }
        Ok(())
    }

    /// What the source of an event must begin with: one of these.
    #[must_use]
    pub fn sources(&self) -> &[String] {
        &self.sources
    }

    /// What the type of an event must begin with: one of these.
    #[must_use]
    pub fn types(&self) -> &[String] {
        &self.types
    }
}

fn is_own_source(source: &str) -> bool {
    source.eq_ignore_ascii_case(OWN_SOURCE)
}

/// Types are told apart by case, and people are not good at that.
fn is_own_type(event_type: &str) -> bool {
    let module = event_type.split('.').next().unwrap_or_default();
    module.eq_ignore_ascii_case(kinds::NETWORK.trim_end_matches('.'))
}

impl From<GrantError> for Reason {
    fn from(_: GrantError) -> Self {
        Self::Grant
    }
}
