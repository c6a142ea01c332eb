//! The rows of daily figures, of several owners at once. Who may see them was decided before.
#![expect(
    clippy::disallowed_methods,
    reason = "central store: figures of several companies, each of which the caller reaches"
)]

use std::collections::HashMap;
use std::str::FromStr;
use std::sync::Arc;

use entity::{Day, OrderStatus, TenantId, Timestamp, daily_figure, daily_status, order_fact};
use iso_currency::Currency;
use sea_orm::sea_query::{Alias, CaseStatement, Expr, ExprTrait, Func, SelectStatement, SimpleExpr, UnionType};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, DbErr, EntityTrait, FromQueryResult, IdenStatic, QueryFilter, QuerySelect,
    QueryTrait, Select,
};

use super::assembled::{Figures, Row};
use super::segments::Segments;
use super::{Part, Question};
use crate::bus::contract::Period;
use crate::error::Fault;
use crate::money::Money;
use crate::tenancy::{ROWS_A_STATEMENT, one_of};

/// How many selections one statement is made of: SQLite takes no more than 500, nor more than 32,766 parameters in all of them.
const SELECTIONS: usize = 20;

/// Questions that are answered by one selection. They are about the same days, and of the downline alone, or of the owner too.
struct Group {
    period: Period,
    currency: Option<Currency>,
    parts: Vec<Part>,
    owners: Vec<TenantId>,
}

/// A row of any selection.
#[derive(Debug, FromQueryResult)]
struct Read {
    /// Which group it answers.
    question: i32,
    owner_tenant_id: TenantId,
    /// Of which day, where it is of one.
    day: Option<i32>,
    /// Of which level, where it is of one.
    level: Option<i32>,
    /// The currency; of orders by state, the state.
    label: String,
    order_count: i64,
    revenue_minor: i64,
}

/// The answers to `questions`: with one statement, unless they are very many.
pub(super) async fn read(
    db: &impl ConnectionTrait,
    questions: &[Question],
) -> Result<HashMap<Question, Arc<Figures>>, Fault> {
    // Who ordered nothing has an answer, too.
    let mut answers: HashMap<Question, Figures> =
        questions.iter().map(|question| (*question, Figures::default())).collect();
    let backend = db.get_database_backend();
    let groups = grouped(questions, backend);
    let selections = (0..).zip(&groups).flat_map(|(number, group)| {
        group.owners.chunks(ROWS_A_STATEMENT).map(move |owners| selection(backend, number, group, owners))
    });
    let selections = selections.collect::<Result<Vec<_>, DbErr>>()?;
    for selections in selections.chunks(SELECTIONS) {
        for row in db.query_all(&union(selections)).await? {
            let row = Read::from_query_result(&row, "")?;
            let group = usize::try_from(row.question).ok().and_then(|number| groups.get(number));
            let Some((group, part)) = group.and_then(|group| Some((group, answered(group, &row)?))) else { continue };
            let (owner, period, currency) = (row.owner_tenant_id, group.period, group.currency);
            if let Some(figures) = answers.get_mut(&Question { owner, period, currency, part }) {
                add(figures, part, &row)?;
            }
        }
    }
    Ok(answers.into_iter().map(|(question, figures)| (question, Arc::new(figures))).collect())
}

/// PostgreSQL adds up the same rows in several ways at once; SQLite cannot.
fn grouped(questions: &[Question], backend: DbBackend) -> Vec<Group> {
    let together = |part: Part| match part {
        _ if backend != DbBackend::Postgres => part,
        Part::Totals | Part::Days | Part::Levels => Part::Totals,
        Part::Below | Part::BelowDays => Part::Below,
        Part::BelowStatuses => Part::BelowStatuses,
    };
    // Sorted, so that the same questions are the same statement.
    let mut questions = questions.to_vec();
    let code = |question: &Question| question.currency.map(|only| only.code());
    questions.sort_unstable_by_key(|question| {
        let Question { owner, period, part, .. } = *question;
        (together(part), period.from, period.to, code(question), part, owner)
    });
    let mut groups: Vec<Group> = Vec::new();
    for question in questions {
        let Question { owner, period, currency, part } = question;
        let same = groups.last_mut().filter(|group| {
            (group.period, group.currency) == (period, currency)
                && group.parts.first().is_some_and(|first| together(*first) == together(part))
        });
        let Some(group) = same else {
            groups.push(Group { period, currency, parts: vec![part], owners: vec![owner] });
            continue;
        };
        if !group.parts.contains(&part) {
            group.parts.push(part);
        }
        group.owners.push(owner);
    }
    for group in &mut groups {
        group.owners.sort_unstable();
        group.owners.dedup();
    }
    groups
}

/// Which of the group's parts a row is of.
fn answered(group: &Group, row: &Read) -> Option<Part> {
    let is_of = |part: &&Part| match part {
        Part::Days | Part::BelowDays => row.day.is_some(),
        Part::Levels => row.level.is_some(),
        Part::Totals | Part::Below | Part::BelowStatuses => row.day.or(row.level).is_none(),
    };
    group.parts.iter().find(is_of).copied()
}

