//! Random choices that follow from a seed, on every machine and in every version of this program.

use super::scrambled::scrambled;

/// A row of random numbers.
pub(crate) struct Random {
    seed: u64,
    drawn: u64,
}

impl Random {
    /// The row of `seed` for one `purpose`: what one file draws does not change another.
    pub(crate) fn new(seed: u64, purpose: u64) -> Self {
        Self { seed: scrambled(seed ^ scrambled(purpose)), drawn: 0 }
    }

    /// A number from 0 to `limit`, without `limit` itself. (The bias of the remainder is less than 2⁻³².)
    pub(crate) fn below(&mut self, limit: u32) -> u32 {
        self.drawn += 1;
        let number = scrambled(self.seed.wrapping_add(self.drawn)) % u64::from(limit.max(1));
        u32::try_from(number).unwrap_or(0)
    }

    /// A number from `least` to `most`, both included.
    pub(crate) fn within(&mut self, least: u32, most: u32) -> u32 {
        least + self.below(most - least + 1)
    }

    /// True in so many of a hundred cases.
    pub(crate) fn percent(&mut self, cases: u32) -> bool {
        self.below(100) < cases
    }

    /// One of these.
    pub(crate) fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(u32::try_from(choices.len()).unwrap_or(u32::MAX)) as usize]
    }
}
