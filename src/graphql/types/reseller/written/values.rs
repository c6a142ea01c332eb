//! Writes resellers as JSON: what the library's resolvers of the same fields answer, byte for byte.

use entity::TenantId;

use super::Reseller;
use super::asked::{
    CatalogField, CatalogStatsField, FinanceField, ItemField, Known, OrdersField, PeriodField, ResellerField,
    SummaryField,
};
use super::loaded::Loaded;
use crate::bus::contract::Period;
use crate::bus::contract::catalog::{CatalogPage, CatalogStats, Item};
use crate::bus::contract::finance::FinanceSummary;
use crate::bus::contract::network::Known as LastKnown;
use crate::bus::contract::orders::OrderStats;
use crate::graphql::id::{ItemId, write_global};
use crate::graphql::json;
use crate::graphql::raw::{Below, Plan};
use crate::graphql::types::period::Date;
use crate::graphql::types::plain::{write_each, write_one};
use crate::graphql::types::summary::OrderStatusCount;

/// What a reseller with some figures and items is expected to take, so that the buffer seldom grows.
const BYTES_A_RESELLER: usize = 1024;

/// The resellers as JSON. A plan asks each type for its own fields alone: hence the arms that write nothing but `null`.
pub(super) fn write(resellers: &[Reseller], loaded: &Loaded, plan: &Plan<Known>) -> Vec<u8> {
    let mut out = Vec::with_capacity(resellers.len() * BYTES_A_RESELLER);
    json::write_list(&mut out, resellers.iter().enumerate(), |out, (at, reseller)| {
        plan.write_object(out, |out, field, below| match field {
            Known::Reseller(field) => write_reseller(out, reseller, field, below, (loaded, at)),
            _ => json::write_null(out),
        });
    });
    out
}

fn write_reseller(
    out: &mut Vec<u8>,
    reseller: &Reseller,
    field: &ResellerField,
    below: Below<'_, Known>,
    (loaded, at): (&Loaded, usize),
) {
    let (chain, node) = (&reseller.sight.chain, reseller.node);
    match field {
        ResellerField::Id => write_global(out, reseller.tenant()),
        ResellerField::Name => json::write_str(out, chain.name(node)),
        ResellerField::Slug => json::write_str(out, chain.slug(node)),
        ResellerField::Status => json::write_str(out, chain.status(node).as_str()),
        ResellerField::Frozen => json::write_bool(out, chain.is_frozen(node)),
        ResellerField::Depth => json::write_int(out, reseller.sight.depth(node).into()),
        ResellerField::JoinedAt => json::write_str(out, &chain.joined_at(node).to_rfc3339()),
        ResellerField::Currency => json::write_str(out, chain.currency(node).code()),
        ResellerField::ChildCount => json::write_count(out, chain.child_count(node)),
        ResellerField::DescendantCount => json::write_count(out, chain.descendant_count(node)),
        ResellerField::ActiveDescendantCount => json::write_count(out, chain.active_descendant_count(node)),
        ResellerField::Summary(period) => below.write_object(out, |out, field, below| match field {
            Known::Summary(field) => write_summary(out, *field, below, *period, (loaded, at)),
            _ => json::write_null(out),
        }),
        ResellerField::AvailableCatalog(query) => {
            write_option(out, loaded.catalog(query, at), |out, page| {
                write_catalog(out, reseller.tenant(), page, below);
            });
        }
    }
}

fn write_summary(
    out: &mut Vec<u8>,
    field: SummaryField,
    below: Below<'_, Known>,
    period: Period,
    (loaded, at): (&Loaded, usize),
) {
    match field {
        SummaryField::Period => write_period(out, period, below),
        SummaryField::Orders => {
            write_option(out, loaded.orders(period, at), |out, known| write_orders(out, known, below));
        }
        SummaryField::Finance => write_option(out, loaded.finance(at), |out, known| write_finance(out, known, below)),
        SummaryField::Catalog => {
            write_option(out, loaded.catalog_stats(at), |out, known| write_catalog_stats(out, known, period, below));
        }
    }
}

