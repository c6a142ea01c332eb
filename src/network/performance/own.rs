//! What companies ordered themselves, by pieces of a span of days; and single orders, where a day is not fine enough.
#![expect(clippy::disallowed_methods, reason = "central store: who led is looked for among all companies")]

use entity::{Day, OrderStatus, TenantId, Timestamp, daily_figure, order_fact};
use iso_currency::Currency;
use sea_orm::sea_query::{Alias, CaseStatement, Expr, ExprTrait, SimpleExpr};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter, QuerySelect, Select};

use super::segments::Segments;
use super::store::{currency, of_owners, whole};
use crate::error::Fault;
use crate::money::Money;
use crate::tenancy::ROWS_A_STATEMENT;

/// What a company itself ordered in one segment of a span of days, in one currency.
#[derive(Debug, FromQueryResult)]
pub(super) struct OwnFigure {
    pub(super) owner_tenant_id: TenantId,
    pub(super) segment: i32,
    pub(super) currency: String,
    pub(super) order_count: i64,
    pub(super) revenue_minor: i64,
}

impl OwnFigure {
    pub(super) fn revenue(&self) -> Result<Money, Fault> {
        Ok(Money::new(self.revenue_minor, currency(&self.currency)?))
    }
}

/// What each of `owners`, or of all companies, ordered itself.
pub(super) async fn own_figures(
    db: &impl ConnectionTrait,
    owners: Option<&[TenantId]>,
    segments: &Segments,
    narrowed_to: Option<Currency>,
) -> Result<Vec<OwnFigure>, DbErr> {
    let Some(owners) = owners else {
        return own_figures_of(segments, narrowed_to).into_model().all(db).await;
    };
    let mut figures = Vec::new();
    for owners in owners.chunks(ROWS_A_STATEMENT) {
        let of_owners = of_owners(db.get_database_backend(), daily_figure::Column::OwnerTenantId, owners)?;
        figures.extend(own_figures_of(segments, narrowed_to).filter(of_owners).into_model().all(db).await?);
    }
    Ok(figures)
}

fn own_figures_of(segments: &Segments, narrowed_to: Option<Currency>) -> Select<daily_figure::Entity> {
    use daily_figure::Column;
    let (first, last) = segments.days();
    let mut figures = daily_figure::Entity::find()
        .select_only()
        .column(Column::OwnerTenantId)
        .expr_as(segment(segments), "segment")
        .column(Column::Currency)
        .expr_as(whole(Column::OrderCount.sum()), "order_count")
        .expr_as(whole(Column::RevenueMinor.sum()), "revenue_minor");
    // A number in the text, so that the index on the rows of this level is known to have them all.
    figures = figures.filter(Expr::col((daily_figure::Entity, Column::Level)).eq(Expr::cust("0")));
    figures = figures.filter(Column::Day.between(first, last));
    if let Some(currency) = narrowed_to {
        figures = figures.filter(Column::Currency.eq(currency.code()));
    }
    figures.group_by(Column::OwnerTenantId).group_by(Expr::col(Alias::new("segment"))).group_by(Column::Currency)
}

/// The number of the segment that a day is in.
fn segment(segments: &Segments) -> SimpleExpr {
    let day = || Expr::col((daily_figure::Entity, daily_figure::Column::Day));
    let Some(ends) = segments.ends() else { return day() };
    let cases = ends.iter().enumerate().take(ends.len().saturating_sub(1));
    let last = Expr::cust(ends.len().saturating_sub(1).to_string());
    if ends.len() < 2 {
        return last;
    }
    // Numbers in the text: what is selected must be seen to be what is grouped by.
    let of = |case: CaseStatement, (number, end): (usize, &Day)| {
        case.case(day().lte(Expr::cust(end.0.to_string())), Expr::cust(number.to_string()))
    };
    cases.fold(CaseStatement::new(), of).finally(last).into()
}

/// An order that was not cancelled.
#[derive(Debug, FromQueryResult)]
pub(super) struct PlacedOrder {
    pub(super) placer_tenant_id: TenantId,
    pub(super) placed_at: Timestamp,
    pub(super) day: Day,
    currency: String,
    amount_minor: i64,
}

impl PlacedOrder {
    pub(super) fn amount(&self) -> Result<Money, Fault> {
        Ok(Money::new(self.amount_minor, currency(&self.currency)?))
    }
}

/// The orders that each of `placers` placed on one of `days` and did not cancel.
pub(super) async fn orders_on(
    db: &impl ConnectionTrait,
    placers: &[TenantId],
    days: &[Day],
    narrowed_to: Option<Currency>,
) -> Result<Vec<PlacedOrder>, DbErr> {
    use order_fact::Column;
    let mut orders = Vec::new();
    for placers in placers.chunks(ROWS_A_STATEMENT) {
        let mut some = order_fact::Entity::find()
            .select_only()
            .columns([Column::PlacerTenantId, Column::PlacedAt, Column::Day, Column::Currency, Column::AmountMinor])
            .filter(of_owners(db.get_database_backend(), Column::PlacerTenantId, placers)?)
            .filter(Column::Day.is_in(days.iter().copied()))
            .filter(Column::Status.ne(OrderStatus::Cancelled));
        if let Some(currency) = narrowed_to {
            some = some.filter(Column::Currency.eq(currency.code()));
        }
        orders.extend(some.into_model::<PlacedOrder>().all(db).await?);
    }
    Ok(orders)
}
