//! The answer: what GraphQL gives for the same.

use entity::OrderStatus;
use serde::Serialize;

use super::super::json::{Id, Money, Percent};
use super::super::prices::{Offer, Product};

#[derive(Serialize)]
pub(super) struct Data<'a> {
    pub(super) data: Fields<'a>,
}

#[derive(Serialize)]
pub(super) struct Fields<'a> {
    pub(super) reseller: Reseller<'a>,
}

#[derive(Serialize)]
pub(super) struct Reseller<'a> {
    pub(super) children: Nodes<Child<'a>>,
}

#[derive(Serialize)]
pub(super) struct Nodes<T> {
    pub(super) nodes: Vec<T>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Child<'a> {
    pub(super) id: Id,
    pub(super) name: &'a str,
    pub(super) summary: Summary,
    pub(super) available_catalog: Nodes<Item<'a>>,
}

#[derive(Default, Serialize)]
pub(super) struct Summary {
    pub(super) orders: Orders,
    pub(super) finance: Finance,
    pub(super) catalog: CatalogStats,
}

#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Orders {
    pub(super) count: i64,
    pub(super) revenue: Vec<Money>,
    pub(super) by_status: Vec<StatusCount>,
}

#[derive(Serialize)]
pub(super) struct StatusCount {
    pub(super) status: OrderStatus,
    pub(super) count: i64,
}

#[derive(Default, Serialize)]
pub(super) struct Finance {
    pub(super) balances: Vec<Money>,
    pub(super) outstanding: Vec<Money>,
}

#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CatalogStats {
    pub(super) item_count: i64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Item<'a> {
    pub(super) sku: &'a str,
    pub(super) name: &'a str,
    pub(super) cost: Money,
    pub(super) price: Money,
    pub(super) margin_percent: Option<Percent>,
}

impl<'a> Data<'a> {
    pub(super) fn of(nodes: Vec<Child<'a>>) -> Self {
        Self { data: Fields { reseller: Reseller { children: Nodes { nodes } } } }
    }
}

impl<'a> Item<'a> {
    pub(super) fn of(product: &'a Product, offer: Offer) -> Self {
        let (cost, price) = (Money(offer.cost), Money(offer.price));
        Self { sku: &product.sku, name: &product.name, cost, price, margin_percent: offer.margin().map(Percent) }
    }
}
