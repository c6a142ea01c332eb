//! Changing margins: which can be.

use std::collections::BTreeMap;

use crate::bus::contract::network::Margins;
use crate::error::{Refusal, RefusalCode};
use crate::money::Rate;
use crate::names::check_name;

/// The least that a margin may be: the whole cost less.
const LEAST: Rate = Rate(-Rate::ONE);

/// The most that a margin may be: 1,000 percent.
const MOST: Rate = Rate(10 * Rate::ONE);

/// The most categories that may have a margin of their own.
const MAX_CATEGORIES: usize = 1_000;

/// A change of margins. What is left out stays.
#[derive(Clone, Debug, Default)]
pub struct MarginsUpdate {
    /// On top of the cost, where the category has no margin of its own.
    pub default: Option<Rate>,
    /// The least on top of the cost.
    pub floor: Option<Rate>,
    /// The most on top of the cost; `Some(None)` takes it away.
    pub ceiling: Option<Option<Rate>>,
    /// On top of the cost of items of a category: in place of all that there are.
    pub by_category: Option<Vec<(String, Rate)>>,
}

impl MarginsUpdate {
    /// What `old` becomes.
    ///
    /// # Errors
    /// `INVALID` for a percentage out of range, and for a category that is no name, or there twice.
    pub(super) fn apply(self, old: &Margins) -> Result<Margins, Refusal> {
        let within = |field: &str, rate: Option<Rate>| rate.map(|rate| within(field, rate)).transpose();
        let ceiling = self.ceiling.map(|ceiling| within("margins.ceilingPercent", ceiling)).transpose()?;
        Ok(Margins {
            default: within("margins.defaultPercent", self.default)?.unwrap_or(old.default),
            floor: within("margins.floorPercent", self.floor)?.unwrap_or(old.floor),
            ceiling: ceiling.unwrap_or(old.ceiling),
            by_category: self.by_category.map_or_else(|| Ok(old.by_category.clone()), of_categories)?,
        })
    }
}

fn of_categories(list: Vec<(String, Rate)>) -> Result<BTreeMap<String, Rate>, Refusal> {
    if list.len() > MAX_CATEGORIES {
        let message = format!("Expected at most {MAX_CATEGORIES} categories.");
        return Err(Refusal::new(RefusalCode::Invalid, "margins.byCategory", message));
    }
    let mut margins = BTreeMap::new();
    for (place, (category, rate)) in list.into_iter().enumerate() {
        let field = |name| format!("margins.byCategory.{place}.{name}");
        let invalid = |message: String| Refusal::new(RefusalCode::Invalid, &field("category"), message);
        check_name(&category).map_err(|why| invalid(format!("The category {why}.")))?;
        let rate = within(&field("percent"), rate)?;
        if margins.contains_key(&category) {
            return Err(invalid(format!("{category:?} is there twice.")));
        }
        margins.insert(category, rate);
    }
    Ok(margins)
}

fn within(field: &str, rate: Rate) -> Result<Rate, Refusal> {
    if (LEAST..=MOST).contains(&rate) {
        return Ok(rate);
    }
    let message = format!("Expected a percentage from {} to {}.", LEAST.percent(), MOST.percent());
    Err(Refusal::new(RefusalCode::Invalid, field, message))
}
