//! Which fields the writer knows, by the type that has them.

use crate::bus::contract::Period;
use crate::bus::contract::catalog::CatalogQuery;
use crate::graphql::context::RequestContext;
use crate::graphql::raw::{Asked, Known as Found, RawFields};
use crate::graphql::types::catalog::Wanted;
use crate::graphql::types::paging::Paging;
use crate::graphql::types::period::PeriodInput;
use crate::graphql::types::plain::{MayBePlain, Plain, PlainField};
use crate::money::Money;

/// A field that the writer knows.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Known {
    Reseller(ResellerField),
    Summary(SummaryField),
    Orders(OrdersField),
    Finance(FinanceField),
    CatalogStats(CatalogStatsField),
    Catalog(CatalogField),
    Item(ItemField),
    Period(PeriodField),
    Plain(PlainField),
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum ResellerField {
    Id,
    Name,
    Slug,
    Status,
    Frozen,
    Depth,
    JoinedAt,
    Currency,
    ChildCount,
    DescendantCount,
    ActiveDescendantCount,
    Summary(Period),
    AvailableCatalog(CatalogQuery),
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum SummaryField {
    Period,
    Orders,
    Finance,
    Catalog,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum OrdersField {
    Stale,
    AsOf,
    Count,
    Revenue,
    ByStatus,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum FinanceField {
    Stale,
    AsOf,
    Balances,
    Outstanding,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum CatalogStatsField {
    Stale,
    AsOf,
    ItemCount,
    NewItemCount,
    AverageMarginPercent,
    BelowFloorCount,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum CatalogField {
    Nodes,
    TotalCount,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum ItemField {
    Id,
    Sku,
    Name,
    Category,
    Cost,
    MarginPercent,
    Price,
    UpdatedAt,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum PeriodField {
    From,
    To,
}

impl RawFields for Known {
    fn find(type_name: &str, asked: Asked<'_>) -> Option<Found<Self>> {
        match type_name {
            "Reseller" => reseller(asked),
            "ResellerSummary" => summary(asked),
            "OrderStats" => orders(asked),
            "FinanceStats" => finance(asked),
            "CatalogStats" => catalog_stats(asked),
            "CatalogItemConnection" => catalog(asked),
            "CatalogItem" => item(asked),
            "Period" => period(asked),
            _ => PlainField::find(type_name, asked).map(|found| found.map(Self::Plain)),
        }
    }
}

impl MayBePlain for Known {
    fn as_plain(&self) -> Option<PlainField> {
        match self {
            Self::Plain(field) => Some(*field),
            _ => None,
        }
    }
}

const MONEY: &str = Money::TYPE;

fn reseller(asked: Asked<'_>) -> Option<Found<Known>> {
    let leaf = match asked.name() {
        "id" => ResellerField::Id,
        "name" => ResellerField::Name,
        "slug" => ResellerField::Slug,
        "status" => ResellerField::Status,
        "frozen" => ResellerField::Frozen,
        "depth" => ResellerField::Depth,
        "joinedAt" => ResellerField::JoinedAt,
        "currency" => ResellerField::Currency,
        "childCount" => ResellerField::ChildCount,
        "descendantCount" => ResellerField::DescendantCount,
        "activeDescendantCount" => ResellerField::ActiveDescendantCount,
        "summary" => {
            let summary = ResellerField::Summary(summary_period(asked)?);
            return Some(Found::Object(Known::Reseller(summary), "ResellerSummary"));
        }
        "availableCatalog" => {
            let catalog = ResellerField::AvailableCatalog(catalog_query(asked)?);
            return Some(Found::Object(Known::Reseller(catalog), "CatalogItemConnection"));
        }
        _ => return None,
    };
    Some(Found::Leaf(Known::Reseller(leaf)))
}

/// The argument of `Reseller.summary`.
fn summary_period(asked: Asked<'_>) -> Option<Period> {
    let period: Option<PeriodInput> = asked.argument("period", Some(|| Some(PeriodInput::default())))?;
    period.unwrap_or_default().days(asked.data::<RequestContext>()?.now()).ok()
}

/// The arguments of `Reseller.availableCatalog`.
fn catalog_query(asked: Asked<'_>) -> Option<CatalogQuery> {
    let paging = Paging {
        first: asked.argument("first", None)?,
        after: asked.argument("after", None)?,
        last: asked.argument("last", None)?,
        before: asked.argument("before", None)?,
    };
    let wanted =
        Wanted { search: asked.argument("search", None)?, category: asked.argument("category", None)?, paging };
    wanted.query().ok()
}

fn summary(asked: Asked<'_>) -> Option<Found<Known>> {
    let (field, below) = match asked.name() {
        "period" => (SummaryField::Period, "Period"),
        "orders" => (SummaryField::Orders, "OrderStats"),
        "finance" => (SummaryField::Finance, "FinanceStats"),
        "catalog" => (SummaryField::Catalog, "CatalogStats"),
        _ => return None,
    };
    Some(Found::Object(Known::Summary(field), below))
}

fn orders(asked: Asked<'_>) -> Option<Found<Known>> {
    let known = |field| Known::Orders(field);
    Some(match asked.name() {
        "stale" => Found::Leaf(known(OrdersField::Stale)),
        "asOf" => Found::Leaf(known(OrdersField::AsOf)),
        "count" => Found::Leaf(known(OrdersField::Count)),
        "revenue" => Found::Object(known(OrdersField::Revenue), MONEY),
        "byStatus" => Found::Object(known(OrdersField::ByStatus), "OrderStatusCount"),
        _ => return None,
    })
}

fn finance(asked: Asked<'_>) -> Option<Found<Known>> {
    let known = |field| Known::Finance(field);
    Some(match asked.name() {
        "stale" => Found::Leaf(known(FinanceField::Stale)),
        "asOf" => Found::Leaf(known(FinanceField::AsOf)),
        "balances" => Found::Object(known(FinanceField::Balances), MONEY),
        "outstanding" => Found::Object(known(FinanceField::Outstanding), MONEY),
        _ => return None,
    })
}

fn catalog_stats(asked: Asked<'_>) -> Option<Found<Known>> {
    let field = match asked.name() {
        "stale" => CatalogStatsField::Stale,
        "asOf" => CatalogStatsField::AsOf,
        "itemCount" => CatalogStatsField::ItemCount,
        "newItemCount" => CatalogStatsField::NewItemCount,
        "averageMarginPercent" => CatalogStatsField::AverageMarginPercent,
        "belowFloorCount" => CatalogStatsField::BelowFloorCount,
        _ => return None,
    };
    Some(Found::Leaf(Known::CatalogStats(field)))
}

fn catalog(asked: Asked<'_>) -> Option<Found<Known>> {
    Some(match asked.name() {
        "nodes" => Found::Object(Known::Catalog(CatalogField::Nodes), "CatalogItem"),
        "totalCount" => Found::Leaf(Known::Catalog(CatalogField::TotalCount)),
        _ => return None,
    })
}

fn item(asked: Asked<'_>) -> Option<Found<Known>> {
    let leaf = match asked.name() {
        "id" => ItemField::Id,
        "sku" => ItemField::Sku,
        "name" => ItemField::Name,
        "category" => ItemField::Category,
        "marginPercent" => ItemField::MarginPercent,
        "updatedAt" => ItemField::UpdatedAt,
        "cost" => return Some(Found::Object(Known::Item(ItemField::Cost), MONEY)),
        "price" => return Some(Found::Object(Known::Item(ItemField::Price), MONEY)),
        _ => return None,
    };
    Some(Found::Leaf(Known::Item(leaf)))
}

fn period(asked: Asked<'_>) -> Option<Found<Known>> {
    let field = match asked.name() {
        "from" => PeriodField::From,
        "to" => PeriodField::To,
        _ => return None,
    };
    Some(Found::Leaf(Known::Period(field)))
}
