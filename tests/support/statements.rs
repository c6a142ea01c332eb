//! Every statement that reaches a database, seen from both sides: as sea-orm hands it over, with its values, and as sqlx sends it.

use std::sync::{Arc, Mutex, PoisonError};

use reseller_network::tenancy::Observer;
use sea_orm::Statement;
use tracing::{Event, Subscriber, field::Field};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};

/// A list that many write to.
pub(crate) struct Seen<T>(Arc<Mutex<Vec<T>>>);

impl<T> Seen<T> {
    fn new() -> Self {
        Self(Arc::default())
    }

    fn add(&self, item: T) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(item);
    }

    /// All since the last time.
    pub(crate) fn take(&self) -> Vec<T> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl<T> Clone for Seen<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

/// What sea-orm hands over, for a database that is opened with this observer.
pub(crate) fn observed() -> (Observer, Seen<Statement>) {
    let seen = Seen::new();
    let list = seen.clone();
    (Arc::new(move |statement: &Statement| list.add(statement.clone())), seen)
}

/// What sqlx sends, of all databases of this process: for a process that does nothing else.
pub(crate) fn sent() -> Seen<String> {
    let seen = Seen::new();
    let subscriber = tracing_subscriber::registry().with(Sent(seen.clone()));
    tracing::subscriber::set_global_default(subscriber).expect("the first subscriber of this process");
    seen
}

struct Sent(Seen<String>);

impl<S: Subscriber> Layer<S> for Sent {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if event.metadata().target() == "sqlx::query" {
            let mut sql = Sql::default();
            event.record(&mut sql);
            // A short statement stands in the summary alone.
            let sql = if sql.statement.is_empty() { sql.summary } else { sql.statement };
            self.0.add(sql.trim().to_owned());
        }
    }
}

#[derive(Default)]
struct Sql {
    summary: String,
    statement: String,
}

impl tracing::field::Visit for Sql {
    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "summary" => value.clone_into(&mut self.summary),
            "db.statement" => value.clone_into(&mut self.statement),
            _ => {}
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn std::fmt::Debug) {}
}
