//! `referral_redemptions`: who joined by which referral code. They belong to the company whose code it is.

use sea_orm::entity::prelude::*;

use crate::{ReferralCodeId, TenantId, Timestamp, owned::owned};

/// A company that joined by a code.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "referral_redemptions")]
pub struct Model {
    /// The company whose code it is.
    #[sea_orm(primary_key, auto_increment = false)]
    pub owner_tenant_id: TenantId,
    /// Which code.
    #[sea_orm(primary_key, auto_increment = false)]
    pub code_id: ReferralCodeId,
    /// The company that joined.
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    /// When.
    pub redeemed_at: Timestamp,
}

/// How a row relates to other tables: by ids alone.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

owned!(Entity);
