//! Which of the database's faults come from what it was asked, and would come again.

use sea_orm::{DbErr, RuntimeErr};
use sqlx::Error;
use sqlx::error::DatabaseError;

/// Whether the same statement with the same values would fail again. Where that is not sure, it is said not to.
pub(super) fn is_lasting(cause: &DbErr) -> bool {
    match cause {
        DbErr::Conn(_) | DbErr::ConnectionAcquire(_) | DbErr::MutexPoisonError => false,
        DbErr::Exec(RuntimeErr::SqlxError(cause)) | DbErr::Query(RuntimeErr::SqlxError(cause)) => match &**cause {
            Error::Database(told) => is_of_values(&**told),
            Error::Encode(_) | Error::Decode(_) | Error::ColumnDecode { .. } => true,
            _ => false,
        },
        // Not the database said so, but who read or wrote its rows.
        _ => true,
    }
}

/// Whether the database found fault with the values that it was given.
fn is_of_values(told: &dyn DatabaseError) -> bool {
    let code = told.code().unwrap_or_default();
    match code.parse::<u32>() {
        // SQLite, whose codes are shorter than PostgreSQL's five characters: the lowest byte is the kind of fault.
        // TOOBIG, CONSTRAINT, MISMATCH, RANGE.
        Ok(number) if code.len() < 5 => matches!(number & 0xff, 18 | 19 | 20 | 25),
        // PostgreSQL: the first two characters are the class. Wrong data, a broken constraint, a limit of the program.
        _ => matches!(code.get(..2), Some("22" | "23" | "54")),
    }
}
