//! What is asked of codes.

use std::collections::HashMap;

use entity::{ReferralCodeId, TenantId, Timestamp, referral_code, referral_redemption};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, Condition, Order};

use super::{Referrals, claimable_since, status};
use crate::bus::contract::Listed;
use crate::bus::contract::admin::{
    ListedReferralCodes, Redemptions, ReferralCode, ReferralCodeStatus, ReferralCodesQuery, ReferralTerms,
};
use crate::error::Fault;
use crate::tenancy::{ROWS_A_STATEMENT, TenantDb};

impl Referrals {
    /// The part of the list of `company`'s codes that `query` asks for, newest first.
    pub(super) async fn list(
        &self,
        company: TenantId,
        query: ReferralCodesQuery,
    ) -> Result<ListedReferralCodes, Fault> {
        let ReferralCodesQuery { statuses, page } = query;
        let now = self.clock.now();
        let any = statuses.map(|statuses| {
            statuses.into_iter().fold(Condition::any(), |any, status| any.add(has_status(status, now)))
        });
        let wanted = Condition::all().add_option(any);
        let window = Condition::all()
            .add_option(page.after.map(|place| referral_code::Column::Id.lt(place)))
            .add_option(page.before.map(|place| referral_code::Column::Id.gt(place)));
        let sort = if page.is_from_the_end() { Order::Asc } else { Order::Desc };
        let read = async |own: TenantDb| {
            let total = own.find::<referral_code::Entity>().filter(wanted.clone()).count().await?;
            let rows = own.find::<referral_code::Entity>().filter(wanted).filter(window);
            let rows = rows.order_by(referral_code::Column::Id, sort).limit(page.rows_to_read());
            Ok::<_, Fault>((rows.all().await?, total))
        };
        let (rows, total) = self.central.run_in_tenant(company, read).await?;
        let Listed { entries, has_next, has_previous } = page.listed(rows);
        let entries = entries.into_iter().map(|row| told(row, now)).collect();
        Ok(ListedReferralCodes { page: Listed { entries, has_next, has_previous }, total })
    }

    /// Those of the codes `ids` that are `company`'s, in this order.
    pub(super) async fn codes(&self, company: TenantId, ids: &[ReferralCodeId]) -> Result<Vec<ReferralCode>, Fault> {
        let now = self.clock.now();
        let mut found = HashMap::new();
        for ids in ids.chunks(ROWS_A_STATEMENT) {
            let some = referral_code::Column::Id.is_in(ids.iter().copied());
            let find = async |own: TenantDb| own.find::<referral_code::Entity>().filter(some).all().await;
            let rows = self.central.run_in_tenant(company, find).await?;
            found.extend(rows.into_iter().map(|row| (row.id, told(row, now))));
        }
        Ok(ids.iter().filter_map(|id| found.get(id).cloned()).collect())
    }

    /// Those who joined by these codes of `company`, newest first.
    pub(super) async fn redemptions(
        &self,
        company: TenantId,
        codes: &[ReferralCodeId],
    ) -> Result<Vec<Redemptions>, Fault> {
        let mut joined: HashMap<ReferralCodeId, Vec<TenantId>> = codes.iter().map(|code| (*code, Vec::new())).collect();
        for codes in codes.chunks(ROWS_A_STATEMENT) {
            let of_codes = referral_redemption::Column::CodeId.is_in(codes.iter().copied());
            let find = async |own: TenantDb| {
                let redemptions = own.find::<referral_redemption::Entity>().filter(of_codes);
                redemptions.order_by(referral_redemption::Column::TenantId, Order::Desc).all().await
            };
            for row in self.central.run_in_tenant(company, find).await? {
                joined.entry(row.code_id).or_default().push(row.tenant_id);
            }
        }
        Ok(joined.into_iter().map(|(code, companies)| Redemptions { code, companies }).collect())
    }
}

fn told(row: referral_code::Model, now: Timestamp) -> ReferralCode {
    let status = status(&row, now);
    let referral_code::Model { id, last_four, max_uses, uses, expires_at, note, created_at, .. } = row;
    ReferralCode { id, last_four, status, terms: ReferralTerms { max_uses, expires_at, note }, uses, created_at }
}

/// The rows that have a status: what [`status`] says of a row, said in the database.
fn has_status(wanted: ReferralCodeStatus, now: Timestamp) -> Condition {
    use referral_code::Column;

    let used_up = Expr::col(Column::Uses).gte(Expr::col(Column::MaxUses));
    let not_used_up =
        Condition::any().add(Column::MaxUses.is_null()).add(Expr::col(Column::Uses).lt(Expr::col(Column::MaxUses)));
    let is_over = Column::ExpiresAt.lte(now);
    let is_unclaimed = Condition::all().add(Column::ShownAt.is_null()).add(Column::CreatedAt.lte(claimable_since(now)));
    let not_over = Condition::any().add(Column::ExpiresAt.is_null()).add(Column::ExpiresAt.gt(now));
    let not_unclaimed =
        Condition::any().add(Column::ShownAt.is_not_null()).add(Column::CreatedAt.gt(claimable_since(now)));
    let not_revoked = Condition::all().add(Column::RevokedAt.is_null());
    match wanted {
        ReferralCodeStatus::Revoked => Condition::all().add(Column::RevokedAt.is_not_null()),
        ReferralCodeStatus::UsedUp => not_revoked.add(used_up),
        ReferralCodeStatus::Expired => {
            not_revoked.add(not_used_up).add(Condition::any().add(is_over).add(is_unclaimed))
        }
        ReferralCodeStatus::Active => not_revoked.add(not_used_up).add(not_over).add(not_unclaimed),
    }
}
