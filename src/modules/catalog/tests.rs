//! How prices are computed, and lists cut into pages.

mod pages;

use std::collections::HashMap;
use std::sync::Arc;

use entity::{ProductId, TenantId, Timestamp};
use iso_currency::Currency;

use super::lines::{Lines, Prices, links_of};
use super::pricing::{Grant, Override, Terms, margin, mean};
use super::products::{Product, Products};
use crate::bus::contract::catalog::Access;
use crate::bus::contract::network::Margins;
use crate::money::{MAX_MINOR, Money, Rate};

/// So many hundredths of a dollar.
fn usd(minor: i64) -> Money {
    Money::new(minor, Currency::USD)
}

/// So many percent.
fn percent(percent: i64) -> Rate {
    Rate(percent * 10_000)
}

fn product(sku: &str, list_price: Money) -> Product {
    let (id, at) = (ProductId::generate(), Timestamp(0));
    let [sku, name, category] = [sku, "Chair", "Furniture"].map(Into::into);
    Product { id, sku, name, category, list_price, created_at: at, updated_at: at }
}

/// A chair for 10 dollars.
fn chair() -> Product {
    product("CH-1", usd(1_000))
}

/// Terms with this margin; a floor that does not matter.
fn by(default: Rate) -> Terms {
    let margins = Margins { default, floor: percent(-100), ..Margins::default() };
    Terms { margins, ..Terms::default() }
}

fn at_price(product: &Product, price: Money) -> Terms {
    let set = Override { product: product.id, price, updated_at: Timestamp(1) };
    by(Rate(0)).with_override(product.id, Some(set))
}

fn with(margins: impl FnOnce(&mut Margins), mut terms: Terms) -> Terms {
    margins(&mut terms.margins);
    terms
}

/// A line of companies, the root first, each with its terms.
fn line<const N: usize>(terms: [Terms; N]) -> ([TenantId; N], Lines) {
    let tenants = [(); N].map(|()| TenantId::generate());
    (tenants, lines_of(&tenants, terms))
}

fn lines_of(downwards: &[TenantId], terms: impl IntoIterator<Item = Terms>) -> Lines {
    let upwards: Vec<_> = downwards.iter().rev().copied().collect();
    let terms: HashMap<_, _> = downwards.iter().copied().zip(terms.into_iter().map(Arc::new)).collect();
    Lines::new(&links_of(&upwards), &terms)
}

/// What each company of the line takes for the product.
fn prices<const N: usize>(product: &Product, terms: [Terms; N]) -> [Money; N] {
    let (tenants, lines) = line(terms);
    let products = Products::new([product.clone()]);
    let mut prices = Prices::of(&lines, &products, [0]);
    tenants.map(|tenant| prices.offer(lines.place(tenant).expect("it is on the line"), 0).price)
}

#[test]
fn a_company_pays_what_its_parent_takes_and_the_root_the_list_price() {
    let chair = chair();
    let (tenants, lines) = line([by(percent(10)), by(percent(20)), by(percent(-50))]);
    let products = Products::new([chair]);
    let mut prices = Prices::of(&lines, &products, [0]);
    let offers = tenants.map(|tenant| prices.offer(lines.place(tenant).expect("it is on the line"), 0));
    assert_eq!(offers.map(|offer| offer.cost), [usd(1_000), usd(1_100), usd(1_320)]);
    assert_eq!(offers.map(|offer| offer.price), [usd(1_100), usd(1_320), usd(660)]);
}

#[test]
fn each_price_is_rounded_once_half_to_even() {
    let cheap = product("CH-1", usd(10));
    assert_eq!(prices(&cheap, [by(percent(5)), by(percent(15)), by(percent(5))]), [usd(10), usd(12), usd(13)]);
}

#[test]
fn the_margin_of_a_category_comes_before_the_default() {
    let of = |category: &str| {
        let category = category.to_owned();
        with(|margins| margins.by_category = [(category, percent(50))].into(), by(percent(10)))
    };
    assert_eq!(prices(&chair(), [of("Furniture")]), [usd(1_500)]);
    assert_eq!(prices(&chair(), [of("furniture")]), [usd(1_100)], "letter for letter");
}

