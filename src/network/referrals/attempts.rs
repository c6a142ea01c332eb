//! How many wrong codes somebody may try: by person, and by address, so that neither many people at one place nor one person from many get far.
//!
//! Each process counts for itself. What is tried counts from the beginning, and is forgiven where it was right: who tries many at once is stopped too.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use entity::{PersonId, Timestamp};

use crate::clock::Clock;

/// How many wrong codes may be tried in an hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AttemptLimits {
    /// By one person.
    pub per_person: u32,
    /// From one address: one of IPv4, or a network of IPv6 (/64), which is one household or server.
    pub per_address: u32,
}

impl Default for AttemptLimits {
    fn default() -> Self {
        Self { per_person: 10, per_address: 50 }
    }
}

/// How long an attempt counts.
const WINDOW: Duration = Duration::from_hours(1);

/// Who is remembered at once; beyond that what no longer counts is swept away at each attempt.
const SWEPT_FROM: usize = 10_000;

/// There were too many attempts already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TooMany {
    /// When there are fewer again.
    pub(super) again_in: Duration,
}

/// All attempts that count.
pub(super) struct Attempts {
    limits: AttemptLimits,
    clock: Clock,
    counted: Mutex<Counted>,
}

#[derive(Default)]
struct Counted {
    by_person: HashMap<PersonId, Window>,
    by_address: HashMap<IpAddr, Window>,
}

/// Attempts since the first one that counts.
#[derive(Clone, Copy, Debug)]
struct Window {
    since: Timestamp,
    attempts: u32,
}

/// An attempt that is counted.
pub(super) struct Attempt {
    attempts: Arc<Attempts>,
    person: PersonId,
    address: Option<IpAddr>,
}

impl Attempts {
    pub(super) fn new(limits: AttemptLimits, clock: Clock) -> Arc<Self> {
        Arc::new(Self { limits, clock, counted: Mutex::default() })
    }

    /// Counts an attempt of `person` from `address`, unless there were too many.
    pub(super) fn begin(self: &Arc<Self>, person: PersonId, address: Option<IpAddr>) -> Result<Attempt, TooMany> {
        let (now, address) = (self.clock.now(), address.map(network));
        let mut counted = self.counted();
        let Counted { by_person, by_address } = &mut *counted;
        let of_person = window(by_person, person, now);
        let mut unknown = Window { since: now, attempts: 0 };
        let of_address = address.map_or(&mut unknown, |address| window(by_address, address, now));
        let full = [(&*of_person, self.limits.per_person), (&*of_address, self.limits.per_address)];
        let full = full.into_iter().filter(|(window, most)| window.attempts >= *most);
        if let Some(again_in) = full.map(|(window, _)| window.left(now)).max() {
            return Err(TooMany { again_in });
        }
        of_person.attempts += 1;
        of_address.attempts += 1;
        drop(counted);
        Ok(Attempt { attempts: self.clone(), person, address })
    }

    fn counted(&self) -> MutexGuard<'_, Counted> {
        self.counted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Attempt {
    /// It was right: it does not count.
    pub(super) fn forgive(self) {
        let mut counted = self.attempts.counted();
        let of_person = counted.by_person.get_mut(&self.person).into_iter();
        of_person.for_each(|window| window.attempts = window.attempts.saturating_sub(1));
        let of_address = self.address.and_then(|address| counted.by_address.get_mut(&address)).into_iter();
        of_address.for_each(|window| window.attempts = window.attempts.saturating_sub(1));
    }
}

impl Window {
    fn left(&self, now: Timestamp) -> Duration {
        let end = self.since.to_utc() + WINDOW;
        (end - now.to_utc()).try_into().unwrap_or_default()
    }

