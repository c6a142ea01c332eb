//! Idempotency keys: a mutation that comes again with its key has its effect once.

use entity::{PersonId, TenantId, Timestamp, idempotency_key};
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, Condition, DbErr};
use serde::Serialize;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::Transaction;
use crate::error::{Fault, Refusal, RefusalCode, ServiceError};

/// How long a key is kept.
const KEPT: time::Duration = time::Duration::days(30);

/// The longest key, in characters.
const MAX_KEY: usize = 200;

impl Transaction {
    /// Uses the caller's `key` for `operation` on behalf of `tenant`, to make what will have the id `result`. Answers the id of what was made
    /// already where the key was used before with the same `input`. Whoever comes with the same key meanwhile waits for this transaction.
    ///
    /// # Errors
    /// `INVALID` for a key that is empty or too long; `CONFLICT` where the key was used with another input.
    pub(crate) async fn once(
        &self,
        tenant: TenantId,
        operation: &str,
        key: &str,
        input: &impl Serialize,
        result: Uuid,
    ) -> Result<Option<Uuid>, ServiceError> {
        check_key(key)?;
        let input = serde_json::to_vec(input).map_err(|cause| Fault::Row(cause.to_string()))?;
        let hash = Sha256::digest(input).to_vec();
        let person = self.actor().person.unwrap_or(PersonId(Uuid::nil()));
        let own = self.in_tenant(tenant);
        let too_old = Timestamp::from(self.now().to_utc() - KEPT);
        own.delete_many::<idempotency_key::Entity>(idempotency_key::Column::CreatedAt.lt(too_old)).await?;
        let row = idempotency_key::ActiveModel {
            owner_tenant_id: Set(tenant),
            person_id: Set(person),
            operation: Set(operation.to_owned()),
            key: Set(key.to_owned()),
            input_hash: Set(hash.clone()),
            result_id: Set(result),
            created_at: Set(self.now()),
        };
        if own.insert_new::<idempotency_key::Entity>(row).await? {
            return Ok(None);
        }
        let of_key = Condition::all()
            .add(idempotency_key::Column::PersonId.eq(person))
            .add(idempotency_key::Column::Operation.eq(operation))
            .add(idempotency_key::Column::Key.eq(key));
        let used = own.find::<idempotency_key::Entity>().filter(of_key).one().await?;
        let used = used.ok_or_else(|| DbErr::RecordNotFound("the idempotency key that was there".to_owned()))?;
        if used.input_hash == hash {
            return Ok(Some(used.result_id));
        }
        let message = "This key was used with another input: take a new one for each operation.";
        Err(ServiceError::refused(RefusalCode::Conflict, "idempotencyKey", message))
    }
}

/// Refuses what is no key.
///
/// # Errors
/// `INVALID`.
pub(crate) fn check_key(key: &str) -> Result<(), Refusal> {
    if key.trim().is_empty() || key.chars().count() > MAX_KEY || key.contains(char::is_control) {
        let expected = format!("Expected a key of 1 to {MAX_KEY} printable characters, new for each operation.");
        return Err(Refusal::new(RefusalCode::Invalid, "idempotencyKey", expected));
    }
    Ok(())
}
