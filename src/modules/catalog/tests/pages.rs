//! Lists, and parts of them.

use proptest::prelude::*;

use super::{product, usd};
use crate::bus::contract::catalog::CatalogQuery;
use crate::bus::contract::{Page, Take};
use crate::modules::catalog::listing::{matching, of_categories, part};
use crate::modules::catalog::pricing::Categories;
use crate::modules::catalog::products::Products;

fn page(take: Take, after: Option<&str>, before: Option<&str>) -> Page<String> {
    Page { take, after: after.map(str::to_owned), before: before.map(str::to_owned) }
}

fn skus(products: &Products, places: &[usize]) -> Vec<String> {
    places.iter().map(|&place| products.at(place).sku.to_string()).collect()
}

fn found(products: &Products, search: Option<&str>, category: Option<&str>) -> Vec<String> {
    let [search, category] = [search, category].map(|text| text.map(str::to_owned));
    skus(products, &matching(products, &CatalogQuery { search, category, page: page(Take::First(1), None, None) }))
}

#[test]
fn a_search_looks_at_sku_and_name_without_regard_to_case() {
    let mut bed = product("BE-1", usd(1));
    (bed.name, bed.category) = ("Großes Bett".into(), "Beds".into());
    let products = Products::new([product("ch-2", usd(1)), bed, product("CH-1", usd(1))]);
    assert_eq!(found(&products, None, None), ["BE-1", "CH-1", "ch-2"], "by sku");
    assert_eq!(found(&products, Some("  "), None).len(), 3);
    assert_eq!(found(&products, Some("Ch-"), None), ["CH-1", "ch-2"]);
    assert_eq!(found(&products, Some("GROSSES "), None), ["BE-1"]);
    assert_eq!(found(&products, Some("hai"), Some("Furniture")), ["CH-1", "ch-2"]);
    assert_eq!(found(&products, None, Some("Beds")), ["BE-1"]);
    assert_eq!(found(&products, None, Some("beds")), [""; 0], "letter for letter");
    let beds = Categories::Only(std::sync::Arc::new(["Beds".to_owned()].into()));
    assert_eq!(skus(&products, &of_categories(&products, &[0, 1, 2], &beds)), ["BE-1"]);
}

proptest! {
    #[test]
    fn a_part_is_what_counting_by_hand_gives(
        listed in prop::collection::btree_set("[a-f]", 0..6),
        after in prop::option::of("[a-f]"),
        before in prop::option::of("[a-f]"),
        most in 0_u32..5,
        first: bool,
    ) {
        let products = Products::new(listed.iter().map(|sku| product(sku, usd(1))));
        let places: Vec<usize> = (0..products.len()).collect();
        let take = if first { Take::First(most) } else { Take::Last(most) };
        let part = part(&products, &places, &page(take, after.as_deref(), before.as_deref()));

        let is_after = |sku: &&String| after.as_ref().is_none_or(|after| *sku > after);
        let is_before = |sku: &&String| before.as_ref().is_none_or(|before| *sku < before);
        let between: Vec<&String> = listed.iter().filter(is_after).filter(is_before).collect();
        let left_out = between.len().saturating_sub(most as usize);
        let expected = if first { &between[..between.len() - left_out] } else { &between[left_out..] };
        let shown = skus(&products, &part.entries);
        prop_assert_eq!(shown.iter().collect::<Vec<_>>(), expected.to_vec());
        if let (Some(start), Some(end)) = (shown.first(), shown.last()) {
            prop_assert_eq!(part.has_previous, listed.first() < Some(start));
            prop_assert_eq!(part.has_next, listed.last() > Some(end));
        }
    }
}
