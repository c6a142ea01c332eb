//! Random histories over many days: every figure of every company equals the recount.

use iso_currency::Currency;
use serde_json::{Value, json};
use time::Date;
use time::macros::date;

use super::history::History;
use super::{DAY, World, range};
use crate::support::{TestDatabase, on_both_databases};
use entity::Timestamp;

on_both_databases!(every_figure_equals_a_recount);

const PERIODS: [(Date, Date); 5] = [
    (date!(2026 - 12 - 01), date!(2027 - 03 - 31)),
    (date!(2026 - 12 - 24), date!(2027 - 01 - 04)),
    (date!(2027 - 01 - 01), date!(2027 - 01 - 01)),
    (date!(2027 - 01 - 10), date!(2027 - 02 - 09)),
    (date!(2026 - 10 - 01), date!(2026 - 10 - 31)),
];

/// The histories' seeds.
const SEEDS: [u64; 2] = [1, 20_261_125];

async fn every_figure_equals_a_recount(database: TestDatabase) {
    let world = World::open(database, date!(2026 - 12 - 01)).await;
    let mut history = History::default();
    let root = history.join(&world, None, "Root").await;
    world.stock(root).await;
    let mut companies = vec![root];
    for number in 0..9 {
        let parent = companies[number / 2];
        companies.push(history.join(&world, Some(parent), &format!("Company {number}")).await);
    }
    for seed in SEEDS {
        let mut random = Random(seed);
        for _ in 0..60 {
            // At times to the microsecond at which a day begins, or at its last ones.
            let later = world.now().0 + i64::try_from(random.below(DAY.unsigned_abs())).expect("less than a day");
            let begun = later - later.rem_euclid(DAY) + DAY;
            let at = [begun, begun - 1, later, later][usize::try_from(random.below(4)).expect("few")];
            // Nothing happens at one instant with a move.
            world.set(Timestamp(at.max(world.now().0 + 10)));
            let (one, other) = (random.of(&companies), random.of(&companies));
            match random.below(10) {
                0..=5 if one != root => {
                    let sku = random.of(&["mug", "mug", "pen", "book"]);
                    history.place(&world, one, sku, 1 + i64::try_from(random.below(9)).expect("few")).await;
                }
                6 => history.cancel(&world, usize::try_from(random.below(100)).expect("few")).await,
                7..=9 => history.change_parent(&world, one, other).await,
                _ => {}
            }
            // What was asked before something happened is not told again after it.
            let (company, period) = (random.of(&companies), PERIODS[0]);
            let answer = world.performance(root, company, range(period.0, period.1), Value::Null).await;
            assert_same(&answer, &history.performance(company, period, None), "what has happened so far");
        }
    }
    for &company in &companies {
        for period in PERIODS {
            for currency in [None, Some(Currency::EUR)] {
                let asked = currency.map_or(Value::Null, |currency| json!(currency.code()));
                let answer = world.performance(root, company, range(period.0, period.1), asked).await;
                let expected = history.performance(company, period, currency);
                assert_same(&answer, &expected, &format!("{period:?} in {currency:?}"));
            }
        }
    }
    assert!(history.orders.len() > 40 && history.orders.iter().any(|order| order.cancelled), "something has happened");
}

/// Each field by itself, so that a difference is seen.
fn assert_same(answer: &Value, expected: &Value, when: &str) {
    for (field, value) in expected.as_object().expect("fields") {
        assert_eq!(&answer[field], value, "{field} of {} on {when}", answer["root"]["id"]);
    }
}

/// Numbers in no order that means anything (`SplitMix64`).
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end
    }

    fn of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[usize::try_from(self.below(choices.len() as u64)).expect("a place")]
    }
}
