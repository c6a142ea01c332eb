//! The messages of a group that not all of its subscribers have had.
//!
//! The fastest subscriber sets the pace: no more than some messages are made ahead of it. A message stays until all have had it, as long as there
//! is room; who has not had it by then is slow, and has lost its place.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use entity::Position;

use super::Message;

/// Messages that stay although all have had them: for who is just coming.
const KEPT: usize = 32;

/// The most messages that are made before the fastest subscriber has them.
const AHEAD: u64 = 256;

/// The most that the messages of one group take, in bytes, about, beside those that stay in any case.
const OF_GROUP: usize = 4 * 1024 * 1024;

/// The most that those of all groups of a company take.
const OF_TENANT: usize = 64 * 1024 * 1024;

/// What a message takes beside its text, in bytes, about.
const MESSAGE_BYTES: usize = 128;

/// What the messages of all groups of a company take, in bytes, about.
#[derive(Debug, Default)]
pub(super) struct Memory(AtomicUsize);

/// The messages of a group.
pub(super) struct Ring {
    /// It has all that came after this.
    after: Position,
    /// The number of its first message.
    first: u64,
    messages: VecDeque<Kept>,
    bytes: usize,
    /// How many subscribers there are.
    subscribers: usize,
    /// The number of the first message that nobody has had.
    untouched: u64,
    memory: Arc<Memory>,
}

struct Kept {
    message: Arc<Message>,
    /// How many subscribers have not had it.
    awaited_by: usize,
}

/// A subscriber's place.
#[derive(Debug)]
pub(super) struct Place {
    /// The number of its next message.
    next: u64,
    /// It has had all up to here.
    after: Position,
}

/// What there is at a place.
pub(super) enum There {
    /// The next message.
    Message(Arc<Message>),
    /// Nothing yet.
    Nothing,
    /// It was too slow: its next message is gone.
    Lost,
}

impl Ring {
    /// An empty one, in which all that comes after `after` will be.
    pub(super) fn new(after: Position, memory: &Arc<Memory>) -> Self {
        let memory = memory.clone();
        Self { after, first: 0, messages: VecDeque::new(), bytes: 0, subscribers: 0, untouched: 0, memory }
    }

    /// A place for who has had all up to `after`; none where what comes after that is gone.
    pub(super) fn enter(&mut self, after: Position) -> Option<Place> {
        if after < self.after {
            return None;
        }
        let had = self.messages.partition_point(|kept| kept.message.position <= after);
        self.messages.iter_mut().skip(had).for_each(|kept| kept.awaited_by += 1);
        self.subscribers += 1;
        let next = self.first + had as u64;
        self.untouched = self.untouched.max(next);
        Some(Place { next, after })
    }

    /// Gives up a place.
    pub(super) fn leave(&mut self, place: &Place) {
        let had = usize::try_from(place.next.saturating_sub(self.first)).unwrap_or(usize::MAX);
        self.messages.iter_mut().skip(had).for_each(|kept| kept.awaited_by -= 1);
        self.subscribers -= 1;
        self.forget();
    }

    /// Adds a message for all subscribers.
    pub(super) fn push(&mut self, message: Arc<Message>) {
        let bytes = bytes(&message);
        self.bytes += bytes;
        self.memory.0.fetch_add(bytes, Relaxed);
        self.messages.push_back(Kept { message, awaited_by: self.subscribers });
        self.forget();
    }

    /// What there is at `place`, which moves on behind it.
    pub(super) fn take(&mut self, place: &mut Place) -> There {
        loop {
            let Some(index) = place.next.checked_sub(self.first) else { return There::Lost };
            let kept = usize::try_from(index).ok().and_then(|index| self.messages.get_mut(index));
            let Some(kept) = kept else { return There::Nothing };
            kept.awaited_by -= 1;
            let message = kept.message.clone();
            place.next += 1;
            self.untouched = self.untouched.max(place.next);
            self.forget();
            // Who came from further on has had it.
            if message.position > place.after {
                place.after = message.position;
                return There::Message(message);
            }
        }
    }

    /// Whether more messages may be made: not too many, and not too long ones, that nobody has had yet.
    pub(super) fn has_room(&self) -> bool {
        match self.first + self.messages.len() as u64 - self.untouched.max(self.first) {
            0 => true,
            untouched => untouched < AHEAD && self.bytes < OF_GROUP / 2,
        }
    }

    /// Whether no more messages may be made, and all that there are come no later than `after`.
    pub(super) fn is_full_before(&self, after: Position) -> bool {
        !self.has_room() && self.messages.back().is_some_and(|last| last.message.position <= after)
    }

    /// Whether nobody has a place.
    pub(super) fn is_empty(&self) -> bool {
        self.subscribers == 0
    }

