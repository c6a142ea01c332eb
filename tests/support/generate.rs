//! A chain of any size as `resellers.csv`: the same for the same seed. For tests and benchmarks.

use std::fmt::Write as _;
use std::io::{self, Write};

/// The deepest company is this many steps below the root.
pub(crate) const DEPTH: u8 = 100;

/// Writes `companies` companies, parents before their children. Skewed: a line down to [`DEPTH`] comes first, and those that come
/// early get most of the children.
pub(crate) fn write_resellers(companies: u32, seed: u64, out: &mut impl Write) -> io::Result<()> {
    let mut numbers = Numbers(seed);
    let mut depths: Vec<u8> = Vec::new();
    let mut line = String::new();
    out.write_all(b"id,parent_id,name,joined_on,currency\n")?;
    for company in 0..companies {
        let parent = parent_of(company, &depths, &mut numbers);
        depths.push(parent.map_or(0, |parent| depths[parent as usize] + 1));
        line.clear();
        write_row(company, parent, &mut numbers, &mut line);
        out.write_all(line.as_bytes())?;
    }
    Ok(())
}

/// The same in memory.
pub(crate) fn resellers(companies: u32, seed: u64) -> Vec<u8> {
    let mut csv = Vec::new();
    write_resellers(companies, seed, &mut csv).expect("memory takes all");
    csv
}

fn parent_of(company: u32, depths: &[u8], numbers: &mut Numbers) -> Option<u32> {
    if company <= u32::from(DEPTH) {
        return company.checked_sub(1);
    }
    // Below a number below a number: mostly small.
    let skewed = (0..3).fold(u64::from(company), |below, _| numbers.below(below.max(1)));
    let parent = u32::try_from(skewed).unwrap_or(0);
    Some(if depths[parent as usize] < DEPTH { parent } else { u32::from(DEPTH) - 1 })
}

fn write_row(company: u32, parent: Option<u32>, numbers: &mut Numbers, line: &mut String) {
    write_id(company, line);
    line.push(',');
    if let Some(parent) = parent {
        write_id(parent, line);
    }
    let name = match numbers.below(8) {
        0 => format!("\"Trader {company}, Inc.\""),
        1 => format!("\"The \"\"{company}\"\" Store\""),
        2 => format!("Händler Größe {company}"),
        _ => format!("Reseller {company}"),
    };
    let (month, day) = (1 + numbers.below(12), 1 + numbers.below(28));
    let year = 2014 + numbers.below(10);
    let currency = ["USD", "EUR", "GBP"][usize::try_from(numbers.below(3)).unwrap_or(0)];
    writeln!(line, ",{name},{year}-{month:02}-{day:02},{currency}").expect("a text takes all");
}

/// With a `/`, so that each company has a slug besides.
fn write_id(company: u32, line: &mut String) {
    write!(line, "g{}/{company}", company / 1_000).expect("a text takes all");
}

/// Numbers by Sebastiano Vigna's `SplitMix64`: the same on every machine, for ever.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number from 0 up to, but not, `limit`.
    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }
}
