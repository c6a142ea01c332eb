//! `referral_codes`: codes by which companies join below the company that asked for them. Of a code's secret only a hash is stored.

use sea_orm::entity::prelude::*;

use crate::{ReferralCodeId, TenantId, Timestamp, owned::owned};

/// A referral code.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "referral_codes")]
pub struct Model {
    /// The company that asked for it: whoever joins by it joins below.
    pub owner_tenant_id: TenantId,
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ReferralCodeId,
    /// SHA-256 of the secret in force.
    pub secret_hash: Vec<u8>,
    /// The last four characters of that secret.
    pub last_four: String,
    /// When that secret was shown. Before that nobody knows it, and it is good for nothing.
    pub shown_at: Option<Timestamp>,
    /// How many companies may join by it; none: any number.
    pub max_uses: Option<i32>,
    /// How many have.
    pub uses: i32,
    /// Until when it is good; none: until it is revoked.
    pub expires_at: Option<Timestamp>,
    /// What there is to say of it.
    pub note: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was revoked, where it was.
    pub revoked_at: Option<Timestamp>,
}

/// How a row relates to other tables: by ids alone.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

owned!(Entity);
