//! Answers on their way to the table: they wait for one another, so that few transactions write many, and no request waits for them.

use std::collections::HashMap;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use std::sync::{Mutex, PoisonError};

use entity::{Timestamp, network_cache};
use tokio::sync::Notify;

use super::memory::Key;
use super::store;
use crate::tenancy::CentralDb;

/// How many bytes may wait. What comes beyond is not written.
const BYTES: usize = 8 << 20;

/// A longer answer is not written.
const LONGEST: usize = 256 << 10;

/// How many rows one transaction writes: SQLite's other writers wait for it.
const ROWS: usize = 200;

/// An answer that stays the same is written again after so long, so that its age in the table is about true: microseconds.
const RENEWED_AFTER: i64 = 3_600_000_000;

/// What of an answer was given to be written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Written {
    digest: u64,
    as_of: Timestamp,
}

/// Answers that wait to be written, each the newest of its key.
#[derive(Default)]
pub(super) struct Waiting {
    rows: Mutex<Rows>,
    came: Notify,
    /// Held by who writes, so that who waits for all to be written waits for these too.
    writing: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct Rows {
    of_key: HashMap<Key, (String, Timestamp)>,
    bytes: usize,
}

impl Waiting {
    /// Takes the answer `text`, unless the table has the same, or there is no room. Answers what of it the table has, or will have soon.
    pub(super) fn offer(&self, key: &Key, text: &str, as_of: Timestamp, before: Option<Written>) -> Option<Written> {
        let digest = BuildHasherDefault::<DefaultHasher>::default().hash_one(text);
        let written = Written { digest, as_of };
        if before.is_some_and(|before| before.digest == digest && as_of.0 - before.as_of.0 < RENEWED_AFTER) {
            return before;
        }
        // PostgreSQL's JSON has no NUL.
        if text.is_empty() || text.len() > LONGEST || text.contains("\\u0000") {
            return None;
        }
        let mut rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
        if rows.bytes + text.len() > BYTES {
            return None;
        }
        rows.bytes += text.len();
        if let Some((replaced, _)) = rows.of_key.insert(key.clone(), (text.to_owned(), as_of)) {
            rows.bytes -= replaced.len();
        }
        self.came.notify_one();
        Some(written)
    }

    /// Returns when something has come that is to be written.
    pub(super) async fn something(&self) {
        self.came.notified().await;
    }

    /// Writes all that waits. Answers the keys of what could not be written.
    pub(super) async fn write_to(&self, central: &CentralDb) -> Vec<Key> {
        let _writing = self.writing.lock().await;
        let Rows { of_key, .. } = std::mem::take(&mut *self.rows.lock().unwrap_or_else(PoisonError::into_inner));
        let mut rows: Vec<_> = of_key.into_iter().filter_map(row).collect();
        // In one order, so that two processes that write the same rows do not wait for each other.
        rows.sort_unstable_by(|a, b| (a.owner_tenant_id, &a.key).cmp(&(b.owner_tenant_id, &b.key)));
        let mut lost = Vec::new();
        for some in rows.chunks(ROWS) {
            if let Err(cause) = store::write(central, some.to_vec()).await {
                tracing::warn!(%cause, rows = some.len(), "answers could not be kept");
                lost.extend(
                    some.iter().map(|row| Key { question: row.key.as_str().into(), owner: row.owner_tenant_id }),
                );
            }
        }
        lost
    }
}

fn row((key, (text, as_of)): (Key, (String, Timestamp))) -> Option<network_cache::Model> {
    let answer = serde_json::from_str(&text).ok()?;
    Some(network_cache::Model { owner_tenant_id: key.owner, key: key.question.to_string(), answer, as_of })
}

#[cfg(test)]
mod tests {
    use entity::TenantId;

    use super::*;

    fn key() -> Key {
        Key { question: "orders.getStats {}".into(), owner: TenantId::generate() }
    }

    #[test]
    fn what_the_table_has_is_not_written_again_before_an_hour_is_over() {
        let (waiting, key) = (Waiting::default(), key());
        let written = waiting.offer(&key, "1", Timestamp(0), None);
        let count = || std::mem::take(&mut waiting.rows.lock().unwrap().of_key).len();
        assert_eq!((written.is_some(), count()), (true, 1));
        waiting.offer(&key, "1", Timestamp(RENEWED_AFTER - 1), written);
        assert_eq!(count(), 0);
        waiting.offer(&key, "1", Timestamp(RENEWED_AFTER), written);
        assert_eq!(count(), 1);
        waiting.offer(&key, "2", Timestamp(1), written);
        assert_eq!(count(), 1);
    }

    #[test]
    fn there_is_room_for_so_much_and_no_more() {
        let waiting = Waiting::default();
        let long = "1".repeat(LONGEST);
        for _ in 0..BYTES / LONGEST {
            assert!(waiting.offer(&key(), &long, Timestamp(0), None).is_some());
        }
        let last = key();
        assert!(waiting.offer(&last, &long, Timestamp(0), None).is_none(), "no room");
        assert!(Waiting::default().offer(&last, &(long + "1"), Timestamp(0), None).is_none(), "too long");
        assert!(Waiting::default().offer(&last, "\"\\u0000\"", Timestamp(0), None).is_none());
    }

    #[test]
    fn of_one_key_the_last_answer_waits() {
        let (waiting, key) = (Waiting::default(), key());
        for text in ["first", "second", "the last"] {
            waiting.offer(&key, text, Timestamp(0), None);
        }
        let rows = waiting.rows.lock().unwrap();
        assert_eq!((rows.of_key.len(), rows.bytes), (1, "the last".len()));
    }
}
