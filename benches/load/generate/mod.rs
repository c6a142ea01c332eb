//! A made-up chain with its goods, prices and orders, as the files that `import` reads: the same for the same options, on every machine.

mod goods;
mod orders;
mod tree;

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::RangedU64ValueParser;
use serde_json::json;
use time::{Date, Duration, OffsetDateTime};

use super::random::Random;
use super::{Outcome, day, say};
use orders::Days;
use tree::Tree;

const CURRENCY: &str = "USD";

/// Companies have joined in the two years before the first order.
const JOINING_DAYS: i64 = 730;

#[derive(Args, Debug)]
pub(crate) struct Options {
    /// The folder to write to; made where there is none
    #[arg(value_name = "DIR")]
    dir: PathBuf,
    /// Another seed makes another chain
    #[arg(long, default_value_t = 42)]
    seed: u64,
    /// How many resellers
    #[arg(long, default_value_t = 100_000, value_parser = RangedU64ValueParser::<u32>::new().range(200..))]
    resellers: u32,
    /// How many steps the deepest one is below the root
    #[arg(long, default_value_t = 10, value_parser = RangedU64ValueParser::<u8>::new().range(3..))]
    depth: u8,
    /// How many products
    #[arg(long, default_value_t = 200, value_parser = RangedU64ValueParser::<u32>::new().range(8..))]
    products: u32,
    /// How many prices set by hand
    #[arg(long, default_value_t = 1_000_000)]
    prices: u64,
    /// How many orders
    #[arg(long, default_value_t = 1_000_000)]
    orders: u64,
    /// On how many days they were placed
    #[arg(long, default_value_t = 180, value_parser = RangedU64ValueParser::<u16>::new().range(1..))]
    days: u16,
    /// The last of these days (UTC); yesterday where nothing is said
    #[arg(long, value_parser = day)]
    last_day: Option<Date>,
}

/// Writes the files, and prints what a benchmark wants to know of them as one line of JSON.
pub(crate) fn run(options: &Options) -> Outcome<()> {
    let Options { seed, resellers, prices, orders, .. } = *options;
    if prices > u64::from(resellers) * u64::from(options.products) {
        return Err("there are more prices than resellers have products".into());
    }
    let last = options.last_day.unwrap_or_else(|| OffsetDateTime::now_utc().date() - Duration::DAY);
    let days = Days { first: last - Duration::days(i64::from(options.days) - 1), last };
    fs::create_dir_all(&options.dir)?;

    let mut random = Random::new(seed, 1);
    let tree = Tree::grow(resellers, options.depth, &mut random);
    with_file(&options.dir, "resellers.csv", |out| write_resellers(out, &tree, days.first, &mut random))?;
    let mut random = Random::new(seed, 2);
    let products =
        with_file(&options.dir, "products.csv", |out| goods::write_products(out, options.products, &mut random))?;
    let mut random = Random::new(seed, 3);
    with_file(&options.dir, "prices.csv", |out| goods::write_prices(out, prices, &tree, &products, &mut random))?;
    let mut random = Random::new(seed, 4);
    with_file(&options.dir, "orders.csv", |out| {
        with_file(&options.dir, "order_lines.csv", |lines| {
            orders::write_orders((out, lines), orders, days, &tree, &products, &mut random)
        })
    })?;
    print_summary(&tree, days)
}

fn write_resellers(out: &mut impl Write, tree: &Tree, first_order: Date, random: &mut Random) -> Outcome<()> {
    writeln!(out, "id,parent_id,name,joined_on,currency")?;
    let first = first_order - Duration::days(JOINING_DAYS);
    for (number, parent) in (0..).zip(&tree.parents) {
        let parent = parent.map(external_id).unwrap_or_default();
        let joined = first + Duration::days(i64::from(number) * JOINING_DAYS / i64::from(tree.len()));
        let name = name(number, random);
        writeln!(out, "{},{parent},{name},{joined},{CURRENCY}", external_id(number))?;
    }
    Ok(())
}

/// Which companies to ask for, on the standard output.
fn print_summary(tree: &Tree, days: Days) -> Outcome<()> {
    let (top, size) = tree.whole;
    let summary = json!({
        "resellers": tree.len(),
        "deepest": tree.depths.iter().max(),
        "root": external_id(0),
        "withFiftyChildren": tree.wide.iter().map(|wide| external_id(*wide)).collect::<Vec<_>>(),
        "withFewBelow": tree.with_few_below().map(external_id).collect::<Vec<_>>(),
        "tree": { "root": external_id(top), "nodes": size },
        "firstDay": days.first.to_string(),
        "lastDay": days.last.to_string(),
    });
    say(summary)
}

/// What the files call the company.
fn external_id(company: u32) -> String {
    format!("reseller-{company:06}")
}

/// A name as people write it: some begin with a small letter, some with one beyond ASCII.
fn name(company: u32, random: &mut Random) -> String {
    const FIRST: [&str; 18] = [
        "Acme",
        "Borealis",
        "Cobalt",
        "de Winter",
        "Dunlin",
        "Ember",
        "Fjord",
        "Granite",
        "Harrier",
        "Indigo",
        "Juniper",
        "Kestrel",
        "Lumen",
        "Meridian",
        "Nimbus",
        "Ñandú",
        "Osprey",
        "van Dam",
    ];
    const SECOND: [&str; 6] = ["& Sons", "Goods", "Office Supply", "Stores", "Trading", "Wholesale"];
    format!("{} {} {company}", random.one_of(&FIRST), random.one_of(&SECOND))
}

fn with_file<T>(dir: &Path, name: &str, write: impl FnOnce(&mut BufWriter<File>) -> Outcome<T>) -> Outcome<T> {
    let mut out = BufWriter::with_capacity(1 << 20, File::create(dir.join(name))?);
    let written = write(&mut out)?;
    out.into_inner()?;
    Ok(written)
}