#[test]
fn a_price_set_by_hand_comes_before_the_margin() {
    let chair = chair();
    let other = product("CH-2", usd(1_000));
    let terms = with(|margins| margins.default = percent(10), at_price(&chair, usd(1_234)));
    assert_eq!(prices(&chair, [terms.clone(), by(percent(10))]), [usd(1_234), usd(1_357)]);
    assert_eq!(prices(&other, [terms.clone()]), [usd(1_100)]);
    assert_eq!(prices(&chair, [terms.with_override(chair.id, None)]), [usd(1_100)]);
}

#[test]
fn a_floor_lifts_and_a_ceiling_lowers_whatever_was_entered() {
    let chair = chair();
    let floor = |terms| with(|margins| margins.floor = percent(20), terms);
    let ceiling = |terms| with(|margins| margins.ceiling = Some(percent(30)), terms);
    for entered in [by(percent(10)), at_price(&chair, usd(1))] {
        assert_eq!(prices(&chair, [floor(entered)]), [usd(1_200)]);
    }
    for entered in [by(percent(40)), at_price(&chair, usd(99_999))] {
        assert_eq!(prices(&chair, [ceiling(entered)]), [usd(1_300)]);
    }
    assert_eq!(prices(&chair, [floor(ceiling(by(percent(25))))]), [usd(1_250)]);
}

#[test]
fn the_tightest_ceiling_of_the_line_binds_and_beats_a_floor() {
    let chair = chair();
    let ceiling = |rate, terms| with(|margins| margins.ceiling = Some(percent(rate)), terms);
    let bound =
        [ceiling(10, by(percent(50))), ceiling(20, by(percent(50))), by(percent(50)), at_price(&chair, usd(9_999))];
    assert_eq!(prices(&chair, bound), [usd(1_100), usd(1_210), usd(1_331), usd(1_464)]);
    let floor = with(|margins| margins.floor = percent(40), by(percent(50)));
    assert_eq!(prices(&chair, [ceiling(30, floor.clone()), floor]), [usd(1_300), usd(1_690)]);
    let dearer_below = [by(Rate(0)), ceiling(5, by(percent(50))), ceiling(1, by(percent(50)))];
    assert_eq!(prices(&chair, dearer_below), [usd(1_000), usd(1_050), usd(1_060)], "it binds no company above it");
}

#[test]
fn a_price_in_the_companys_own_currency_is_taken_as_it_is_and_all_below_pay_in_it() {
    let chair = chair();
    let eur = |minor| Money::new(minor, Currency::EUR);
    let own = |price| Terms { currency: Some(Currency::EUR), ..at_price(&chair, price) };
    let bound = |terms| {
        let tight = |margins: &mut Margins| (margins.floor, margins.ceiling) = (percent(1), Some(percent(2)));
        with(tight, terms)
    };
    let terms = [bound(by(Rate(0))), bound(own(eur(1))), bound(by(percent(50))), by(percent(50))];
    assert_eq!(prices(&chair, terms), [usd(1_010), eur(1), eur(1), eur(1)]);
    let terms = [by(Rate(0)), own(eur(500)), by(percent(10)), at_price(&chair, eur(600))];
    assert_eq!(prices(&chair, terms), [usd(1_000), eur(500), eur(550), eur(600)]);
}

#[test]
fn a_price_in_neither_its_own_currency_nor_the_one_it_pays_in_is_not_in_force() {
    let chair = chair();
    let pounds = Money::new(1, Currency::GBP);
    let left_over = with(
        |margins| (margins.default, margins.floor, margins.ceiling) = (percent(50), percent(1), Some(percent(20))),
        Terms { currency: Some(Currency::EUR), ..at_price(&chair, pounds) },
    );
    assert!(!left_over.is_below_floor(&chair, usd(1_000)), "its margin is not");
    assert_eq!(
        prices(&chair, [by(Rate(0)), left_over.clone()]),
        [usd(1_000), usd(1_200)],
        "its margin, and its ceiling"
    );
    let in_pounds = Terms { currency: Some(Currency::GBP), ..at_price(&chair, Money::new(10, Currency::GBP)) };
    let [_, price] = prices(&chair, [in_pounds, left_over]);
    assert_eq!(price, Money::new(10, Currency::GBP), "in force again where it pays in pounds; within its floor");
}

#[test]
fn the_largest_amounts_stay_within_bounds() {
    let dear = product("CH-1", usd(MAX_MINOR));
    assert_eq!(prices(&dear, [by(percent(1_000)), by(percent(1_000))]), [usd(MAX_MINOR); 2]);
    let cheap = product("CH-1", usd(1));
    let [price] = prices(&cheap, [at_price(&cheap, usd(MAX_MINOR))]);
    assert_eq!(margin(usd(1), price), Some(Rate(i64::MAX)));
}