fn write_orders(out: &mut Vec<u8>, known: &LastKnown<impl AsRef<OrderStats>>, below: Below<'_, Known>) {
    let stats = known.value.as_ref();
    below.write_object(out, |out, field, below| match field {
        Known::Orders(OrdersField::Stale) => json::write_bool(out, known.stale),
        Known::Orders(OrdersField::AsOf) => json::write_str(out, &known.as_of.to_rfc3339()),
        Known::Orders(OrdersField::Count) => json::write(out, &stats.count),
        Known::Orders(OrdersField::Revenue) => write_each(out, &stats.revenue, below),
        Known::Orders(OrdersField::ByStatus) => json::write_list(out, &stats.by_status, |out, count| {
            write_one(out, &OrderStatusCount::from(*count), below);
        }),
        _ => json::write_null(out),
    });
}

fn write_finance(out: &mut Vec<u8>, known: &LastKnown<impl AsRef<FinanceSummary>>, below: Below<'_, Known>) {
    let summary = known.value.as_ref();
    below.write_object(out, |out, field, below| match field {
        Known::Finance(FinanceField::Stale) => json::write_bool(out, known.stale),
        Known::Finance(FinanceField::AsOf) => json::write_str(out, &known.as_of.to_rfc3339()),
        Known::Finance(FinanceField::Balances) => write_each(out, &summary.balances, below),
        Known::Finance(FinanceField::Outstanding) => write_each(out, &summary.outstanding, below),
        _ => json::write_null(out),
    });
}

fn write_catalog_stats(
    out: &mut Vec<u8>,
    known: &LastKnown<impl AsRef<CatalogStats>>,
    period: Period,
    below: Below<'_, Known>,
) {
    let stats = known.value.as_ref();
    below.write_object(out, |out, field, _| match field {
        Known::CatalogStats(CatalogStatsField::Stale) => json::write_bool(out, known.stale),
        Known::CatalogStats(CatalogStatsField::AsOf) => json::write_str(out, &known.as_of.to_rfc3339()),
        Known::CatalogStats(CatalogStatsField::ItemCount) => json::write(out, &stats.item_count),
        Known::CatalogStats(CatalogStatsField::NewItemCount) => json::write(out, &stats.new_item_count(period)),
        Known::CatalogStats(CatalogStatsField::AverageMarginPercent) => {
            write_option(out, stats.average_margin, |out, rate| json::write_str(out, rate.percent_digits().as_str()));
        }
        Known::CatalogStats(CatalogStatsField::BelowFloorCount) => json::write(out, &stats.below_floor_count),
        _ => json::write_null(out),
    });
}

fn write_catalog(out: &mut Vec<u8>, reseller: TenantId, page: &CatalogPage, below: Below<'_, Known>) {
    below.write_object(out, |out, field, below| match field {
        Known::Catalog(CatalogField::Nodes) => json::write_list(out, &page.list.entries, |out, item| {
            below.write_object(out, |out, field, below| match field {
                Known::Item(field) => write_item(out, reseller, item, *field, below),
                _ => json::write_null(out),
            });
        }),
        Known::Catalog(CatalogField::TotalCount) => json::write(out, &page.total),
        _ => json::write_null(out),
    });
}

fn write_item(out: &mut Vec<u8>, reseller: TenantId, item: &Item, field: ItemField, below: Below<'_, Known>) {
    match field {
        ItemField::Id => json::write_str(out, &ItemId { reseller, product: item.product }.global()),
        ItemField::Sku => json::write_str(out, &item.sku),
        ItemField::Name => json::write_str(out, &item.name),
        ItemField::Category => json::write_str(out, &item.category),
        ItemField::Cost => write_one(out, &item.cost, below),
        ItemField::Price => write_one(out, &item.price, below),
        ItemField::MarginPercent => {
            write_option(out, item.margin, |out, rate| json::write_str(out, rate.percent_digits().as_str()));
        }
        ItemField::UpdatedAt => json::write_str(out, &item.updated_at.to_rfc3339()),
    }
}

fn write_period(out: &mut Vec<u8>, period: Period, below: Below<'_, Known>) {
    below.write_object(out, |out, field, _| match field {
        Known::Period(PeriodField::From) => json::write_str(out, &Date(period.from).text()),
        Known::Period(PeriodField::To) => json::write_str(out, &Date(period.to).text()),
        _ => json::write_null(out),
    });
}

fn write_option<T>(out: &mut Vec<u8>, value: Option<T>, write: impl FnOnce(&mut Vec<u8>, T)) {
    match value {
        Some(value) => write(out, value),
        None => json::write_null(out),
    }
}
