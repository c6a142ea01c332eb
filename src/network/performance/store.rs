//! The rows of daily figures, of several owners at once. Who may see them was decided before.
#![expect(
    clippy::disallowed_methods,
    reason = "central store: figures of several companies, each of which the caller reaches"
)]

use std::collections::HashMap;
use std::str::FromStr;
use std::sync::Arc;

use entity::{Day, OrderStatus, TenantId, daily_figure, daily_status};
use iso_currency::Currency;
use sea_orm::sea_query::{Expr, Func, SelectStatement, SimpleExpr};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, DbErr, EntityTrait, IdenStatic, QueryFilter, QueryResult, QuerySelect,
    QueryTrait, Select,
};

use super::assembled::{Figures, Row};
use super::{Part, Question};
use crate::bus::contract::Period;
use crate::error::Fault;
use crate::money::Money;
use crate::tenancy::{ROWS_A_STATEMENT, one_of, union_all};

/// How many selections one statement is made of: SQLite takes no more than 500, nor more than 32,766 parameters in all of them.
const SELECTIONS: usize = 20;

/// Questions that are answered by one selection. They are about the same days, and of the downline alone, or of the owner too.
struct Group {
    period: Period,
    currency: Option<Currency>,
    parts: Vec<Part>,
    owners: Vec<TenantId>,
}

/// A row of any selection, which all have the same columns in the same places.
#[derive(Debug)]
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

impl Read {
    /// Places are found at once; a name would be looked for in each row.
    fn of(row: &QueryResult) -> Result<Self, DbErr> {
        Ok(Self {
            question: row.try_get_by_index(0)?,
            owner_tenant_id: row.try_get_by_index(1)?,
            day: row.try_get_by_index(2)?,
            level: row.try_get_by_index(3)?,
            label: row.try_get_by_index(4)?,
            order_count: row.try_get_by_index(5)?,
            revenue_minor: row.try_get_by_index(6)?,
        })
    }
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
        for row in db.query_all(&union_all(selections.iter().cloned())).await? {
            let row = Read::of(&row)?;
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

pub(super) fn currency(code: &str) -> Result<Currency, Fault> {
    let unknown = || Fault::Row(format!("figures in the currency {code:?}, which ISO 4217 does not know"));
    Currency::from_code(code).ok_or_else(unknown)
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
            .expr_as(Expr::cust("CAST(0 AS bigint)"), "revenue_minor")
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
pub(super) fn of_owners<C: ColumnTrait>(
    backend: DbBackend,
    column: C,
    owners: &[TenantId],
) -> Result<SimpleExpr, DbErr> {
    match owners {
        [one] => Ok(column.eq(*one)),
        several => one_of(backend, column, several.iter().map(|owner| (*owner).into()).collect()),
    }
}

/// PostgreSQL's sum of big integers is a decimal number.
pub(super) fn whole(sum: SimpleExpr) -> SimpleExpr {
    Func::cast_as(sum, "bigint").into()
}
