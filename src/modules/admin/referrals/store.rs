//! What is not asked on behalf of a company: whose a secret is, and of which companies a person is a member.
#![expect(clippy::disallowed_methods, reason = "central store: who joins knows a secret, and not whose it is")]

use entity::{PersonId, TenantId, membership, referral_code};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};

/// The code whose secret has this hash.
pub(super) async fn code_of_secret(
    db: &impl ConnectionTrait,
    hash: Vec<u8>,
) -> Result<Option<referral_code::Model>, DbErr> {
    referral_code::Entity::find().filter(referral_code::Column::SecretHash.eq(hash)).one(db).await
}

/// The companies of which `person` is a member.
pub(super) async fn companies_of(db: &impl ConnectionTrait, person: PersonId) -> Result<Vec<TenantId>, DbErr> {
    let of_person = membership::Entity::find().filter(membership::Column::PersonId.eq(person));
    Ok(of_person.all(db).await?.into_iter().map(|seat| seat.owner_tenant_id).collect())
}
