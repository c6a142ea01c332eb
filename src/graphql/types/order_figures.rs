//! What is asked of orders beyond their stats: how many there were before, and how many on each day.

use std::sync::Arc;

use async_graphql::Result;

use super::Reseller;
use super::plain::Written;
use super::series::{SeriesPoint, SeriesStep};
use super::user_error::not_answered;
use crate::bus::contract::Period;
use crate::bus::contract::orders::OrderDay;
use crate::graphql::context::Sight;
use crate::graphql::error::internal;
use crate::graphql::loaders::batch::Loaded;
use crate::network::performance::{Figures, Part, Question};

/// Whose orders, and when they were placed.
#[derive(Clone)]
pub struct OrdersOf {
    /// The reseller.
    pub reseller: Reseller,
    /// The days on which they were placed.
    pub period: Period,
    /// Which of them.
    pub whose: Whose,
}

/// Who placed the orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// The reseller itself: Orders tells of them.
    Own,
    /// Everyone below it: the figures tell of them.
    Downline,
}

impl OrdersOf {
    /// What the caller sees.
    pub fn sight(&self) -> &Sight {
        &self.reseller.sight
    }

    /// How many there were in the period before.
    pub async fn count_before(&self) -> Result<u64> {
        let before = self.period.before();
        match self.whose {
            Whose::Own => {
                let stats = self.sight().loaders.order_stats.load((self.reseller.tenant(), before)).await;
                Ok(there(stats)?.value.count)
            }
            Whose::Downline => Ok(self.figures(before, Part::Below).await?.order_count()),
        }
    }

    /// All steps of the period.
    pub async fn series(&self, step: SeriesStep) -> Result<Written<SeriesPoint>> {
        SeriesPoint::spend(self.sight(), self.period, step)?;
        Ok(SeriesPoint::all(self.period, step, &self.days().await?))
    }

    /// What there was on each day.
    async fn days(&self) -> Result<Vec<OrderDay>> {
        match self.whose {
            Whose::Own => {
                let days = self.sight().loaders.order_series.load((self.reseller.tenant(), self.period)).await;
                Ok(there(days)?.value.to_vec())
            }
            Whose::Downline => Ok(self.figures(self.period, Part::BelowDays).await?.days()),
        }
    }

    /// What the figures tell.
    pub async fn figures(&self, period: Period, part: Part) -> Result<Arc<Figures>> {
        let question = Question { owner: self.reseller.tenant(), period, currency: None, part };
        there(self.sight().loaders.figures.load(question).await)
    }
}

/// What was loaded of a company in sight.
fn there<V>(loaded: Loaded<V>) -> Result<V> {
    loaded.map_err(|error| not_answered(&error))?.ok_or_else(|| internal("a company in sight is out of reach"))
}