    fn is_over(&self, now: Timestamp) -> bool {
        self.left(now).is_zero()
    }
}

/// The window of `key` that counts at `now`.
fn window<K: Eq + Hash>(windows: &mut HashMap<K, Window>, key: K, now: Timestamp) -> &mut Window {
    if windows.len() >= SWEPT_FROM {
        windows.retain(|_, window| !window.is_over(now) && window.attempts > 0);
    }
    let window = windows.entry(key).or_insert(Window { since: now, attempts: 0 });
    if window.is_over(now) {
        *window = Window { since: now, attempts: 0 };
    }
    window
}

/// What counts as one address.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => address.into(),
        IpAddr::V6(address) => (address & std::net::Ipv6Addr::from_bits(!u128::from(u64::MAX))).into(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use super::*;

    const LIMITS: AttemptLimits = AttemptLimits { per_person: 2, per_address: 3 };

    fn person(name: &str) -> PersonId {
        PersonId::of("https://id.example", name)
    }

    fn address(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    fn at_minutes() -> (Arc<AtomicI64>, Arc<Attempts>) {
        let minutes = Arc::new(AtomicI64::new(0));
        let read = minutes.clone();
        let clock = Clock::reading(move || Timestamp(read.load(Ordering::SeqCst) * 60_000_000));
        (minutes, Attempts::new(LIMITS, clock))
    }

    #[test]
    fn who_tries_too_many_wrong_codes_waits() {
        let (minutes, attempts) = at_minutes();
        let tries = |name, from| attempts.begin(person(name), Some(address(from))).map(|_| ());
        assert_eq!(tries("ann", "192.0.2.1"), Ok(()));
        minutes.store(10, Ordering::SeqCst);
        assert_eq!(tries("ann", "192.0.2.2"), Ok(()));
        let wait = |minutes| Err(TooMany { again_in: Duration::from_mins(minutes) });
        assert_eq!(tries("ann", "192.0.2.3"), wait(50), "from wherever");
        assert_eq!(tries("bob", "192.0.2.3"), Ok(()), "somebody else");
        minutes.store(60, Ordering::SeqCst);
        assert_eq!(tries("ann", "192.0.2.3"), Ok(()), "an hour later");
    }

    #[test]
    fn an_address_tries_no_more_than_it_may_whoever_it_is() {
        let (_, attempts) = at_minutes();
        let tries = |name, from| attempts.begin(person(name), Some(address(from))).is_ok();
        assert!(tries("a", "2001:db8::1") && tries("b", "2001:db8::2") && tries("c", "2001:db8::ffff:3"));
        assert!(!tries("d", "2001:db8:0:0:1::4"), "the same network");
        assert!(tries("d", "2001:db8:0:1::4"), "another one");
        assert!(tries("e", "192.0.2.1") && tries("f", "::ffff:192.0.2.1"), "an address in two dresses");
        assert!(tries("g", "192.0.2.1") && !tries("h", "::ffff:192.0.2.1"));
        assert!(attempts.begin(person("i"), None).is_ok(), "an address that is not known");
    }

    #[test]
    fn what_was_right_does_not_count_and_what_is_under_way_does() {
        let (_, attempts) = at_minutes();
        for _ in 0..10 {
            attempts.begin(person("ann"), Some(address("192.0.2.1"))).expect("a right code").forgive();
        }
        let under_way = [0; 2].map(|_| attempts.begin(person("ann"), Some(address("192.0.2.1"))).expect("one more"));
        assert!(attempts.begin(person("ann"), Some(address("192.0.2.1"))).is_err(), "many at once");
        under_way.into_iter().for_each(Attempt::forgive);
        assert!(attempts.begin(person("ann"), Some(address("192.0.2.1"))).is_ok());
    }

    #[test]
    fn what_no_longer_counts_is_swept_away() {
        let (minutes, attempts) = at_minutes();
        let name = |number: usize| person(&number.to_string());
        for number in 0..SWEPT_FROM {
            let _ = attempts.begin(name(number), None);
        }
        minutes.store(61, Ordering::SeqCst);
        assert!(attempts.begin(person("ann"), None).is_ok());
        assert_eq!(attempts.counted().by_person.len(), 1);
    }
}
