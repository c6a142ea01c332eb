//! Whose a secret is: the one question that is not asked on behalf of a company.
#![expect(clippy::disallowed_methods, reason = "central store: who joins knows a secret, and not whose it is")]

use entity::referral_code;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};

/// The code whose secret has this hash.
pub(super) async fn code_of_secret(
    db: &impl ConnectionTrait,
    hash: Vec<u8>,
) -> Result<Option<referral_code::Model>, DbErr> {
    referral_code::Entity::find().filter(referral_code::Column::SecretHash.eq(hash)).one(db).await
}
