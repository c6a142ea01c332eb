//! Where events are taken in.

use entity::TenantId;
use serde_json::Value;

use super::effects::{Decision, Names, take_effect};
use super::{CloudEvent, store};
use crate::error::Fault;
use crate::events::{Log, Published, Transaction};
use crate::tenancy::Actor;

/// Takes in what other programs publish.
#[derive(Clone)]
pub struct Intake {
    log: Log,
}

/// What has become of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is in the log, with its effects.
    Stored,
    /// It had come before, and nothing has happened.
    Duplicate,
    /// It waits for the company of this name.
    Waiting(String),
    /// It can not have its effect, and waits for the operator; why.
    KeptApart(String),
}

impl Intake {
    /// Takes events into `log`.
    #[must_use]
    pub fn new(log: Log) -> Self {
        Self { log }
    }

    /// Takes `events` in, in their order, all in one transaction; and waits until this process shows what came of them. Answers what has become of each.
    ///
    /// # Errors
    /// Where the database cannot: then none of them has come.
    pub async fn take_in(&self, events: Vec<CloudEvent>) -> Result<Vec<Outcome>, Fault> {
        let mut change = self.log.begin(Actor::central()).await?;
        change.lock_chain().await?;
        change.lock_log().await?;
        let keys: Vec<store::Key> = events.iter().map(|event| (event.source.clone(), event.id.clone())).collect();
        let mut known = store::known(change.db(), &keys).await?;
        let mut names = Names::of(change.db(), &events).await?;
        let mut outcomes = Vec::with_capacity(events.len());
        for (event, key) in events.into_iter().zip(keys) {
            outcomes.push(if known.insert(key) {
                take_one_in(&mut change, &mut names, event).await?
            } else {
                Outcome::Duplicate
            });
        }
        change.commit_and_show().await?;
        Ok(outcomes)
    }
}

async fn take_one_in(change: &mut Transaction, names: &mut Names, event: CloudEvent) -> Result<Outcome, Fault> {
    let (waits_for, reason, outcome) = match take_effect(change, names, &event).await? {
        Decision::Store(subject, at) => {
            let published = published(change, event, subject, at);
            change.record_published(published);
            return Ok(Outcome::Stored);
        }
        Decision::WaitFor(name) => (Some(name.clone()), waits_for(&name), Outcome::Waiting(name)),
        Decision::KeepApart(reason) => (None, reason.clone(), Outcome::KeptApart(reason)),
    };
    store::keep(change.db(), event, waits_for, reason, change.now()).await?;
    Ok(outcome)
}

/// Why an event waits that waits for the company `name`.
pub(super) fn waits_for(name: &str) -> String {
    format!("it waits for the company {name:?}")
}

/// The event as the log has it.
pub(super) fn published(
    change: &Transaction,
    event: CloudEvent,
    subject: TenantId,
    at: Option<entity::Timestamp>,
) -> Published {
    Published {
        source: event.source,
        id: event.id,
        event_type: event.event_type,
        subject,
        occurred_at: at.or(event.time).unwrap_or_else(|| change.now()),
        data: Value::Object(event.data),
    }
}
