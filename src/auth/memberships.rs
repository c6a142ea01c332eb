//! Who is a member of what: read from the database once, and again after each change that the log tells of.
#![expect(clippy::disallowed_methods, reason = "central store: a person's memberships span tenants")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use entity::{MembershipId, PersonId, Position, Role, TenantId, membership, person};
use moka::sync::Cache;
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder};
use serde_json::json;

use crate::events::{Fact, Listener, Log, MembershipsChanged, Transaction, kinds};
use crate::tenancy::{Actor, CentralDb};

/// Persons remembered at once.
const REMEMBERED: u64 = 100_000;

/// How long a person is remembered at most. Changes are told of; this bounds what a fault in that could do.
const REMEMBERED_FOR: Duration = Duration::from_mins(1);

/// What a person may do in one tenant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seat {
    /// The company.
    pub tenant: TenantId,
    /// The person's role in it.
    pub role: Role,
}

/// The memberships of everybody, as far as they were asked for.
///
/// A change is in force as soon as this process has followed the log up to it: at once where it waits for that, a second later at most.
#[derive(Clone)]
pub struct Memberships {
    central: CentralDb,
    remembered: Cache<PersonId, Arc<[Seat]>>,
    /// Counts what was forgotten, so that a look-up that was under way meanwhile is not remembered.
    forgotten: Arc<AtomicU64>,
}

impl Memberships {
    /// The memberships in the database behind `central`.
    #[must_use]
    pub fn new(central: CentralDb) -> Self {
        let remembered = Cache::builder().max_capacity(REMEMBERED).time_to_live(REMEMBERED_FOR).build();
        Self { central, remembered, forgotten: Arc::default() }
    }

    /// The seats of `person`, oldest first.
    pub async fn of(&self, person: PersonId) -> Result<Arc<[Seat]>, DbErr> {
        if let Some(seats) = self.remembered.get(&person) {
            return Ok(seats);
        }
        let forgotten = self.forgotten.load(Ordering::SeqCst);
        let rows = memberships_of(self.central.reader(), person).await?;
        let seats: Arc<[Seat]> =
            rows.into_iter().map(|row| Seat { tenant: row.owner_tenant_id, role: row.role }).collect();
        self.remembered.insert(person, seats.clone());
        if self.forgotten.load(Ordering::SeqCst) != forgotten {
            self.remembered.invalidate(&person);
        }
        Ok(seats)
    }
}

impl Listener for Memberships {
    fn memberships_changed(&self, changed: MembershipsChanged) {
        self.forgotten.fetch_add(1, Ordering::SeqCst);
        match changed {
            MembershipsChanged::Of(person) => self.remembered.invalidate(&person),
            MembershipsChanged::OfAnybody => self.remembered.invalidate_all(),
        }
    }

    fn lost_track(&self) {
        self.memberships_changed(MembershipsChanged::OfAnybody);
    }
}

/// The memberships of `person`, oldest first, as the database has them.
pub async fn memberships_of(db: &impl ConnectionTrait, person: PersonId) -> Result<Vec<membership::Model>, DbErr> {
    let of_person = membership::Entity::find().filter(membership::Column::PersonId.eq(person));
    of_person.order_by_asc(membership::Column::Id).all(db).await
}

/// A person as a token names them.
#[derive(Clone, Debug)]
pub struct Person {
    /// Who vouches for them: `iss`.
    pub issuer: String,
    /// What the issuer calls them: `sub`.
    pub subject: String,
    /// Their address, where it is known.
    pub email: Option<String>,
}

impl Person {
    /// The person's id.
    pub fn id(&self) -> PersonId {
        PersonId::of(&self.issuer, &self.subject)
    }
}

/// Makes `person` a member of `tenant` with `role`, or gives the member that role. Doing it twice is doing it once.
///
/// Answers the position of the log from which on it is in force.
pub async fn grant(log: &Log, actor: Actor, person: Person, tenant: TenantId, role: Role) -> Result<Position, DbErr> {
    let mut change = log.begin(actor).await?;
    seat(&mut change, person, tenant, role).await?;
    change.commit().await
}

/// The same as a part of `change`.
pub async fn seat(change: &mut Transaction, person: Person, tenant: TenantId, role: Role) -> Result<(), DbErr> {
    let person_id = person.id();
    know(change, person).await?;
    let members = change.in_tenant(tenant);
    let known = members.find::<membership::Entity>().filter(membership::Column::PersonId.eq(person_id)).one().await?;
    let mut data = json!({ "personId": person_id, "role": role });
    match known {
        Some(known) if known.role == role => return Ok(()),
        Some(known) => {
            data["oldRole"] = json!(known.role);
            let row = membership::ActiveModel { id: Set(known.id), role: Set(role), ..Default::default() };
            members.update::<membership::Entity>(row).await?;
        }
        None => {
            let row = membership::ActiveModel {
                id: Set(MembershipId::generate()),
                owner_tenant_id: NotSet,
                person_id: Set(person_id),
                role: Set(role),
                created_at: Set(change.now()),
            };
            members.insert::<membership::Entity>(row).await?;
        }
    }
    change.record(Fact { kind: kinds::MEMBERSHIP_GRANTED, subject: tenant, data });
    Ok(())
}

/// Writes who `person` is, and their newest address where one is known.
pub async fn know(change: &Transaction, person: Person) -> Result<(), DbErr> {
    let mut there = OnConflict::column(person::Column::Id);
    let there = match person.email {
        Some(_) => there.update_column(person::Column::Email).to_owned(),
        None => there.do_nothing().to_owned(),
    };
    let row = person::ActiveModel {
        id: Set(person.id()),
        issuer: Set(person.issuer),
        subject: Set(person.subject),
        email: Set(person.email),
        created_at: Set(change.now()),
    };
    person::Entity::insert(row).on_conflict(there).exec_without_returning(change.db()).await.map(drop)
}
