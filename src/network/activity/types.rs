//! Types of events as numbers, which rows of the feed have.
#![expect(clippy::disallowed_methods, reason = "central store: the types of events belong to no tenant")]

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, PoisonError, RwLock};

use entity::{TypeId, event_type};
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, DbErr, EntityTrait};

use crate::tenancy::CentralDb;

/// The types that are known: each that is in somebody's feed.
#[derive(Clone, Default)]
pub(in crate::network) struct Types(Arc<HashMap<String, TypeId>>);

impl Types {
    /// Those that `db` has.
    pub(in crate::network) async fn read(db: &impl ConnectionTrait) -> Result<Self, DbErr> {
        let rows = event_type::Entity::find().all(db).await?;
        Ok(Self(Arc::new(rows.into_iter().map(|row| (row.name, row.id)).collect())))
    }

    /// The number of a type; 0 where it has none.
    pub(in crate::network) fn id(&self, name: &str) -> TypeId {
        self.0.get(name).copied().unwrap_or_default()
    }

    /// The numbers of those types for whose names `holds`, sorted.
    pub(super) fn ids(&self, holds: impl Fn(&str) -> bool) -> Vec<TypeId> {
        let mut ids: Vec<TypeId> = self.0.iter().filter(|(name, _)| holds(name)).map(|(_, id)| *id).collect();
        ids.sort_unstable();
        ids
    }

    fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }
}

/// Numbers types that are new, and remembers the numbers, which never change.
#[derive(Default)]
pub(super) struct Numbering(RwLock<Remembered>);

#[derive(Default)]
struct Remembered {
    types: Types,
    /// Counts what was forgotten, so that what was being read meanwhile is not remembered.
    forgotten: u64,
}

impl Numbering {
    /// Types, among them all of `names` that have a number.
    pub(super) async fn known<'n>(
        &self,
        central: &CentralDb,
        mut names: impl Iterator<Item = &'n str>,
    ) -> Result<Types, DbErr> {
        let (known, forgotten) = self.remembered();
        if names.all(|name| known.has(name)) {
            return Ok(known);
        }
        let types = Types::read(central.reader()).await?;
        self.remember(&types, forgotten);
        Ok(types)
    }

    /// Forgets what was remembered: the database is another, as after a restore.
    pub(super) fn forget(&self) {
        let mut remembered = self.0.write().unwrap_or_else(PoisonError::into_inner);
        *remembered = Remembered { types: Types::default(), forgotten: remembered.forgotten + 1 };
    }

    /// What is remembered, and how often it was forgotten.
    fn remembered(&self) -> (Types, u64) {
        let remembered = self.0.read().unwrap_or_else(PoisonError::into_inner);
        (remembered.types.clone(), remembered.forgotten)
    }

    /// Remembers what was read since it was forgotten so often.
    fn remember(&self, types: &Types, forgotten: u64) {
        let mut remembered = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if remembered.forgotten == forgotten {
            remembered.types = types.clone();
        }
    }

    /// Types, among them all of `names`.
    pub(super) async fn of<'n>(
        &self,
        central: &CentralDb,
        names: impl Iterator<Item = &'n str> + Clone,
    ) -> Result<Types, DbErr> {
        let (_, forgotten) = self.remembered();
        let known = self.known(central, names.clone()).await?;
        let new: BTreeSet<&str> = names.filter(|name| !known.has(name)).collect();
        if new.is_empty() {
            return Ok(known);
        }
        // A number without rows does no harm, and another process may be giving the same.
        let change = central.begin().await?;
        let rows = new.into_iter().map(|name| event_type::ActiveModel { id: NotSet, name: Set(name.to_owned()) });
        let there = OnConflict::column(event_type::Column::Name).do_nothing().to_owned();
        event_type::Entity::insert_many(rows).on_conflict(there).exec_without_returning(&change).await?;
        let types = Types::read(&change).await?;
        change.commit().await?;
        self.remember(&types, forgotten);
        Ok(types)
    }
}
