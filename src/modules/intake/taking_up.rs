//! Takes up what waits for a company, once that has come.

use entity::{TenantId, event, waiting_event};
use serde_json::Value;

use super::desk::{published, waits_for};
use super::effects::{Decision, Names, take_effect};
use super::{CloudEvent, store};
use crate::error::Fault;
use crate::events::{Consume, Transaction, kinds};
use crate::modules::admin;
use crate::tenancy::CentralDb;

/// Takes up waiting events.
pub struct TakingUp {
    central: CentralDb,
}

impl TakingUp {
    /// Takes up what waits in the database behind `central`.
    #[must_use]
    pub fn new(central: CentralDb) -> Self {
        Self { central }
    }
}

impl Consume for TakingUp {
    const NAME: &'static str = "taking_up";
    /// What may make a company known, or one for which something can be done.
    const TYPES: &'static [&'static str] =
        &[kinds::RESELLER_APPLIED, kinds::RESELLER_APPROVED, kinds::RESELLER_REACTIVATED];

    type Event = event::Model;

    /// The names of companies that something waits for.
    type Prepared = Vec<String>;

    async fn prepare(&self, events: &[event::Model]) -> Result<Vec<String>, Fault> {
        let db = self.central.reader();
        if !store::any_waits(db).await? {
            return Ok(Vec::new());
        }
        let subjects: Vec<TenantId> = events.iter().filter_map(|event| event.subject_tenant_id).collect();
        let companies = admin::store::companies(db, subjects).await?;
        let names = companies.into_iter().flat_map(|company| {
            [Some(company.id.to_string()), Some(company.slug), company.external_id].into_iter().flatten()
        });
        let names: Vec<String> = names.collect();
        let waiting = store::waiting_for(db, &names).await?;
        Ok(if waiting.is_empty() { Vec::new() } else { names })
    }

    fn is_nothing(names: &Vec<String>) -> bool {
        names.is_empty()
    }

    async fn consume(&self, change: &mut Transaction, _: &[event::Model], names: Vec<String>) -> Result<(), Fault> {
        change.lock_chain().await?;
        change.lock_log().await?;
        let waiting = store::waiting_for(change.db(), &names).await?;
        let events: Vec<(i64, CloudEvent)> = waiting.into_iter().map(event_of).collect();
        let mut names = Names::of(change.db(), events.iter().map(|(_, event)| event)).await?;
        for (id, event) in events {
            match take_effect(change, &mut names, &event).await? {
                Decision::Store(subject, at) => {
                    store::remove(change.db(), id).await?;
                    let published = published(change, event, subject, at);
                    change.record_published(published);
                }
                Decision::WaitFor(name) => {
                    let reason = waits_for(&name);
                    store::keep_on(change.db(), id, Some(name), reason).await?;
                }
                Decision::KeepApart(reason) => store::keep_on(change.db(), id, None, reason).await?,
            }
        }
        Ok(())
    }
}

fn event_of(row: waiting_event::Model) -> (i64, CloudEvent) {
    let data = match row.data {
        Value::Object(data) => data,
        _ => serde_json::Map::new(),
    };
    let event = CloudEvent {
        source: row.source,
        id: row.event_id,
        event_type: row.event_type,
        subject: row.subject,
        time: row.occurred_at,
        data,
    };
    (row.id, event)
}
