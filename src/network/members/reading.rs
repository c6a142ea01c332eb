//! What is seen of members: by those of the same company alone.

use std::collections::HashMap;

use entity::{MembershipId, PersonId, TenantId, Timestamp, membership};
use sea_orm::{ColumnTrait, Condition, Order};

use super::{Invitation, Member, Members, accepted_until, store};
use crate::auth::memberships_of;
use crate::bus::contract::{Listed, Page};
use crate::error::Fault;
use crate::tenancy::TenantDb;

impl Members {
    /// The part of the list of `tenant`'s members that `page` asks for, oldest first, and how many the whole list has. A place in it is an id.
    ///
    /// # Errors
    /// Where the database cannot answer.
    pub async fn list(&self, tenant: TenantId, page: &Page<MembershipId>) -> Result<(Listed<Member>, u64), Fault> {
        let window = Condition::all()
            .add_option(page.after.map(|place| membership::Column::Id.gt(place)))
            .add_option(page.before.map(|place| membership::Column::Id.lt(place)));
        let sort = if page.is_from_the_end() { Order::Desc } else { Order::Asc };
        let read = async |own: TenantDb| {
            let total = own.find::<membership::Entity>().count().await?;
            let rows = own.find::<membership::Entity>().filter(window).order_by(membership::Column::Id, sort);
            Ok::<_, Fault>((rows.limit(page.rows_to_read()).all().await?, total))
        };
        let (rows, total) = self.central.run_in_tenant(tenant, read).await?;
        let Listed { entries, has_next, has_previous } = page.listed(rows);
        Ok((Listed { entries: self.told(entries).await?, has_next, has_previous }, total))
    }

    /// Those of the memberships `ids` that are of `tenant`.
    ///
    /// # Errors
    /// Where the database cannot answer.
    pub async fn seen(&self, tenant: TenantId, ids: &[MembershipId]) -> Result<HashMap<MembershipId, Member>, Fault> {
        let some = membership::Column::Id.is_in(ids.iter().copied());
        let find = async |own: TenantDb| own.find::<membership::Entity>().filter(some).all().await;
        let rows = self.central.run_in_tenant(tenant, find).await?;
        Ok(self.told(rows).await?.into_iter().map(|member| (member.id, member)).collect())
    }

    /// What whoever has the address `email` was invited to, and can accept at `now`, oldest first.
    ///
    /// # Errors
    /// Where the database cannot answer.
    pub async fn invitations(&self, email: &str, now: Timestamp) -> Result<Vec<Invitation>, Fault> {
        let rows = memberships_of(self.central.reader(), PersonId::invited(email)).await?;
        let invitations = rows.into_iter().map(|row| Invitation {
            id: row.id,
            tenant: row.owner_tenant_id,
            role: row.role,
            expires_at: accepted_until(row.created_at),
        });
        Ok(invitations.filter(|invitation| now < invitation.expires_at).collect())
    }

    async fn told(&self, rows: Vec<membership::Model>) -> Result<Vec<Member>, Fault> {
        let persons = store::persons(self.central.reader(), rows.iter().map(|row| row.person_id)).await?;
        let told = |row: membership::Model| {
            let person = persons.get(&row.person_id);
            let is_invited = person.is_some_and(|person| person.issuer == PersonId::INVITED);
            Member {
                id: row.id,
                person: row.person_id,
                email: person.and_then(|person| person.email.clone()),
                role: row.role,
                since: row.created_at,
                invited_until: is_invited.then(|| accepted_until(row.created_at)),
            }
        };
        Ok(rows.into_iter().map(told).collect())
    }
}
