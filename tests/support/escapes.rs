//! Watches every statement of a whole program for one that touches a tenant's rows without saying whose.

use std::sync::{Arc, Mutex, PoisonError};

use entity::owned_tables;
use reseller_network::tenancy::Observer;
use sea_orm::Statement;

/// What central stores may ask of owned tables without naming one owner: for whole persons, for the whole chain, for a part of it, for
/// those who trade with one another, or by age alone.
const CENTRAL: [&str; 36] = [
    r#"FROM "memberships" WHERE "memberships"."person_id" = "#,
    r#"FROM "freezes" ORDER BY "freezes"."id" ASC"#,
    r#"FROM "freezes" WHERE "freezes"."owner_tenant_id" IN ("#,
    r#"FROM "freezes" WHERE "freezes"."id" = "#,
    // A price is made of what a whole line has set.
    r#"FROM "price_overrides" WHERE "price_overrides"."owner_tenant_id" IN ("#,
    r#"FROM "catalog_access" WHERE "catalog_access"."owner_tenant_id" IN ("#,
    r#"FROM "network_settings" WHERE "network_settings"."owner_tenant_id" IN ("#,
    // Orders are seen by all on their way; `sight` decides what of them.
    r#"FROM "orders" WHERE "orders"."id" = "#,
    r#"FROM "orders" WHERE "orders"."id" IN ("#,
    r#"FROM "orders" WHERE id IN ("#,
    r#"FROM "orders" WHERE "orders"."holder_tenant_id" = "#,
    r#"FROM "orders" WHERE "orders"."owner_tenant_id" IN ("#,
    // A posting is in two ledgers.
    r#"(SELECT max(number) FROM "ledger_entries" WHERE owner_tenant_id = tenants.id)"#,
    r#"FROM "ledger_accounts" WHERE "ledger_accounts"."owner_tenant_id" IN ("#,
    r#"FROM "network_cache" WHERE "network_cache"."owner_tenant_id" IN ("#,
    r#"SELECT "network_cache"."as_of" FROM "network_cache" WHERE "network_cache"."as_of" < "#,
    r#"DELETE FROM "network_cache" WHERE "network_cache"."as_of" <= "#,
    // Figures of several companies, each of which the caller reaches; and those who led, which are looked for in the whole chain.
    r#"FROM "daily_figures" WHERE "daily_figures"."owner_tenant_id" IN ("#,
    r#"FROM "daily_figures" WHERE "daily_figures"."level" = (0) AND "#,
    // What is too old in everybody's feed.
    r#"DELETE FROM "network_activity_feed" WHERE "network_activity_feed"."owner_tenant_id" IN ("#,
    // The import: what is known of the rows of a batch.
    r#"SELECT "price_overrides"."product_id" FROM "price_overrides" LIMIT "#,
    r#"FROM "price_overrides" WHERE "price_overrides"."owner_tenant_id" IN ("#,
    r#"SELECT "orders"."id" FROM "orders" LIMIT "#,
    r#"FROM "ledger_entries" WHERE "ledger_entries"."owner_tenant_id" IN ("#,
    r#"FROM "credit_limits" WHERE "credit_limits"."owner_tenant_id" IN ("#,
    // A request is seen by those who are asked; `reading` and `deciding` say by whom. What is due belongs to nobody.
    r#"FROM "upline_requests" WHERE "upline_requests"."id" = "#,
    r#"FROM "upline_requests" WHERE "upline_requests"."id" IN ("#,
    r#"FROM "upline_requests" WHERE "upline_requests"."due_at" <= "#,
    r#"FROM "upline_requests" WHERE "upline_requests"."status" = "#,
    r#"UPDATE "upline_requests" SET "due_at" = "#,
    r#"FROM "upline_hops" WHERE "upline_hops"."request_id" IN ("#,
    r#"FROM "upline_hops" WHERE "upline_hops"."request_id" = "#,
    // Who joins knows a secret, and not whose it is.
    r#"FROM "referral_codes" WHERE "referral_codes"."secret_hash" = "#,
    // The export: the rows of the whole chain.
    r#"FROM "price_overrides" GROUP BY "price_overrides"."owner_tenant_id""#,
    r#"FROM "orders" GROUP BY "orders"."owner_tenant_id""#,
    r#"FROM "order_lines" WHERE "order_lines"."owner_tenant_id" IN ("#,
];

/// The statements that escaped. A test that ends with one has failed.
#[derive(Clone, Default)]
pub(crate) struct Escapes(Arc<Mutex<Vec<String>>>);

impl Escapes {
    /// Sees the statements of a database that is opened with it.
    pub(crate) fn observer(&self) -> Observer {
        let escaped = self.0.clone();
        Arc::new(move |statement: &Statement| {
            let sql = &statement.sql;
            let touches = |table: &&str| sql.contains(&format!("\"{table}\""));
            let inserts = sql.starts_with("INSERT") && sql.contains("\"owner_tenant_id\"");
            let bound = |table: &str| inserts || sql.contains(&format!("\"{table}\".\"owner_tenant_id\" = "));
            let escapes = owned_tables().iter().filter(|table| touches(table)).any(|table| !bound(table));
            if escapes
                && !CENTRAL.iter().any(|allowed| sql.contains(allowed))
                && !sql.contains("CREATE ")
                && !sql.starts_with("ALTER ")
            {
                escaped.lock().unwrap_or_else(PoisonError::into_inner).push(sql.clone());
            }
        })
    }
}

impl Drop for Escapes {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let escaped = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            assert!(escaped.is_empty(), "statements without their owner's condition: {escaped:#?}");
        }
    }
}
