//! `orders`: an order that travels up the chain, one row for all of its way. It belongs to the company that placed it.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{OrderId, TenantId, Timestamp, owned::owned};

/// An order.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "orders")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: OrderId,
    /// The company that placed it.
    pub owner_tenant_id: TenantId,
    /// What the placer calls it; unique among the placer's orders.
    pub reference: String,
    /// Whether it came from a file: then it has no rows of legs, and its amount stands for every leg of its way.
    pub imported: bool,
    /// How far it is.
    pub status: OrderStatus,
    /// Whose turn it is.
    pub holder_tenant_id: TenantId,
    /// What the placer pays in (ISO 4217).
    pub currency: String,
    /// What the placer pays: minor units.
    pub amount_minor: i64,
    /// When it was placed.
    pub placed_at: Timestamp,
    /// When it was delivered.
    pub delivered_at: Option<Timestamp>,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// How far an order is: `PLACED → AWAITING_FORWARD → FORWARDED (→ …) → CONFIRMED → SHIPPED → DELIVERED`, or `CANCELLED`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, DeriveValueType)]
#[sea_orm(value_type = "String")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum OrderStatus {
    /// Its first holder has it, and has done nothing yet.
    Placed,
    /// Its holder has taken it in and is to pass it on.
    AwaitingForward,
    /// It was passed on to its present holder.
    Forwarded,
    /// The root will deliver it.
    Confirmed,
    /// It is on its way.
    Shipped,
    /// It has arrived.
    Delivered,
    /// It will not be delivered.
    Cancelled,
}

impl OrderStatus {
    /// All of them, in the order of an order's way.
    pub const ALL: [Self; 7] = [
        Self::Placed,
        Self::AwaitingForward,
        Self::Forwarded,
        Self::Confirmed,
        Self::Shipped,
        Self::Delivered,
        Self::Cancelled,
    ];

    /// The word that the database and the API use.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Placed => "PLACED",
            Self::AwaitingForward => "AWAITING_FORWARD",
            Self::Forwarded => "FORWARDED",
            Self::Confirmed => "CONFIRMED",
            Self::Shipped => "SHIPPED",
            Self::Delivered => "DELIVERED",
            Self::Cancelled => "CANCELLED",
        }
    }
}

impl std::fmt::Display for OrderStatus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::str::FromStr for OrderStatus {
    type Err = sea_orm::sea_query::ValueTypeErr;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|status| status.as_str() == word).ok_or(sea_orm::sea_query::ValueTypeErr)
    }
}

impl sea_orm::TryFromU64 for OrderStatus {
    /// No database numbers states.
    fn try_from_u64(_: u64) -> Result<Self, DbErr> {
        Err(DbErr::ConvertFromU64("OrderStatus"))
    }
}

/// How a row relates to other tables: by ids alone.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

owned!(Entity);