#[test]
fn categories_are_cut_at_each_level() {
    let granted = |by: TenantId, categories: &[&str]| {
        let categories = categories.iter().map(|&category| category.to_owned()).collect();
        Terms { grant: Some(Grant { by, access: Access { all: false, categories } }), ..Terms::default() }
    };
    let tenants = [(); 5].map(|()| TenantId::generate());
    let [root, parent, child, ..] = tenants;
    let sold = |terms: [Terms; 5]| {
        let lines = lines_of(&tenants, terms);
        tenants.map(|tenant| {
            let categories = &lines.standing(lines.place(tenant).expect("it is on the line")).categories;
            ["A", "B", "C"].into_iter().filter(|category| categories.contain(category)).collect::<String>()
        })
    };
    let cut = [
        Terms::default(),
        granted(root, &["A", "B"]),
        Terms::default(),
        granted(child, &["B", "C"]),
        Terms { grant: Some(Grant { by: parent, access: Access::all() }), ..Terms::default() },
    ];
    assert_eq!(sold(cut), ["ABC", "AB", "AB", "B", "B"]);
    // Of the companies above one, any may have granted; no other counts, nor the company itself.
    let stranger = TenantId::generate();
    let by = [granted(stranger, &["A"]), granted(parent, &["A"]), granted(stranger, &["A"]), granted(root, &["C"])];
    let [first, second, third, fourth] = by;
    assert_eq!(sold([first, second, third, fourth, Terms::default()]), ["ABC", "ABC", "ABC", "C", "C"]);
    assert_eq!(
        sold([Terms::default(), granted(root, &[]), Terms::default(), Terms::default(), Terms::default()])[4],
        ""
    );
}

#[test]
fn a_margin_is_a_share_of_the_cost_in_hundredths_of_a_percent() {
    assert_eq!(margin(usd(1_000), usd(1_100)), Some(percent(10)));
    assert_eq!(margin(usd(3), usd(4)), Some(Rate(333_300)));
    assert_eq!(margin(usd(3), usd(2)), Some(Rate(-333_300)));
    assert_eq!(margin(usd(20_000), usd(20_001)), Some(Rate(0)), "half goes to the even one");
    assert_eq!(margin(usd(20_000), usd(20_003)), Some(Rate(200)));
    assert_eq!(margin(usd(0), usd(1)), None);
    assert_eq!(margin(usd(1), Money::new(1, Currency::EUR)), None);
    assert_eq!(mean([]), None);
    assert_eq!(mean([Rate(0), Rate(0), Rate(100)]), Some(Rate(0)));
    assert_eq!(mean([percent(10), percent(-5), percent(1_000)]), Some(percent(335)));
}

#[test]
fn what_was_entered_below_the_floor_is_told() {
    let chair = chair();
    let floor = |terms| with(|margins| margins.floor = percent(20), terms);
    let is_below = |terms: Terms| floor(terms).is_below_floor(&chair, usd(1_000));
    assert!(is_below(by(percent(19))) && !is_below(by(percent(20))));
    assert!(is_below(at_price(&chair, usd(1_199))) && !is_below(at_price(&chair, usd(1_200))));
    let own = Terms { currency: Some(Currency::EUR), ..at_price(&chair, Money::new(1, Currency::EUR)) };
    assert!(!is_below(own));
}

#[test]
fn siblings_pay_the_same_and_take_their_own() {
    let chair = chair();
    let [root, left, right, niece] = [(); 4].map(|()| TenantId::generate());
    let links = [(root, None), (left, Some(root)), (right, Some(root)), (niece, Some(right))];
    let terms = [(root, by(percent(10))), (left, by(percent(20))), (right, by(percent(30))), (niece, by(percent(40)))];
    let lines = Lines::new(&links, &terms.map(|(tenant, terms)| (tenant, Arc::new(terms))).into());
    let products = Products::new([chair]);
    let mut prices = Prices::of(&lines, &products, [0]);
    let mut offer = |tenant| {
        let offer = prices.offer(lines.place(tenant).expect("it is there"), 0);
        (offer.cost, offer.price)
    };
    assert_eq!(offer(niece), (usd(1_430), usd(2_002)));
    assert_eq!(offer(left), (usd(1_100), usd(1_320)));
    assert_eq!(offer(right), (usd(1_100), usd(1_430)));
}
