//! What was ordered, day by day.

use std::io::Write;

use time::{Date, Duration};

use super::super::Outcome;
use super::super::random::Random;
use super::CURRENCY;
use super::goods::{Product, price_near};
use super::tree::Tree;

/// On the way to being delivered.
const UNDER_WAY: [&str; 5] = ["PLACED", "AWAITING_FORWARD", "FORWARDED", "CONFIRMED", "SHIPPED"];

/// A tenth of the companies places half of the orders.
const BUSY: u32 = 10;

/// The days on which orders are placed.
#[derive(Clone, Copy)]
pub(super) struct Days {
    pub(super) first: Date,
    pub(super) last: Date,
}

/// Writes `orders.csv` and `order_lines.csv`: `count` orders, as many on each day.
pub(super) fn write_orders(
    (orders, lines): (&mut impl Write, &mut impl Write),
    count: u64,
    days: Days,
    tree: &Tree,
    products: &[Product],
    random: &mut Random,
) -> Outcome<()> {
    writeln!(orders, "order_ref,reseller_id,placed_on,delivered_on,status,amount_minor,currency")?;
    writeln!(lines, "order_ref,sku,quantity,amount_minor")?;
    let span = (days.last - days.first).whole_days() + 1;
    for number in 0..count {
        let placed = days.first + Duration::days(i64::try_from(number)? * span / i64::try_from(count)?);
        let placer = placer(tree, random);
        let (status, delivered) = fate(placed, days.last, random);
        let mut amount = 0;
        let first = random.below(u32::try_from(products.len())?) as usize;
        for line in 0..random.within(1, 2) as usize {
            let product = &products[(first + line) % products.len()];
            let quantity = random.within(1, 12);
            let line_amount = u64::from(quantity) * price_near(product, tree.depth(placer), 4, random);
            writeln!(lines, "ORD-{number:08},{},{quantity},{line_amount}", product.sku)?;
            amount += line_amount;
        }
        let delivered = delivered.map(|day| day.to_string()).unwrap_or_default();
        let company = super::external_id(placer);
        writeln!(orders, "ORD-{number:08},{company},{placed},{delivered},{status},{amount},{CURRENCY}")?;
    }
    Ok(())
}

/// Anyone but the root, which has nobody to order from.
fn placer(tree: &Tree, random: &mut Random) -> u32 {
    let all = tree.len() - 1;
    if random.percent(50) { 1 + random.below(all) } else { 1 + random.below(all / BUSY) * BUSY }
}

/// How far an order is on the last day that was placed on `placed`, and when it arrived.
fn fate(placed: Date, last: Date, random: &mut Random) -> (&'static str, Option<Date>) {
    let (age, takes) = ((last - placed).whole_days(), i64::from(random.within(1, 9)));
    match random.below(1_000) {
        0..30 => ("CANCELLED", None),
        // Late, and nobody knows why.
        30..40 => (random.one_of(&UNDER_WAY), None),
        _ if age >= takes => ("DELIVERED", Some(placed + Duration::days(takes))),
        _ => (UNDER_WAY[usize::try_from(age * 5 / takes).unwrap_or(0).min(4)], None),
    }
}
