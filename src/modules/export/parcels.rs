//! Which companies' rows are read together, so that neither many companies with few rows nor one with many cost more than their rows.

use std::collections::HashMap;

use entity::TenantId;

use crate::tenancy::ROWS_A_STATEMENT;
use crate::tenancy::topology::{NodeIndex, Snapshot};

/// Companies that together have no more rows than a statement takes; or a single one, which may have more.
pub(super) struct Parcel {
    /// In the order of the files: a parent before its children, siblings by name.
    pub(super) owners: Vec<NodeIndex>,
    /// How many rows they have together.
    pub(super) rows: u64,
}

impl Parcel {
    /// Whether its rows are too many for one statement: then they are all one company's.
    pub(super) fn is_large(&self) -> bool {
        self.rows > ROWS_A_STATEMENT as u64
    }
}

/// All companies of `chain` that have rows, by the number of these.
pub(super) fn parcels(chain: &Snapshot, rows: &HashMap<TenantId, u64>) -> Vec<Parcel> {
    let mut parcels: Vec<Parcel> = Vec::new();
    let companies = chain.root().into_iter().flat_map(|root| chain.preorder(root, None));
    for (owner, _) in companies {
        let Some(&own) = rows.get(&chain.id(owner)) else { continue };
        match parcels.last_mut() {
            Some(last) if last.rows + own <= ROWS_A_STATEMENT as u64 => {
                last.owners.push(owner);
                last.rows += own;
            }
            _ => parcels.push(Parcel { owners: vec![owner], rows: own }),
        }
    }
    parcels
}
