//! Whose terms are being read from the database right now: who needs them too waits, and does not read them once more.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use entity::TenantId;
use tokio::sync::watch;

/// The readings under way.
#[derive(Default)]
pub(super) struct Underway(Mutex<HashMap<TenantId, watch::Receiver<()>>>);

/// Companies whose terms somebody reads, until it is dropped.
pub(super) struct Reading<'u> {
    underway: &'u Underway,
    tenants: Vec<TenantId>,
    /// Those who wait are told by its end.
    _until: watch::Sender<()>,
}

/// Readings of others, to wait for.
pub(super) struct Others(Vec<watch::Receiver<()>>);

impl Underway {
    /// Begins to read those of `tenants` that nobody reads; those who read the others are to be waited for.
    pub(super) fn begin(&self, tenants: &[TenantId]) -> (Reading<'_>, Others) {
        let (until, ended) = watch::channel(());
        let (mut own, mut others) = (Vec::new(), Vec::new());
        let mut underway = self.underway();
        for tenant in tenants {
            if let Some(other) = underway.get(tenant) {
                others.push(other.clone());
            } else {
                underway.insert(*tenant, ended.clone());
                own.push(*tenant);
            }
        }
        (Reading { underway: self, tenants: own, _until: until }, Others(others))
    }

    fn underway(&self) -> MutexGuard<'_, HashMap<TenantId, watch::Receiver<()>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Reading<'_> {
    /// The companies.
    pub(super) fn tenants(&self) -> &[TenantId] {
        &self.tenants
    }
}

impl Drop for Reading<'_> {
    fn drop(&mut self) {
        let mut underway = self.underway.underway();
        self.tenants.iter().for_each(|tenant| drop(underway.remove(tenant)));
    }
}

impl Others {
    /// Returns when all have ended, whether or not they were successful. Answers whether there were any.
    pub(super) async fn ended(self) -> bool {
        let any = !self.0.is_empty();
        for mut other in self.0 {
            // Nothing is ever sent: it ends with its sender.
            let _ = other.changed().await;
        }
        any
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[test]
    fn what_somebody_reads_is_waited_for_and_not_read_again() {
        let underway = Underway::default();
        let [one, other, third] = [(); 3].map(|()| TenantId::generate());
        let (first, nobody) = underway.begin(&[one, other]);
        assert_eq!((first.tenants(), nobody.ended().now_or_never()), (&[one, other][..], Some(false)));
        let (second, waiting) = underway.begin(&[other, third]);
        assert_eq!(second.tenants(), [third]);
        let mut waiting = Box::pin(waiting.ended());
        assert_eq!((&mut waiting).now_or_never(), None);
        drop(first);
        assert_eq!(waiting.now_or_never(), Some(true));
        assert_eq!(underway.begin(&[one, third]).0.tenants(), [one]);
    }
}