    /// Forgets what all have had, and what there is no room for.
    fn forget(&mut self) {
        let most = if self.memory.0.load(Relaxed) > OF_TENANT { 0 } else { OF_GROUP };
        while self.messages.len() > KEPT {
            let is_done = self.messages.front().is_some_and(|first| first.awaited_by == 0);
            if !is_done && self.bytes <= most {
                return;
            }
            let Some(first) = self.messages.pop_front() else { return };
            self.bytes -= bytes(&first.message);
            self.memory.0.fetch_sub(bytes(&first.message), Relaxed);
            self.after = first.message.position;
            self.first += 1;
        }
    }
}

impl Place {
    /// All up to here was had.
    pub(super) fn after(&self) -> Position {
        self.after
    }
}

impl Drop for Ring {
    fn drop(&mut self) {
        self.memory.0.fetch_sub(self.bytes, Relaxed);
    }
}

fn bytes(message: &Message) -> usize {
    MESSAGE_BYTES + message.payload.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(position: i64, length: usize) -> Arc<Message> {
        Arc::new(Message { position: Position(position), payload: vec![b'x'; length].into() })
    }

    fn positions(ring: &mut Ring, place: &mut Place) -> Vec<i64> {
        let mut taken = Vec::new();
        while let There::Message(message) = ring.take(place) {
            taken.push(message.position.0);
        }
        taken
    }

    #[test]
    fn each_gets_each_message_once_from_its_own_place_on() {
        let mut ring = Ring::new(Position(10), &Arc::default());
        let mut first = ring.enter(Position(10)).expect("it has all after 10");
        ring.push(message(11, 1));
        ring.push(message(15, 1));
        let mut second = ring.enter(Position(12)).expect("it has all after 10");
        let mut ahead = ring.enter(Position(20)).expect("it has all after 10");
        ring.push(message(18, 1));
        ring.push(message(21, 1));
        assert_eq!(positions(&mut ring, &mut first), [11, 15, 18, 21]);
        assert_eq!(positions(&mut ring, &mut second), [15, 18, 21]);
        assert_eq!(positions(&mut ring, &mut ahead), [21]);
        assert!(ring.enter(Position(9)).is_none());
    }

    #[test]
    fn what_all_have_had_is_forgotten_but_for_some_that_stay_for_who_is_just_coming() {
        let memory = Arc::default();
        let mut ring = Ring::new(Position(0), &memory);
        let mut place = ring.enter(Position(0)).expect("it is new");
        for position in 1..=100 {
            ring.push(message(position, 1));
            assert_eq!(positions(&mut ring, &mut place), [position]);
        }
        assert_eq!(ring.messages.len(), KEPT);
        assert!(ring.enter(Position(67)).is_none());
        let mut late = ring.enter(Position(68)).expect("what comes after 68 has stayed");
        assert_eq!(positions(&mut ring, &mut late), (69..=100).collect::<Vec<_>>());
        assert_eq!(memory.0.load(Relaxed), KEPT * (MESSAGE_BYTES + 1));
        drop(ring);
        assert_eq!(memory.0.load(Relaxed), 0);
    }

    #[test]
    fn who_comes_from_further_on_than_all_others_sets_the_pace() {
        let mut ring = Ring::new(Position(0), &Arc::default());
        let _stands_still = ring.enter(Position(0)).expect("it is new");
        let mut position = 0;
        while ring.has_room() {
            position += 1;
            ring.push(message(position, 1));
        }
        let _ahead = ring.enter(Position(position)).expect("nothing is gone");
        assert!(ring.has_room());
    }

    #[test]
    fn a_lone_one_is_never_lost_however_slow_it_is_and_however_long_messages_are() {
        let mut ring = Ring::new(Position(0), &Arc::default());
        let mut lone = ring.enter(Position(0)).expect("it is new");
        let mut position = 0;
        for _ in 0..3 {
            while ring.has_room() {
                position += 1;
                ring.push(message(position, 100_000));
            }
            assert_eq!(positions(&mut ring, &mut lone).last(), Some(&position));
        }
    }

    #[test]
    fn the_fastest_sets_the_pace_and_who_is_far_behind_it_is_lost() {
        let mut ring = Ring::new(Position(0), &Arc::default());
        let mut slow = ring.enter(Position(0)).expect("it is new");
        let mut position = 0;
        while ring.has_room() {
            position += 1;
            ring.push(message(position, 10_000));
        }
        assert!(ring.bytes < OF_GROUP, "nobody has had any of {position}");
        let mut fast = ring.enter(Position(0)).expect("nothing is gone");
        while ring.bytes <= OF_GROUP - 20_000 {
            assert_eq!(positions(&mut ring, &mut fast).last(), Some(&position));
            position += 1;
            ring.push(message(position, 10_000));
        }
        assert!(matches!(ring.take(&mut slow), There::Message(_)), "there is still room for it");
        for _ in 0..10 {
            positions(&mut ring, &mut fast);
            position += 1;
            ring.push(message(position, 10_000));
        }
        assert!(matches!(ring.take(&mut slow), There::Lost));
        assert_eq!(slow.after(), Position(1));
        ring.leave(&slow);
        assert_eq!(ring.messages.len(), KEPT, "nobody else waits for what was kept for it");
    }
}
