//! Tables whose rows belong to companies and follow from the log.

use std::collections::HashMap;
use std::future::Future;
use std::hash::Hash;

use sea_orm::{DatabaseTransaction, DbErr};

use super::parcels::Owners;

/// Such a table.
pub(super) trait Derived: Sized {
    /// The primary key.
    type Key: Clone + Eq + Hash + Ord;
    /// The rest of a row.
    type Value: Copy + PartialEq;

    /// Whether a row with this value is as good as none.
    fn is_nothing(value: &Self::Value) -> bool;

    /// The next rows of `owners` after `after`, in the order of keys; none at the end.
    fn page(
        db: &DatabaseTransaction,
        owners: &Owners,
        after: Option<&Self::Key>,
    ) -> impl Future<Output = Result<Page<Self>, DbErr>>;

    /// Makes these rows have these values; without one there is to be no such row.
    fn write(
        db: &DatabaseTransaction,
        rows: Vec<(Self::Key, Option<Self::Value>)>,
    ) -> impl Future<Output = Result<(), DbErr>>;
}

/// Some rows of such a table.
pub(super) type Page<T> = Vec<(<T as Derived>::Key, <T as Derived>::Value)>;

/// A row that is not what it should be: what is stored, and what a recount says.
pub(super) struct Differing<T: Derived> {
    pub(super) key: T::Key,
    pub(super) stored: Option<T::Value>,
    pub(super) recounted: Option<T::Value>,
}

/// Where the rows of `owners` are not `expected`, in the order of keys.
pub(super) async fn compare<T: Derived>(
    db: &DatabaseTransaction,
    owners: &Owners,
    mut expected: HashMap<T::Key, T::Value>,
) -> Result<Vec<Differing<T>>, DbErr> {
    let mut differing: Vec<Differing<T>> = Vec::new();
    let mut last = None;
    loop {
        let page = T::page(db, owners, last.as_ref()).await?;
        let Some((key, _)) = page.last() else { break };
        last = Some(key.clone());
        for (key, value) in page {
            let recounted = expected.remove(&key);
            let stored = Some(value).filter(|value| !T::is_nothing(value));
            if stored != recounted {
                differing.push(Differing { key, stored, recounted });
            }
        }
    }
    let missing = expected.into_iter();
    differing.extend(missing.map(|(key, value)| Differing { key, stored: None, recounted: Some(value) }));
    differing.sort_unstable_by(|one, other| one.key.cmp(&other.key));
    Ok(differing)
}