fn add(figures: &mut Figures, part: Part, row: &Read) -> Result<(), Fault> {
    let orders = row.order_count.unsigned_abs();
    if orders == 0 {
        // All that there was has been cancelled, or has gone on.
    } else if part == Part::BelowStatuses {
        let status = OrderStatus::from_str(&row.label);
        let status = status.map_err(|_| Fault::Row(format!("orders in the state {:?}", row.label)))?;
        figures.statuses.insert(status, orders);
    } else {
        let at = row.day.or(row.level).unwrap_or_default();
        let revenue = Money::new(row.revenue_minor, currency(&row.label)?);
        figures.rows.push(Row { at, orders, revenue });
    }
    Ok(())
}

fn currency(code: &str) -> Result<Currency, Fault> {
    let unknown = || Fault::Row(format!("figures in the currency {code:?}, which ISO 4217 does not know"));
    Currency::from_code(code).ok_or_else(unknown)
}

fn union(selections: &[SelectStatement]) -> SelectStatement {
    let mut all = selections.iter().cloned();
    let mut union = all.next().unwrap_or_default();
    for selection in all {
        union.union(UnionType::All, selection);
    }
    union
}

/// What answers `group` about some of its owners.
fn selection(backend: DbBackend, number: i32, group: &Group, owners: &[TenantId]) -> Result<SelectStatement, DbErr> {
    let number = Expr::cust(number.to_string());
    let nothing = || Expr::cust("CAST(NULL AS integer)");
    let days = (Day::from(group.period.from), Day::from(group.period.to));
    if group.parts == [Part::BelowStatuses] {
        let statuses = daily_status::Entity::find()
            .select_only()
            .expr_as(number, "question")
            .column(daily_status::Column::OwnerTenantId)
            .expr_as(nothing(), "day")
            .expr_as(nothing(), "level")
            .column_as(daily_status::Column::Status, "label")
            .expr_as(whole(daily_status::Column::OrderCount.sum()), "order_count")
            .expr_as(Expr::cust("0"), "revenue_minor")
            .filter(of_owners(backend, daily_status::Column::OwnerTenantId, owners)?)
            .filter(daily_status::Column::Day.between(days.0, days.1))
            .group_by(daily_status::Column::OwnerTenantId)
            .group_by(daily_status::Column::Status);
        return Ok(statuses.into_query());
    }
    let of = |parts: &[Part], column: daily_figure::Column| {
        let by = group.parts.iter().any(|part| parts.contains(part));
        if by { Expr::col((daily_figure::Entity, column)) } else { nothing() }
    };
    let mut figures = daily_figure::Entity::find()
        .select_only()
        .expr_as(number, "question")
        .column(daily_figure::Column::OwnerTenantId)
        .expr_as(of(&[Part::Days, Part::BelowDays], daily_figure::Column::Day), "day")
        .expr_as(of(&[Part::Levels], daily_figure::Column::Level), "level")
        .column_as(daily_figure::Column::Currency, "label")
        .expr_as(whole(daily_figure::Column::OrderCount.sum()), "order_count")
        .expr_as(whole(daily_figure::Column::RevenueMinor.sum()), "revenue_minor")
        .filter(of_owners(backend, daily_figure::Column::OwnerTenantId, owners)?)
        .filter(daily_figure::Column::Day.between(days.0, days.1));
    if matches!(group.parts.first(), Some(Part::Below | Part::BelowDays)) {
        figures = figures.filter(daily_figure::Column::Level.gt(0));
    }
    if let Some(currency) = group.currency {
        figures = figures.filter(daily_figure::Column::Currency.eq(currency.code()));
    }
    Ok(added_up(figures, &group.parts).into_query())
}

/// `figures` by owner and currency, and by what each of `parts` says.
fn added_up(figures: Select<daily_figure::Entity>, parts: &[Part]) -> Select<daily_figure::Entity> {
    use daily_figure::Column;
    let by = |part: &Part| match part {
        Part::Days | Part::BelowDays => Some(Column::Day),
        Part::Levels => Some(Column::Level),
        Part::Totals | Part::Below | Part::BelowStatuses => None,
    };
    if let [part] = parts {
        let figures = figures.group_by(Column::OwnerTenantId).group_by(Column::Currency);
        return match by(part) {
            Some(column) => figures.group_by(column),
            None => figures,
        };
    }
    let set = |part: &Part| {
        let columns = [Some(Column::OwnerTenantId), Some(Column::Currency), by(part)];
        let columns = columns.iter().flatten().map(|column| format!("\"daily_figures\".\"{}\"", column.as_str()));
        format!("({})", columns.collect::<Vec<_>>().join(", "))
    };
    let sets: Vec<_> = parts.iter().map(set).collect();
    figures.group_by(Expr::cust(format!("GROUPING SETS ({})", sets.join(", "))))
}

/// On PostgreSQL several owners are one value: however many they are, it is the same statement.
fn of_owners<C: ColumnTrait>(backend: DbBackend, column: C, owners: &[TenantId]) -> Result<SimpleExpr, DbErr> {
    match owners {
        [one] => Ok(column.eq(*one)),
        several => one_of(backend, column, several.iter().map(|owner| (*owner).into()).collect()),
    }
}

/// PostgreSQL's sum of big integers is a decimal number.
fn whole(sum: SimpleExpr) -> SimpleExpr {
    Func::cast_as(sum, "bigint").into()
}

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
