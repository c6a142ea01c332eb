//! Sums of amounts that no statement overflows: whole billions and the rest are added up apart, for together they may be more than a number
//! of the database holds.

use sea_orm::ColumnTrait;
use sea_orm::sea_query::{Alias, Expr, ExprTrait, Func};

/// What a whole part is.
const PART: i64 = 1_000_000_000;

/// The two sums of `column`: of whole parts, and of the rest. None of no rows.
pub(crate) fn sums_of(column: impl ColumnTrait) -> [Expr; 2] {
    // PostgreSQL's sum of big integers is a decimal number.
    let sum = |part: Expr| Expr::from(Func::cast_as(Func::sum(part), Alias::new("bigint")));
    let amount = || column.into_expr();
    [sum(amount().div(PART)), sum(amount().modulo(PART))]
}

/// The sum that the two sums of [`sums_of`] make.
pub(crate) fn whole_sum(parts: i64, rest: i64) -> i128 {
    i128::from(parts) * i128::from(PART) + i128::from(rest)
}
