//! Which items a company's list has, and which part of it is asked for.

use std::borrow::Cow;

use memchr::memmem::Finder;

use super::pricing::Categories;
use super::products::Products;
use crate::bus::contract::catalog::CatalogQuery;
use crate::bus::contract::{Listed, Page, Take};
use crate::tenancy::topology::fold;

/// The places of those products that `query` asks for, whoever may sell them.
pub(super) fn matching(products: &Products, query: &CatalogQuery) -> Vec<usize> {
    let search = query.search.as_deref().map(str::trim).filter(|search| !search.is_empty());
    let search = search.map(|search| Finder::new(fold(search).as_bytes()).into_owned());
    let found = |place: &usize| {
        query.category.as_ref().is_none_or(|category| *products.at(*place).category == **category)
            && search.as_ref().is_none_or(|search| search.find(products.search_text(*place).as_bytes()).is_some())
    };
    (0..products.len()).filter(found).collect()
}

/// Those of the products at `places` that are of `categories`.
pub(super) fn of_categories<'p>(products: &Products, places: &'p [usize], categories: &Categories) -> Cow<'p, [usize]> {
    if matches!(categories, Categories::All) {
        return Cow::Borrowed(places);
    }
    let contained: Vec<bool> = products.categories().iter().map(|category| categories.contain(category)).collect();
    places.iter().copied().filter(|&place| contained[products.category_of(place)]).collect()
}

/// The part of the list of the products at `places`, which go by sku, that `page` asks for.
pub(super) fn part(products: &Products, places: &[usize], page: &Page<String>) -> Listed<usize> {
    let sku = |place: &usize| &*products.at(*place).sku;
    let after = page.after.as_deref().map(|after| places.partition_point(|place| sku(place) <= after));
    let before = page.before.as_deref().map(|before| places.partition_point(|place| sku(place) < before));
    let end = before.unwrap_or(places.len());
    let start = after.unwrap_or(0).min(end);
    let most = page.take.count() as usize;
    let (start, end) = match page.take {
        Take::First(_) => (start, end.min(start.saturating_add(most))),
        Take::Last(_) => (start.max(end.saturating_sub(most)), end),
    };
    Listed { entries: places[start..end].to_vec(), has_next: end < places.len(), has_previous: start > 0 }
}
