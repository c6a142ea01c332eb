//! What companies and their downlines ordered: out of the figures that are kept for each owner, day, level and currency.
//!
//! What is asked of many companies, and in several ways, is read with one statement; what it costs does not depend on how many companies are
//! below them. Who led is another question (`leaders`), and may cost more.
//!
//! An order counts for those who were above its placer when it was placed, whoever is above it now.

mod assembled;
mod leaders;
mod own;
mod segments;
mod store;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use entity::TenantId;
use iso_currency::Currency;

pub use self::assembled::{Figures, Level, Total};
pub use self::leaders::{Leader, LeadersQuestion, Metric, ranked, visits};
use crate::bus::contract::Period;
use crate::error::Fault;
use crate::tenancy::topology::Snapshot;
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
}

impl Performances {
    /// The figures of the database behind `central`.
    #[must_use]
    pub fn new(central: CentralDb) -> Self {
        Self { central }
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
        let asked: HashSet<Question> = questions
            .iter()
            .copied()
            .filter(|question| access::reach(chain, scope, question.owner).is_some())
            .collect();
        // What adds up to another answer is not read beside it.
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
