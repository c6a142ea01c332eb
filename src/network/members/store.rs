//! Persons, who belong to no company, and their memberships of all companies.
#![expect(clippy::disallowed_methods, reason = "central store: a person is a member of several companies")]

use std::collections::HashMap;

use entity::{MembershipId, PersonId, membership, person};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};

use crate::tenancy::ROWS_A_STATEMENT;

/// The persons with these ids.
pub(super) async fn persons(
    db: &impl ConnectionTrait,
    ids: impl IntoIterator<Item = PersonId>,
) -> Result<HashMap<PersonId, person::Model>, DbErr> {
    let ids: Vec<PersonId> = ids.into_iter().collect();
    let mut persons = HashMap::with_capacity(ids.len());
    for ids in ids.chunks(ROWS_A_STATEMENT) {
        let some = person::Entity::find().filter(person::Column::Id.is_in(ids.iter().copied()));
        persons.extend(some.all(db).await?.into_iter().map(|person| (person.id, person)));
    }
    Ok(persons)
}

/// The membership with this id, where it is the person's.
pub(super) async fn membership(
    db: &impl ConnectionTrait,
    person: PersonId,
    id: MembershipId,
) -> Result<Option<membership::Model>, DbErr> {
    let of_person = membership::Entity::find().filter(membership::Column::PersonId.eq(person));
    of_person.filter(membership::Column::Id.eq(id)).one(db).await
}
