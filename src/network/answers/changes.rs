//! What has happened to companies that could change an answer about them.
//!
//! The log tells of a change before the chain in memory shows it, and a module may answer from that chain. So an answer counts as given after
//! a change only where the call began when memory showed the log beyond the position at which it was told of.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use entity::{Position, TenantId};

use crate::bus::Module;
use crate::events::{News, kinds};
use crate::tenancy::topology::Snapshot;

/// So many changes are remembered one by one. Beyond, all of them are forgotten, and with them all that was sure.
const MOST: usize = 100_000;

/// When a call began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Moment {
    /// How far memory showed the log.
    shown: Position,
    /// Counts the logs: a log that was restored is another one.
    log: u64,
}

/// A moment, and the chain as it was then.
pub(super) struct Now {
    pub(super) moment: Moment,
    pub(super) chain: Arc<Snapshot>,
}

/// The last change of each company, by the module whose answers it changes.
#[derive(Default)]
pub(super) struct Changes(RwLock<Told>);

/// What has happened.
#[derive(Default)]
pub(super) struct Told {
    log: u64,
    /// How far memory showed the log when the change was told of; the change itself comes after.
    of_company: HashMap<(Module, TenantId), Position>,
    /// The same of changes that may concern any company.
    of_all: HashMap<Module, Position>,
    /// The same of what was forgotten.
    forgotten: Option<Position>,
}

impl Changes {
    /// This moment, with the chain that `current` answers.
    pub(super) fn moment(&self, current: impl FnOnce() -> Arc<Snapshot>) -> Now {
        // First the log: where it is another one meanwhile, the moment is of the old one.
        let log = self.told().log;
        let chain = current();
        Now { moment: Moment { shown: chain.position(), log }, chain }
    }

    /// Takes note of `news`, which memory, at `shown`, does not show yet.
    pub(super) fn happened(&self, news: &[News], shown: Position) {
        let mut told = self.0.write().unwrap_or_else(PoisonError::into_inner);
        for news in news {
            match concerned(news) {
                None => {}
                Some((module, None)) => drop(told.of_all.insert(module, shown)),
                Some((module, Some(company))) => drop(told.of_company.insert((module, company), shown)),
            }
        }
        if told.of_company.len() > MOST {
            told.of_company.clear();
            told.forgotten = Some(shown);
        }
    }

    /// The log is another one: nothing is sure.
    pub(super) fn lost_track(&self) {
        let mut told = self.0.write().unwrap_or_else(PoisonError::into_inner);
        *told = Told { log: told.log + 1, ..Told::default() };
    }

    /// What it has taken note of. Nothing more is told meanwhile: look and let go.
    pub(super) fn told(&self) -> RwLockReadGuard<'_, Told> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Told {
    /// Whether nothing has happened since `asked` that could change what `module` answers of `owner`.
    pub(super) fn none_since(&self, asked: Moment, module: Module, owner: TenantId, chain: &Snapshot) -> bool {
        let after = |change: Option<&Position>| change.is_none_or(|told| asked.shown > *told);
        let unchanged = |company| after(self.of_company.get(&(module, company)));
        asked.log == self.log
            && asked.shown <= chain.position()
            && after(self.forgotten.as_ref())
            && after(self.of_all.get(&module))
            && (self.of_company.is_empty()
                || unchanged(owner) && (module != Module::Catalog || uplines(chain, owner).all(unchanged)))
    }
}

/// The companies above `owner`: what they do to prices and grants reaches down to it.
fn uplines(chain: &Snapshot, owner: TenantId) -> impl Iterator<Item = TenantId> + '_ {
    chain.find(owner).into_iter().flat_map(|node| chain.ancestors(node)).map(|above| chain.id(above))
}

/// Whose answers of which module `news` may change: one company's, for Catalog its downline's too; or all companies'.
fn concerned(news: &News) -> Option<(Module, Option<TenantId>)> {
    let (kind, company) = (news.event_type.as_str(), news.subject_tenant_id);
    let changes_catalog =
        kind.starts_with(kinds::CATALOG) || kind.starts_with(kinds::CHAIN) || kind == kinds::SETTINGS_CHANGED;
    match kind {
        kinds::PRODUCT_SAVED => Some((Module::Catalog, None)),
        _ if changes_catalog => Some((Module::Catalog, company)),
        _ if kind.starts_with(kinds::ORDERS) => Some((Module::Orders, company)),
        _ if kind.starts_with(kinds::FINANCE) => Some((Module::Finance, company)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use entity::{TenantStatus, Timestamp};
    use iso_currency::Currency;

    use super::*;
    use crate::tenancy::topology::TenantState;

    /// A chain of one company, as memory shows it at `position`.
    fn chain(company: TenantId, position: i64) -> Arc<Snapshot> {
        let state = TenantState {
            id: company,
            parent: None,
            name: "Root".to_owned(),
            slug: "root".to_owned(),
            external_id: None,
            status: TenantStatus::Active,
            currency: Currency::USD,
            joined_at: Timestamp(0),
            freezes: Vec::new(),
            former_parents: Vec::new(),
        };
        Arc::new(Snapshot::build(Position(position), [state]).unwrap())
    }

    fn news(company: TenantId) -> News {
        News { event_type: kinds::ORDER_DELIVERED.to_owned(), subject_tenant_id: Some(company), last: Position(1) }
    }

    #[test]
    fn who_asks_before_memory_shows_a_change_that_was_told_is_not_sure_of_the_answer() {
        let (changes, company) = (Changes::default(), TenantId::generate());
        let sure = |asked, chain: &Snapshot| changes.told().none_since(asked, Module::Orders, company, chain);
        let (before, after) = (chain(company, 4), chain(company, 5));
        let earlier = changes.moment(|| before.clone()).moment;
        assert!(sure(earlier, &before));
        changes.happened(&[news(company)], Position(4));
        let told_but_not_shown = changes.moment(|| before.clone()).moment;
        let shown = changes.moment(|| after.clone()).moment;
        assert!(!sure(earlier, &after) && !sure(told_but_not_shown, &after) && sure(shown, &after));
        assert!(changes.told().none_since(earlier, Module::Finance, company, &after), "another module's answer");
    }

    #[test]
    fn nothing_is_sure_on_another_log() {
        let (changes, company) = (Changes::default(), TenantId::generate());
        let chain = |position| chain(company, position);
        let sure = |asked, chain: &Snapshot| changes.told().none_since(asked, Module::Orders, company, chain);
        let earlier = changes.moment(|| chain(9)).moment;
        changes.lost_track();
        assert!(!sure(earlier, &chain(9)) && !sure(earlier, &chain(2)));
        let not_restarted = changes.moment(|| chain(9)).moment;
        assert!(!sure(not_restarted, &chain(2)), "of a position that the log does not have");
        assert!(sure(changes.moment(|| chain(2)).moment, &chain(2)));
    }

    #[test]
    fn what_was_too_much_to_remember_is_not_sure() {
        let (changes, company) = (Changes::default(), TenantId::generate());
        let earlier = changes.moment(|| chain(company, 1)).moment;
        let many: Vec<_> = (0..=MOST).map(|_| news(TenantId::generate())).collect();
        changes.happened(&many, Position(1));
        let sure = |asked| changes.told().none_since(asked, Module::Orders, company, &chain(company, 2));
        assert!(!sure(earlier));
        assert!(sure(changes.moment(|| chain(company, 2)).moment));
        assert!(changes.0.read().unwrap().of_company.is_empty());
    }
}
