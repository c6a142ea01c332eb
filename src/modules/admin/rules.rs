//! Whom one may administer, decided in the database, inside the transaction that acts on it.

use entity::TenantId;

use crate::error::{Refusal, RefusalCode, ServiceError};
use crate::events::Transaction;
use crate::names::are_words;
use crate::tenancy::{Actor, Line, access};

/// The longest reason or note, in characters.
const MAX_WORDS: usize = 500;

/// Refuses a reason that says nothing, or too much.
pub(super) fn check_reason(reason: &str) -> Result<(), ServiceError> {
    if reason.trim().is_empty() || !are_words(reason, MAX_WORDS) {
        return refuse(RefusalCode::Invalid, "reason", format!("Say why, in at most {MAX_WORDS} characters."));
    }
    Ok(())
}

/// Refuses words that say too much.
pub(super) fn check_words(field: &str, words: &str) -> Result<(), ServiceError> {
    if !are_words(words, MAX_WORDS) {
        return refuse(RefusalCode::Invalid, field, format!("Expected at most {MAX_WORDS} characters."));
    }
    Ok(())
}

/// The same answer for an id that was never issued and for a company that the actor may not reach.
pub(super) fn not_found(field: &str) -> ServiceError {
    Refusal::new(RefusalCode::NotFound, field, "There is no such reseller in your downline.").into()
}

/// The line of `target`, which must be strictly below the actor: nobody administers itself.
pub(super) async fn strictly_below(
    change: &Transaction,
    actor: Actor,
    target: TenantId,
    field: &str,
) -> Result<Line, ServiceError> {
    let line = at_or_below(change, actor, target, field).await?;
    if actor.tenant() == Some(target) {
        return refuse(RefusalCode::NotAllowed, field, "A company cannot do this to itself: ask your upline.");
    }
    Ok(line)
}

/// The line of `target`, which must be the actor or below it.
pub(super) async fn at_or_below(
    change: &Transaction,
    actor: Actor,
    target: TenantId,
    field: &str,
) -> Result<Line, ServiceError> {
    let line = Line::of(change.db(), target).await?.ok_or_else(|| not_found(field))?;
    if access::allows(actor.scope, |own| line.has_at_or_above(own)) { Ok(line) } else { Err(not_found(field)) }
}

pub(super) fn refuse<T>(code: RefusalCode, field: &str, message: impl Into<String>) -> Result<T, ServiceError> {
    Err(Refusal::new(code, field, message).into())
}
