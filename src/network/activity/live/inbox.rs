//! What has come for one watcher and was not taken yet, within bounds.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use entity::Position;
use tokio::sync::Notify;

use super::super::reading::{ActivityEvent, ActivityFilter};

/// The most events that wait to be taken.
const MOST_EVENTS: usize = 1_000;

/// The most bytes that wait to be taken, about, unless one event alone has more.
const MOST_BYTES: usize = 1024 * 1024;

/// What has come for one watcher.
pub(super) struct Inbox {
    pub(super) filter: ActivityFilter,
    waiting: Mutex<Waiting>,
    came: Notify,
}

struct Waiting {
    /// All that has come after this is here.
    after: Position,
    /// What was thrown away.
    lost: Option<Lost>,
    events: VecDeque<(Arc<ActivityEvent>, usize)>,
    bytes: usize,
}

/// Between these two places nothing came: who has had all up to the first has had all up to the second.
struct Lost {
    whole_after: Position,
    before: Position,
}

/// What an inbox has for whoever has had all up to some place.
pub(super) enum Had {
    /// These, in their order.
    Events(Vec<Arc<ActivityEvent>>),
    /// It does not know all that came after that place. Nothing came between that place and this one.
    Unknown(Position),
    /// Nothing yet.
    Nothing,
}

impl Inbox {
    /// An empty one, in which all that comes after `after` will be.
    pub(super) fn new(filter: ActivityFilter, after: Position) -> Self {
        let waiting = Waiting { after, lost: None, events: VecDeque::new(), bytes: 0 };
        Self { filter, waiting: Mutex::new(waiting), came: Notify::new() }
    }

    /// Puts an event of so many bytes in. Where there is no room, all is thrown away: the watcher reads it from the table.
    pub(super) fn put(&self, event: &Arc<ActivityEvent>, bytes: usize) {
        let mut waiting = self.waiting();
        let is_full = waiting.events.len() >= MOST_EVENTS || waiting.bytes + bytes > MOST_BYTES;
        if let Some((first, _)) = waiting.events.front().filter(|_| is_full) {
            let lost = Lost { whole_after: waiting.after, before: Position(first.position.0 - 1) };
            waiting.lost.get_or_insert(lost);
            waiting.events.clear();
            waiting.bytes = 0;
            waiting.after = Position(event.position.0 - 1);
        }
        waiting.events.push_back((event.clone(), bytes));
        waiting.bytes += bytes;
        drop(waiting);
        self.came.notify_one();
    }

    /// What comes after `after`.
    pub(super) fn take(&self, after: Position) -> Had {
        let mut waiting = self.waiting();
        if after < waiting.after {
            let lost = waiting.lost.as_ref().filter(|lost| after >= lost.whole_after);
            return Had::Unknown(lost.map_or(after, |lost| after.max(lost.before)));
        }
        waiting.lost = None;
        waiting.bytes = 0;
        let events: Vec<_> = waiting.events.drain(..).map(|(event, _)| event).collect();
        if let Some(last) = events.last() {
            waiting.after = last.position;
        }
        let events: Vec<_> = events.into_iter().filter(|event| event.position > after).collect();
        if events.is_empty() { Had::Nothing } else { Had::Events(events) }
    }

    /// Waits until something has come.
    pub(super) async fn wait(&self) {
        self.came.notified().await;
    }

    fn waiting(&self) -> std::sync::MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use entity::{TenantId, Timestamp};

    use super::*;

    fn put(inbox: &Inbox, positions: impl IntoIterator<Item = i64>) {
        let subject = TenantId::generate();
        for position in positions {
            let event = ActivityEvent {
                position: Position(position),
                distance: 0,
                event_type: String::new(),
                subject,
                is_own: true,
                occurred_at: Timestamp(0),
                recorded_at: Timestamp(0),
                data: "{}".to_owned(),
            };
            inbox.put(&Arc::new(event), 100);
        }
    }

    fn inbox(after: i64) -> Inbox {
        Inbox::new(ActivityFilter::default(), Position(after))
    }

    /// The positions that it has after one, or as an error from where on it does not know.
    fn take(inbox: &Inbox, after: i64) -> Result<Vec<i64>, i64> {
        match inbox.take(Position(after)) {
            Had::Events(events) => Ok(events.iter().map(|event| event.position.0).collect()),
            Had::Nothing => Ok(Vec::new()),
            Had::Unknown(after) => Err(after.0),
        }
    }

    #[test]
    fn what_has_come_is_taken_once_from_any_place_that_it_knows() {
        let inbox = inbox(10);
        put(&inbox, [11, 13, 17]);
        assert_eq!(take(&inbox, 9), Err(9));
        assert_eq!(take(&inbox, 11), Ok(vec![13, 17]));
        assert_eq!(take(&inbox, 17), Ok(vec![]));
        put(&inbox, [20]);
        assert_eq!(take(&inbox, 17), Ok(vec![20]));
    }

    #[test]
    fn what_was_thrown_away_is_looked_for_where_it_was() {
        let inbox = inbox(10);
        assert_eq!(MOST_EVENTS, 1_000);
        put(&inbox, (1_000..2_000).chain([5_000]));
        assert_eq!(take(&inbox, 10), Err(999), "nothing came before");
        assert_eq!(take(&inbox, 1_500), Err(1_500));
        assert_eq!(take(&inbox, 4_999), Ok(vec![5_000]));
    }

    #[test]
    fn who_is_not_there_yet_leaves_out_nothing_where_something_is_thrown_away() {
        let inbox = inbox(500);
        put(&inbox, 1_000..=2_000);
        assert_eq!(take(&inbox, 300), Err(300), "it does not know what came between 300 and 500");
    }
}
