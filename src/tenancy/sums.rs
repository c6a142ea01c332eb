//! Sums of amounts that no statement overflows: they come in two parts, for together they may be more than a number of the database holds.

use sea_orm::sea_query::{Alias, Expr, ExprTrait, Func, FunctionCall};
use sea_orm::{ColumnTrait, DbBackend};

/// What a whole part is.
const PART: i64 = 1_000_000_000;

/// The two parts of the sum of `column`: how many whole parts, and the rest. None of no rows.
pub(crate) fn sums_of(backend: DbBackend, column: impl ColumnTrait) -> [Expr; 2] {
    let amount = || column.into_expr();
    let number = |part: FunctionCall| Expr::from(Func::cast_as(part, Alias::new("bigint")));
    if backend == DbBackend::Postgres {
        // Its sum of big integers is a decimal number of any length, and computed once for both.
        return ["DIV", "MOD"].map(|part| number(Func::cust(part).arg(Func::sum(amount())).arg(PART)));
    }
    [number(Func::sum(amount().div(PART))), number(Func::sum(amount().modulo(PART)))]
}

/// The sum that the two parts of [`sums_of`] make.
pub(crate) fn whole_sum(parts: i64, rest: i64) -> i128 {
    i128::from(parts) * i128::from(PART) + i128::from(rest)
}
