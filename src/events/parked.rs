//! Events that were kept apart: a consumer could do nothing with them, and went on.
#![expect(clippy::disallowed_methods, reason = "central store: what the program itself could not deal with")]

use entity::{Position, parked_event};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{DbErr, EntityTrait};

use super::Transaction;

/// Keeps the event at `position` apart for the operator, because `consumer` can do nothing with it for `reason`; together with what else
/// `change` writes. What is kept apart already stays as it is.
pub async fn park(change: &Transaction, consumer: &str, position: Position, reason: &str) -> Result<(), DbErr> {
    let row = parked_event::ActiveModel {
        consumer: Set(consumer.to_owned()),
        position: Set(position),
        // PostgreSQL's texts have no NUL.
        reason: Set(reason.replace('\0', " ")),
        parked_at: Set(change.now()),
    };
    let there =
        OnConflict::columns([parked_event::Column::Consumer, parked_event::Column::Position]).do_nothing().to_owned();
    parked_event::Entity::insert(row).on_conflict(there).exec_without_returning(change.db()).await.map(drop)
}
