//! Who reads the log in this process: how far each is, and what there is for it.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use entity::Position;
use tokio::sync::watch;

/// A consumer that is so many events behind has a backlog, as after an import: nobody waits for it.
const FAR_BEHIND: i64 = 10_000;

/// How long a writer waits to see its own write. It has lasted by then, so that it is no failure where the wait was in vain.
const SEEN_WITHIN: Duration = Duration::from_secs(5);

/// Types of events.
pub(super) type Kinds<'k> = HashSet<Cow<'k, str>>;

/// Who reads the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reader {
    /// Keeps memory at its end.
    Memory,
    /// Acts on the events of these types; of all types where there are none.
    Consumer(&'static [&'static str]),
}

impl Reader {
    /// Whether it does anything about one of these types of events.
    pub(super) fn sees(self, kinds: &Kinds<'_>) -> bool {
        match self {
            Self::Memory => true,
            Self::Consumer([]) => !kinds.is_empty(),
            Self::Consumer(types) => types.iter().any(|kind| kinds.contains(*kind)),
        }
    }
}

/// What the follower has told a reader of the log, so that not each of them looks for itself.
#[derive(Clone, Copy, Debug)]
pub(super) struct Heard {
    /// The end of the log.
    pub(super) end: Position,
    /// Nothing that the reader deals with came after this, up to the end; of what came since the follower began.
    pub(super) concerning: Position,
    /// How often the log went back, as after a restore.
    pub(super) restores: u64,
}

/// All readers of this process.
#[derive(Clone, Default)]
pub(super) struct Readers(Arc<Mutex<Vec<Known>>>);

struct Known {
    reader: Reader,
    seen: watch::Receiver<Position>,
    heard: watch::Sender<Heard>,
}

impl Readers {
    /// Counts somebody who reads on from `position` among them. They say through the sender how far they are, and are told of what comes.
    pub(super) fn add(&self, reader: Reader, position: Position) -> (watch::Sender<Position>, watch::Receiver<Heard>) {
        let seen = watch::Sender::new(position);
        let (heard, hears) = watch::channel(Heard { end: position, concerning: position, restores: 0 });
        self.lock().push(Known { reader, seen: seen.subscribe(), heard });
        (seen, hears)
    }

    /// Tells all that the log has gone on to `end`, with events of these types.
    pub(super) fn went_on(&self, kinds: &Kinds<'_>, end: Position) {
        for known in self.lock().iter() {
            known.heard.send_modify(|heard| {
                let concerning = if known.reader.sees(kinds) { end } else { heard.concerning };
                *heard = Heard { end, concerning, ..*heard };
            });
        }
    }

    /// Tells all that the log is another, which ends at `end`.
    pub(super) fn went_back(&self, end: Position) {
        for known in self.lock().iter() {
            known.heard.send_modify(|heard| *heard = Heard { end, concerning: end, restores: heard.restores + 1 });
        }
    }

    /// Waits until those for whom `is_waited_for` have seen `position`. Gives up after a while, and at once on consumers that are far behind.
    pub(super) async fn have_seen(&self, position: Position, is_waited_for: impl Fn(Reader) -> bool) {
        let is_waited_for = |Known { reader, seen, .. }: &&Known| {
            let far_behind = *reader != Reader::Memory && position.0 - seen.borrow().0 > FAR_BEHIND;
            is_waited_for(*reader) && !far_behind
        };
        let waited_for: Vec<_> = self.lock().iter().filter(is_waited_for).map(|known| known.seen.clone()).collect();
        let all = async {
            for mut seen in waited_for {
                // One that is gone has nothing to show any more.
                let _ = seen.wait_for(|seen| *seen >= position).await;
            }
        };
        if tokio::time::timeout(SEEN_WITHIN, all).await.is_err() {
            tracing::warn!(?position, "a change was committed, and memory does not show it yet");
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Known>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
