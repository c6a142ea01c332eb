//! What companies and their downlines ordered: out of the figures that are kept for each owner, day, level and currency.
//!
//! What is asked of many companies, and in several ways, is read with one statement; what it costs does not depend on how many companies are
//! below them. What was read is told again while no order has been heard of that could change it (`memory`). Who led is another question
//! (`leaders`), and may cost more.
//!
//! An order counts for those who were above its placer when it was placed, whoever is above it now.

mod assembled;
mod leaders;
mod memory;
mod own;
mod segments;
mod store;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use entity::{Position, TenantId};
use iso_currency::Currency;
use tokio::sync::watch;

pub use self::assembled::{Figures, Level, Total};
pub use self::leaders::{Leader, LeadersQuestion, Metric, ranked, visits};
use self::memory::Memory;
use crate::bus::contract::Period;
use crate::error::Fault;
use crate::events::{Listener, News};
use crate::tenancy::topology::{Snapshot, Topology};
use crate::tenancy::{CentralDb, Scope, access};

/// What is asked of a company's figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Question {
    /// Whose figures: its own orders and those of its downline.
    pub owner: TenantId,
    /// Orders that were placed on these days.
    pub period: Period,
    /// In this currency alone.
    pub currency: Option<Currency>,
    /// Which of them, and by what they are added up.
    pub part: Part,
}

/// Which figures, and by what they are added up; always by currency, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Part {
    /// All of them.
    Totals,
    /// By day.
    Days,
    /// By how far below the owner they were placed.
    Levels,
    /// Those of the downline without the owner's own.
    Below,
    /// The same by day.
    BelowDays,
    /// Orders of the downline by how far they are, cancelled ones included.
    BelowStatuses,
}

/// Reads the figures.
#[derive(Clone)]
pub struct Performances {
    central: CentralDb,
    topology: Arc<Topology>,
    /// Up to where the log is in the figures.
    counted: watch::Receiver<Position>,
    memory: Arc<Memory>,
}

impl Performances {
    /// The figures of the database behind `central`, in which all events are counted up to where `counted` says.
    #[must_use]
    pub fn new(central: CentralDb, topology: Arc<Topology>, counted: watch::Receiver<Position>) -> Self {
        Self { central, topology, counted, memory: Arc::new(Memory::new()) }
    }

    /// The answer to `question` in `scope`, where it need not be read.
    #[must_use]
    pub fn at_hand(&self, chain: &Snapshot, scope: Scope, question: &Question) -> Option<Arc<Figures>> {
        access::reach(chain, scope, question.owner)?;
        self.memory.get(question)
    }

    /// The answers to `questions` in `scope`. One about a company that is out of reach is left out.
    ///
    /// # Errors
    /// Where the database cannot answer.
    pub async fn figures(
        &self,
        chain: &Snapshot,
        scope: Scope,
        questions: &[Question],
    ) -> Result<HashMap<Question, Arc<Figures>>, Fault> {
        let mut answers = HashMap::with_capacity(questions.len());
        let mut unknown: HashSet<Question> = HashSet::new();
        for &question in questions.iter().filter(|question| access::reach(chain, scope, question.owner).is_some()) {
            // They may have been read since they were not at hand.
            match self.memory.get(&question) {
                Some(figures) => drop(answers.insert(question, figures)),
                None => drop(unknown.insert(question)),
            }
        }
        if !unknown.is_empty() {
            let moment = self.memory.moment(*self.counted.borrow());
            for (question, figures) in self.read(&unknown).await? {
                self.memory.put(question, figures.clone(), moment);
                answers.insert(question, figures);
            }
        }
        Ok(answers)
    }

    /// What the table says now. What adds up to another answer is not read beside it.
    async fn read(&self, asked: &HashSet<Question>) -> Result<HashMap<Question, Arc<Figures>>, Fault> {
        let (read, derived): (Vec<_>, Vec<_>) =
            asked.iter().copied().partition(|question| !question.finer().any(|finer| asked.contains(&finer)));
        let mut answers = store::read(self.central.steady_reader(), &read).await?;
        for question in derived {
            let finer = question.finer().find_map(|finer| answers.get(&finer));
            let totals = finer.map(|finer| finer.added_up()).unwrap_or_default();
            answers.insert(question, Arc::new(totals));
        }
        Ok(answers)
    }
}

impl Listener for Performances {
    fn happened(&self, news: &[News], end: Position) {
        self.memory.happened(news, end, &self.topology.current());
    }

    fn lost_track(&self) {
        self.memory.lost_track();
    }
}

impl Question {
    /// The questions whose answers add up to this one's.
    fn finer(self) -> impl Iterator<Item = Self> {
        let finer: &[Part] = match self.part {
            Part::Totals => &[Part::Levels, Part::Days],
            Part::Below => &[Part::BelowDays],
            _ => &[],
        };
        finer.iter().map(move |&part| Self { part, ..self })
    }
}

/// Amounts by their currency, sorted by it.
type Amounts = BTreeMap<&'static str, crate::money::Money>;
