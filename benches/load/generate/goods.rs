//! What the chain sells, and the prices that companies set by hand.

use std::io::Write;

use super::super::Outcome;
use super::super::random::Random;
use super::CURRENCY;
use super::tree::Tree;

/// Each category with its prefix of a sku and its subcategories.
const CATEGORIES: [(&str, &str, [&str; 3]); 8] = [
    ("Bags", "BAG", ["Backpacks", "Cases", "Totes"]),
    ("Desks", "DSK", ["Corner", "Folding", "Standing"]),
    ("Furniture", "FUR", ["Chairs", "Cupboards", "Shelves"]),
    ("Kitchen", "KIT", ["Cookware", "Crockery", "Kettles"]),
    ("Lighting", "LIT", ["Bulbs", "Lamps", "Strips"]),
    ("Paper", "PAP", ["Cards", "Envelopes", "Notebooks"]),
    ("Phones", "PHN", ["Chargers", "Covers", "Handsets"]),
    ("Tools", "TOO", ["Drills", "Saws", "Spanners"]),
];

const QUALITIES: [&str; 8] = ["Basic", "Classic", "Compact", "Deluxe", "Heavy", "Light", "Prime", "Studio"];

/// A product, as far as prices and orders need it.
pub(super) struct Product {
    pub(super) sku: String,
    /// Minor units.
    pub(super) list_price: u64,
}

/// Writes `products.csv`: `count` products, spread evenly over the categories.
pub(super) fn write_products(out: &mut impl Write, count: u32, random: &mut Random) -> Outcome<Vec<Product>> {
    writeln!(out, "sku,name,category,subcategory,list_price_minor,currency")?;
    let mut products = Vec::with_capacity(count as usize);
    for number in 0..count {
        let (category, prefix, subcategories) = CATEGORIES[number as usize * CATEGORIES.len() / count as usize];
        let (subcategory, quality) = (random.one_of(&subcategories), random.one_of(&QUALITIES));
        // From 1.99 to 1,000 dollars; the product of two is mostly small.
        let list_price = 199 + u64::from(random.below(1_000) * random.below(1_000) / 10);
        let sku = format!("{prefix}-{number:05}");
        writeln!(out, "{sku},{quality} {subcategory} {number},{category},{subcategory},{list_price},{CURRENCY}")?;
        products.push(Product { sku, list_price });
    }
    Ok(products)
}

/// Writes `prices.csv`: `count` prices, the same number for each company or one more, no product twice.
pub(super) fn write_prices(
    out: &mut impl Write,
    count: u64,
    tree: &Tree,
    products: &[Product],
    random: &mut Random,
) -> Outcome<()> {
    writeln!(out, "reseller_id,sku,price_minor,currency")?;
    let mut order: Vec<usize> = (0..products.len()).collect();
    let up_to = |company: u32| usize::try_from(count * u64::from(company) / u64::from(tree.len()));
    for company in 0..tree.len() {
        for place in 0..up_to(company + 1)? - up_to(company)? {
            // A shuffle as far as it is needed.
            let rest = u32::try_from(order.len() - place)?;
            order.swap(place, place + random.below(rest) as usize);
            let product = &products[order[place]];
            let price = price_near(product, tree.depth(company), 5, random);
            writeln!(out, "{},{},{price},{CURRENCY}", super::external_id(company), product.sku)?;
        }
    }
    Ok(())
}

/// A price that a company at `depth` may well take: 3 % of the list price for each level, and up to `spread` percent more.
pub(super) fn price_near(product: &Product, depth: u8, spread: u32, random: &mut Random) -> u64 {
    product.list_price * (100 + 3 * u64::from(depth) + u64::from(random.within(0, spread))) / 100
}
