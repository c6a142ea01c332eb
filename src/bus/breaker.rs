//! The circuit breaker: who has failed several times in a row is not asked for a while, so that nobody waits in vain.
//!
//! It is about whether the operation is there. One call that fails alone, because of what was asked, is an answer like a refusal: else one
//! company's input could take the operation away from all others.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use entity::Timestamp;
use tokio::time::Instant;

/// So many failures in a row open it.
const FAILURES: u32 = 5;

/// Watches one operation.
#[derive(Debug)]
pub(super) struct Breaker {
    /// How long it stays open, before one call may try again.
    open_for: Duration,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    failures_in_a_row: u32,
    /// Until when nobody is let through; past, one call is.
    open_until: Option<Instant>,
    health: Health,
}

/// Whether an operation can be called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Health {
    /// Whether it is called; not while its breaker is open.
    pub available: bool,
    /// Since when this is so.
    pub since: Timestamp,
    /// What last went wrong, for the operator.
    pub last_error: Option<String>,
}

impl Breaker {
    pub(super) fn new(open_for: Duration, now: Timestamp) -> Self {
        let health = Health { available: true, since: now, last_error: None };
        Self { open_for, state: Mutex::new(State { failures_in_a_row: 0, open_until: None, health }) }
    }

    /// Whether a call may go through. Of those that come when it is time to try again, one may.
    pub(super) fn lets_through(&self, at: Instant) -> bool {
        let mut state = self.state();
        match state.open_until {
            None => true,
            Some(until) if at < until => false,
            Some(_) => {
                state.open_until = Some(at + self.open_for);
                true
            }
        }
    }

    pub(super) fn succeeded(&self, now: Timestamp) {
        let mut state = self.state();
        state.failures_in_a_row = 0;
        state.open_until = None;
        if !state.health.available {
            state.health = Health { available: true, since: now, last_error: state.health.last_error.take() };
        }
    }

    /// It is there, and failed at one call. What went wrong is kept for the operator.
    pub(super) fn stumbled(&self, cause: &str, now: Timestamp) {
        self.succeeded(now);
        self.state().health.last_error = Some(cause.to_owned());
    }

    pub(super) fn failed(&self, cause: &str, at: Instant, now: Timestamp) {
        let mut state = self.state();
        state.failures_in_a_row = state.failures_in_a_row.saturating_add(1);
        state.health.last_error = Some(cause.to_owned());
        if state.failures_in_a_row >= FAILURES {
            state.open_until = Some(at + self.open_for);
            if state.health.available {
                state.health.available = false;
                state.health.since = now;
            }
        }
    }

    pub(super) fn health(&self) -> Health {
        self.state().health.clone()
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPEN_FOR: Duration = Duration::from_secs(5);

    #[test]
    fn five_failures_open_it_and_one_success_closes_it() {
        let (breaker, at) = (Breaker::new(OPEN_FOR, Timestamp(0)), Instant::now());
        for _ in 0..4 {
            assert!(breaker.lets_through(at));
            breaker.failed("down", at, Timestamp(1));
        }
        breaker.succeeded(Timestamp(2));
        for _ in 0..5 {
            assert!(breaker.lets_through(at), "a success in between starts the count anew");
            breaker.failed("down", at, Timestamp(3));
        }
        assert!(!breaker.lets_through(at));
        let health = Health { available: false, since: Timestamp(3), last_error: Some("down".to_owned()) };
        assert_eq!(breaker.health(), health);

        let later = at + OPEN_FOR;
        assert!(breaker.lets_through(later), "one may try");
        assert!(!breaker.lets_through(later), "and no second one meanwhile");
        breaker.succeeded(Timestamp(4));
        assert!(breaker.lets_through(later) && breaker.health().available);
    }

    #[test]
    fn who_stumbles_is_there() {
        let (breaker, at) = (Breaker::new(OPEN_FOR, Timestamp(0)), Instant::now());
        for _ in 0..10 {
            assert!(breaker.lets_through(at));
            breaker.stumbled("a number too large", Timestamp(1));
        }
        assert!(breaker.lets_through(at));
        let health = Health { available: true, since: Timestamp(0), last_error: Some("a number too large".to_owned()) };
        assert_eq!(breaker.health(), health);

        (0..5).for_each(|_| breaker.failed("down", at, Timestamp(2)));
        assert!(breaker.lets_through(at + OPEN_FOR), "one may try");
        breaker.stumbled("a number too large", Timestamp(3));
        assert!(breaker.lets_through(at + OPEN_FOR), "it is there again");
    }

    #[test]
    fn who_tries_and_fails_keeps_it_open() {
        let (breaker, at) = (Breaker::new(OPEN_FOR, Timestamp(0)), Instant::now());
        (0..5).for_each(|_| breaker.failed("down", at, Timestamp(1)));
        let later = at + OPEN_FOR;
        assert!(breaker.lets_through(later));
        breaker.failed("still down", later, Timestamp(2));
        assert!(!breaker.lets_through(later + OPEN_FOR / 2));
        assert_eq!(breaker.health().since, Timestamp(1));
    }
}
