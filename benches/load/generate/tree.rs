//! Who is below whom.

use super::super::random::Random;

/// How many children a wide company has, exactly.
pub(super) const WIDE: u32 = 50;

/// A wide company is at most so many steps below the root.
const WIDE_DEPTH: u8 = 4;

/// How many wide companies a chain has, if it is large enough.
const WIDE_COMPANIES: u32 = 20;

/// How many companies the tree that is read whole has, itself included, in a chain that is large enough.
const WHOLE: u32 = 1_000;

/// A company with few below it has so many below it; and how many such companies are listed.
const FEW: std::ops::RangeInclusive<u32> = 9..=11;
const FEW_COMPANIES: usize = 20;

/// The companies by number; 0 is the root, and a parent's number is smaller than its child's.
pub(super) struct Tree {
    pub(super) parents: Vec<Option<u32>>,
    pub(super) depths: Vec<u8>,
    /// Companies with exactly [`WIDE`] children.
    pub(super) wide: Vec<u32>,
    /// The top of a tree that is read whole, and how many companies it has.
    pub(super) whole: (u32, u32),
    /// Companies that get no further child.
    closed: Vec<bool>,
    deepest: u8,
}

impl Tree {
    /// A chain of `size` companies, of which the deepest is `depth` steps below the root.
    pub(super) fn grow(size: u32, depth: u8, random: &mut Random) -> Self {
        let mut tree = Self {
            parents: vec![None],
            depths: vec![0],
            wide: Vec::new(),
            whole: (0, 0),
            closed: vec![false],
            deepest: depth,
        };
        for above in 0..u32::from(depth) {
            tree.add(above);
        }
        tree.fill(size / 10, random);
        tree.add_whole(WHOLE.min(size / 4), random);
        for _ in 0..(size / 2_500).clamp(1, WIDE_COMPANIES) {
            tree.add_wide(random);
        }
        tree.fill(size, random);
        tree
    }

    pub(super) fn len(&self) -> u32 {
        u32::try_from(self.parents.len()).unwrap_or(u32::MAX)
    }

    pub(super) fn depth(&self, company: u32) -> u8 {
        self.depths[company as usize]
    }

    /// Some companies with about ten below them.
    pub(super) fn with_few_below(&self) -> impl Iterator<Item = u32> {
        let mut below = vec![0; self.parents.len()];
        for (company, parent) in self.parents.iter().enumerate().rev() {
            if let Some(parent) = parent {
                below[*parent as usize] += below[company] + 1;
            }
        }
        (0..).zip(below).filter(|(_, below)| FEW.contains(below)).map(|(company, _)| company).take(FEW_COMPANIES)
    }

    fn add(&mut self, parent: u32) -> u32 {
        self.parents.push(Some(parent));
        self.depths.push(self.depth(parent) + 1);
        self.closed.push(false);
        self.len() - 1
    }

    /// Adds companies below any until there are `size`.
    fn fill(&mut self, size: u32, random: &mut Random) {
        while self.len() < size {
            let parent = self.any(random, self.deepest - 1);
            self.add(parent);
        }
    }

    /// A company that gets another child, at most `depth` steps below the root: a third of them one of the latest (long lines),
    /// a third one of the earliest (a few with very many children), the rest anyone.
    fn any(&self, random: &mut Random, depth: u8) -> u32 {
        loop {
            let size = self.len();
            let company = match random.below(3) {
                0 => size - 1 - random.below(size.min(64)),
                // The product of two is mostly small.
                1 => (random.below(1_000) * random.below(1_000) / 1_000).min(size - 1),
                _ => random.below(size),
            };
            if self.depth(company) <= depth && !self.closed[company as usize] {
                return company;
            }
        }
    }

    /// A company with exactly so many children, who may have children of their own.
    fn add_wide(&mut self, random: &mut Random) {
        let parent = self.any(random, WIDE_DEPTH.min(self.deepest - 1) - 1);
        let wide = self.add(parent);
        for _ in 0..WIDE {
            self.add(wide);
        }
        self.closed[wide as usize] = true;
        self.wide.push(wide);
    }

    /// A tree of `size` companies that nobody joins later.
    fn add_whole(&mut self, size: u32, random: &mut Random) {
        let parent = self.any(random, 1);
        let top = self.add(parent);
        while self.len() - top < size {
            let above = top + random.below(self.len() - top);
            if self.depth(above) < self.deepest {
                self.add(above);
            }
        }
        self.closed[top as usize..].fill(true);
        self.whole = (top, size);
    }
}
