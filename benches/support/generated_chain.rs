//! A made-up chain of any size, always the same for the same size: skewed, and 100 deep.

#[path = "scrambled.rs"]
mod scrambled;

use entity::{TenantId, TenantStatus, Timestamp};
use iso_currency::Currency;
use reseller_network::tenancy::topology::TenantState;
use uuid::Uuid;

pub(crate) use scrambled::scrambled;

/// The deepest company is so many steps below the root.
pub(crate) const DEPTH: u8 = 100;

/// Who is below whom, by number; number 0 is the root.
pub(crate) struct GeneratedChain {
    parents: Vec<u32>,
}

impl GeneratedChain {
    /// A third of the companies joins below one of the latest (long lines), a third below one of the earliest (a few with
    /// thousands of children), the rest below anyone. One line goes down to the full depth.
    pub(crate) fn of(size: u32) -> Self {
        let mut parents = vec![0];
        let mut depths = vec![0_u8];
        for number in 1..size {
            let mut tries = u64::from(number) << 20;
            let in_line = (1_000..1_000 + u32::from(DEPTH)).contains(&number);
            let mut parent = if in_line { number - 1 } else { choose(number, scrambled(tries)) };
            while depths[parent as usize] >= DEPTH {
                tries += 1;
                parent = choose(number, scrambled(tries));
            }
            parents.push(parent);
            depths.push(depths[parent as usize] + 1);
        }
        Self { parents }
    }

    /// All companies in an order that has nothing to do with the tree, each made only when it is asked for.
    pub(crate) fn tenants(&self) -> impl Iterator<Item = TenantState> + '_ {
        // A prime step larger than any size used here visits each number once.
        let size = self.parents.len() as u64;
        (0..size).map(move |place| self.tenant(u32::try_from(place * 999_999_937 % size).unwrap_or(0)))
    }

    fn tenant(&self, number: u32) -> TenantState {
        let random = scrambled(u64::from(number) ^ 0xc0ff_ee00_0000_0000);
        TenantState {
            id: id(number),
            parent: (number > 0).then(|| id(self.parents[number as usize])),
            name: format!("{} Trading No {number}", NAMES[(random % 16) as usize]),
            slug: format!("country-state-city-{number}"),
            external_id: Some(format!("country/state/city-{number}")),
            status: match random % 20 {
                0 => TenantStatus::Pending,
                1 => TenantStatus::Deactivated,
                _ => TenantStatus::Active,
            },
            currency: Currency::USD,
            joined_at: Timestamp(1_600_000_000_000_000 + i64::from(number) * 60_000_000),
            freezes: Vec::new(),
            former_parents: Vec::new(),
        }
    }
}

const NAMES: [&str; 16] = [
    "Acme", "Borealis", "Cobalt", "Dunlin", "Ember", "Fjord", "Granite", "Harrier", "Indigo", "Juniper", "Kestrel",
    "Lumen", "Meridian", "Nimbus", "Osprey", "Pinnacle",
];

fn choose(number: u32, random: u64) -> u32 {
    let below = |limit: u64| u32::try_from(random / 3 % limit).unwrap_or(0);
    match random % 3 {
        0 => number - 1 - below(64).min(number - 1),
        // The product of two is mostly small.
        1 => (below(1_000) * u32::try_from(random / 3_000 % 1_000).unwrap_or(0) / 1_000).min(number - 1),
        _ => below(u64::from(number)),
    }
}

/// The id of the company with this number.
pub(crate) fn id(number: u32) -> TenantId {
    TenantId(Uuid::from_u64_pair(scrambled(u64::from(number)), u64::from(number)))
}
