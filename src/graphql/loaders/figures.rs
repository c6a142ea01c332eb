//! What companies and their downlines ordered, out of the daily figures.

use std::collections::HashMap;
use std::sync::Arc;

use super::batch::{Fetch, Loaded, cannot, each_failed};
use crate::network::performance::{Figures, Leader, LeadersQuestion, Performances, Question};
use crate::tenancy::Scope;
use crate::tenancy::topology::Snapshot;

/// On whose behalf figures are read, and on which chain.
#[derive(Clone)]
pub struct Asking {
    /// On whose behalf.
    pub scope: Scope,
    /// The chain, as the whole of the answer shows it.
    pub chain: Arc<Snapshot>,
    /// Who reads them.
    pub performances: Performances,
}

/// Fetches figures: all that is asked of all companies with one statement.
pub struct FiguresOf(pub Asking);

impl Fetch for FiguresOf {
    type Key = Question;
    type Value = Arc<Figures>;

    async fn fetch(&self, questions: Vec<Question>) -> HashMap<Question, Loaded<Arc<Figures>>> {
        let Asking { scope, chain, performances } = &self.0;
        match performances.figures(chain, *scope, &questions).await {
            Ok(figures) => figures.into_iter().map(|(question, figures)| (question, Ok(Some(figures)))).collect(),
            Err(fault) => each_failed(questions, &cannot(&fault)),
        }
    }

    fn at_hand(&self, question: &Question) -> Option<Arc<Figures>> {
        let Asking { scope, chain, performances } = &self.0;
        performances.at_hand(chain, *scope, question)
    }
}

/// Fetches who sold most, one root after the other.
pub struct LeadersOf(pub Asking);

impl Fetch for LeadersOf {
    type Key = LeadersQuestion;
    type Value = Arc<Vec<Leader>>;

    async fn fetch(&self, questions: Vec<LeadersQuestion>) -> HashMap<LeadersQuestion, Loaded<Arc<Vec<Leader>>>> {
        let Asking { scope, chain, performances } = &self.0;
        let mut found = HashMap::new();
        for question in questions {
            let leaders = performances.leaders(chain, *scope, question).await;
            let leaders = leaders.map(|leaders| leaders.map(Arc::new)).map_err(|fault| cannot(&fault));
            found.insert(question, leaders);
        }
        found
    }
}
