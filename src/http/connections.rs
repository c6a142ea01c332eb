//! Connections that stay: how many of whom, and that they end with the program.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use entity::TenantId;
use tokio::sync::watch;

/// What connections that stay may have.
#[derive(Clone, Copy, Debug)]
pub struct ConnectionLimits {
    /// Connections of one company at once.
    pub per_tenant: usize,
    /// Connections from one address at once.
    pub per_address: usize,
    /// Subscriptions of one company at once.
    pub subscriptions: usize,
    /// Operations that are under way on one connection.
    pub operations: usize,
    /// The longest message of a client, in bytes.
    pub message_bytes: usize,
    /// How long a client has to say who it is.
    pub init_within: Duration,
    /// How long a connection may be without an operation.
    pub idle: Duration,
    /// After so long without a word of the client it is asked whether it is there. After twice as long it is taken for gone.
    pub ping_after: Duration,
}

impl Default for ConnectionLimits {
    fn default() -> Self {
        Self {
            per_tenant: 5_000,
            per_address: 1_000,
            subscriptions: 10_000,
            operations: 100,
            message_bytes: super::MAX_BODY,
            init_within: Duration::from_secs(10),
            idle: Duration::from_mins(10),
            ping_after: Duration::from_secs(30),
        }
    }
}

/// All connections that stay.
#[derive(Debug)]
pub struct Connections {
    pub(super) limits: ConnectionLimits,
    open: Mutex<Open>,
    ending: watch::Sender<bool>,
    count: watch::Sender<usize>,
}

#[derive(Debug, Default)]
struct Open {
    by_tenant: HashMap<TenantId, usize>,
    by_address: HashMap<IpAddr, usize>,
    subscriptions: HashMap<TenantId, usize>,
}

/// One connection among those that are counted. It is no more when this is dropped.
#[derive(Debug)]
pub(super) struct Counted {
    connections: Arc<Connections>,
    address: Option<IpAddr>,
    tenant: Option<TenantId>,
}

/// One subscription among those that are counted. It is no more when this is dropped.
#[derive(Debug)]
pub(super) struct Subscribed {
    connections: Arc<Connections>,
    tenant: Option<TenantId>,
}

/// There are too many connections already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TooMany {
    FromAddress,
    OfTenant,
    Subscriptions,
}

impl TooMany {
    /// What a client is told.
    pub(super) fn reason(self) -> &'static str {
        match self {
            Self::FromAddress => "Too many connections from this address",
            Self::OfTenant => "Too many connections of this company",
            Self::Subscriptions => "Too many subscriptions of this company",
        }
    }
}

impl Connections {
    /// None yet, and these limits on those that come.
    #[must_use]
    pub fn new(limits: ConnectionLimits) -> Arc<Self> {
        let (ending, count) = (watch::Sender::new(false), watch::Sender::new(0));
        Arc::new(Self { limits, open: Mutex::default(), ending, count })
    }

    /// Asks all of them to end, and waits until they have.
    pub(super) async fn end(&self) {
        self.ending.send_replace(true);
        // The sender lives in here.
        let _ = self.count.subscribe().wait_for(|count| *count == 0).await;
    }

    /// Says when they are to end.
    pub(super) fn ending(&self) -> watch::Receiver<bool> {
        self.ending.subscribe()
    }

    /// Counts a connection from `address`, where that is known.
    pub(super) fn count(self: &Arc<Self>, address: Option<IpAddr>) -> Result<Counted, TooMany> {
        if let Some(address) = address {
            let is_free = add(&mut self.open().by_address, address, self.limits.per_address);
            is_free.then_some(()).ok_or(TooMany::FromAddress)?;
        }
        self.count.send_modify(|count| *count += 1);
        Ok(Counted { connections: self.clone(), address, tenant: None })
    }

    /// Counts a subscription of `tenant`, where it is one's.
    pub(super) fn subscribe(self: &Arc<Self>, tenant: Option<TenantId>) -> Result<Subscribed, TooMany> {
        if let Some(tenant) = tenant {
            let is_free = add(&mut self.open().subscriptions, tenant, self.limits.subscriptions);
            is_free.then_some(()).ok_or(TooMany::Subscriptions)?;
        }
        Ok(Subscribed { connections: self.clone(), tenant })
    }

    fn open(&self) -> std::sync::MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Counted {
    /// From where it is, where that is known.
    pub(super) fn address(&self) -> Option<IpAddr> {
        self.address
    }

    /// Counts it as one of `tenant`.
    pub(super) fn count_for(&mut self, tenant: TenantId) -> Result<(), TooMany> {
        let is_free = add(&mut self.connections.open().by_tenant, tenant, self.connections.limits.per_tenant);
        is_free.then_some(()).ok_or(TooMany::OfTenant)?;
        self.tenant = Some(tenant);
        Ok(())
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        let mut open = self.connections.open();
        if let Some(address) = self.address {
            remove(&mut open.by_address, address);
        }
        if let Some(tenant) = self.tenant {
            remove(&mut open.by_tenant, tenant);
        }
        drop(open);
        self.connections.count.send_modify(|count| *count -= 1);
    }
}

impl Drop for Subscribed {
    fn drop(&mut self) {
        if let Some(tenant) = self.tenant {
            remove(&mut self.connections.open().subscriptions, tenant);
        }
    }
}

/// Counts one more under `key`, if there may be more.
fn add<K: Eq + Hash>(counts: &mut HashMap<K, usize>, key: K, most: usize) -> bool {
    let count = counts.entry(key).or_default();
    let is_free = *count < most;
    *count += usize::from(is_free);
    is_free
}

fn remove<K: Eq + Hash>(counts: &mut HashMap<K, usize>, key: K) {
    if let std::collections::hash_map::Entry::Occupied(mut entry) = counts.entry(key) {
        *entry.get_mut() -= 1;
        if *entry.get() == 0 {
            entry.remove();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_of_a_company_and_from_an_address_and_no_more_until_one_has_gone() {
        let limits = ConnectionLimits { per_tenant: 2, per_address: 3, ..ConnectionLimits::default() };
        let connections = Connections::new(limits);
        let (here, there) = (Some(IpAddr::from([127, 0, 0, 1])), Some(IpAddr::from([127, 0, 0, 2])));
        let tenant = TenantId::generate();
        let mut from_here: Vec<_> = (0..3).map(|_| connections.count(here).expect("there is room")).collect();
        assert_eq!(connections.count(here).err(), Some(TooMany::FromAddress));
        assert_eq!(from_here[0].count_for(tenant), Ok(()));
        assert_eq!(from_here[1].count_for(tenant), Ok(()));
        let mut from_there = connections.count(there).expect("another address");
        assert_eq!(from_there.count_for(tenant), Err(TooMany::OfTenant));
        from_here.pop();
        from_here.pop();
        assert_eq!(from_there.count_for(tenant), Ok(()));
        assert!(connections.count(here).is_ok());
        drop((from_here, from_there));
        assert!(connections.open().by_address.is_empty() && connections.open().by_tenant.is_empty());
        assert_eq!(*connections.count.borrow(), 0);
    }
}
