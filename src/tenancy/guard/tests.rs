//! What the guard lets through, and what it refuses, in the way in which each database writes its placeholders.

use entity::{Owned, TenantId, Timestamp, freeze, membership};
use sea_orm::sea_query::{Expr, IntoCondition};
use sea_orm::{
    ColumnTrait, Condition, DbBackend, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    RelationDef, Statement, Value,
};
use uuid::Uuid;

use super::check;

const OWN: TenantId = TenantId(Uuid::from_u128(1));
const OTHER: TenantId = TenantId(Uuid::from_u128(2));
const OWNER: &str = r#""freezes"."owner_tenant_id" = ?"#;

/// What the guard says of `sql`, in which OWNER stands for the owner's condition, alike for both ways to write placeholders.
fn said(sql: &str, values: &[Value]) -> Result<(), &'static str> {
    let sql = sql.replace("OWNER", OWNER);
    let (mut numbered, mut count) = (String::new(), 0);
    for part in sql.split_inclusive('?') {
        count += usize::from(part.ends_with('?'));
        numbered.push_str(&part.replace('?', &format!("${count}")));
    }
    let said = |backend, sql| check(&Statement::from_sql_and_values(backend, sql, values.to_vec()), OWN);
    let (sqlite, postgres) = (said(DbBackend::Sqlite, sql), said(DbBackend::Postgres, numbered));
    assert_eq!(sqlite, postgres, "the same for both databases");
    sqlite
}

/// Asserts what the guard says of each, all values being the tenant's own id.
#[track_caller]
fn assert_admitted(statements: &[&str]) {
    for sql in statements {
        assert_eq!(said(sql, &vec![OWN.into(); sql.len()]), Ok(()), "{sql}");
    }
}

#[track_caller]
fn assert_refused(statements: &[&str]) {
    for sql in statements {
        assert!(said(sql, &vec![OWN.into(); sql.len()]).is_err(), "{sql}");
    }
}

#[test]
fn statements_with_the_owners_condition_are_admitted() {
    assert_admitted(&[
        r#"SELECT "freezes"."id" FROM "freezes" WHERE OWNER"#,
        r#"SELECT "freezes"."id" FROM "freezes" WHERE OWNER AND ("freezes"."reason" = ? OR "freezes"."reason" = ?) LIMIT ?"#,
        r#"SELECT "id" FROM "freezes" WHERE ("freezes"."reason" = ? OR ?) AND (OWNER) ORDER BY "freezes"."id" ASC"#,
        r#"SELECT "id" FROM "freezes" WHERE (OWNER AND "freezes"."reason" = ?) AND NOT "freezes"."reason" = ?"#,
        r#"SELECT SUM("freezes"."id") AS "sum" FROM "freezes" WHERE OWNER GROUP BY "freezes"."reason" HAVING COUNT(*) > ? OR ?"#,
        r#"SELECT COUNT(*) AS num_items FROM (SELECT "freezes"."id" FROM "freezes" WHERE OWNER LIMIT ?) AS "sub_query""#,
        r#"SELECT "id" FROM "tenants" LEFT JOIN "freezes" ON "freezes"."placed_by_tenant_id" = "tenants"."id" AND OWNER"#,
        r#"SELECT "id" FROM "tenants" WHERE EXISTS(SELECT 1 FROM "freezes" WHERE OWNER) OR ?"#,
        r#"SELECT "id" FROM "freezes" WHERE OWNER UNION SELECT "id" FROM "freezes" WHERE OWNER"#,
        r#"WITH "own" AS (SELECT "id" FROM "freezes" WHERE OWNER) SELECT "id" FROM "own""#,
        r#"UPDATE "freezes" SET "reason" = ? WHERE OWNER AND "freezes"."id" = ? RETURNING "id", "owner_tenant_id""#,
        r#"DELETE FROM "freezes" WHERE OWNER AND "freezes"."id" IN (?, ?)"#,
        r#"SELECT "id" FROM "tenants" WHERE "tenants"."name" = 'frozen'"#,
        r#"SELECT "freezes_and_thaws"."id" FROM "freezes_and_thaws""#,
    ]);
}

#[test]
fn a_tenant_owned_table_without_its_condition_is_refused() {
    assert_refused(&[
        r#"SELECT "freezes"."id" FROM "freezes""#,
        r#"SELECT "id" FROM "freezes" WHERE "freezes"."id" = ?"#,
        r#"SELECT "id" FROM "freezes" WHERE "owner_tenant_id" = ?"#,
        r#"SELECT "id" FROM "freezes" WHERE "freezes"."owner_tenant_id" <> ?"#,
        r#"SELECT "id" FROM "freezes" WHERE "freezes"."owner_tenant_id" = "freezes"."placed_by_tenant_id""#,
        r#"SELECT OWNER FROM "freezes""#,
        r#"SELECT "id" FROM "freezes" GROUP BY "id" HAVING OWNER"#,
        r#"UPDATE "freezes" SET "reason" = ?"#,
        r#"DELETE FROM "freezes""#,
        r#"DROP TABLE "freezes""#,
    ]);
}

#[test]
fn a_condition_that_need_not_be_met_does_not_count() {
    assert_refused(&[
        r#"SELECT "id" FROM "freezes" WHERE OWNER OR "freezes"."id" = ?"#,
        r#"SELECT "id" FROM "freezes" WHERE "freezes"."id" = ? or OWNER"#,
        r#"SELECT "id" FROM "freezes" WHERE OWNER AND ? OR ?"#,
        r#"SELECT "id" FROM "freezes" WHERE ? OR ? AND OWNER"#,
        r#"SELECT "id" FROM "freezes" WHERE OWNER AND (?) OR (?)"#,
        r#"SELECT "id" FROM "freezes" WHERE (?) OR (?) AND (OWNER)"#,
        r#"SELECT "id" FROM "freezes" WHERE (OWNER) OR ?"#,
        r#"SELECT "id" FROM "freezes" WHERE ? AND (? OR (OWNER AND ?))"#,
        r#"SELECT "id" FROM "freezes" WHERE NOT OWNER"#,
        r#"SELECT "id" FROM "freezes" WHERE NOT (OWNER)"#,
        r#"SELECT "id" FROM "freezes" WHERE OWNER IS NULL"#,
        r#"SELECT "id" FROM "freezes" WHERE (OWNER) = FALSE"#,
        r#"SELECT "id" FROM "freezes" WHERE COALESCE(OWNER)"#,
        r#"SELECT "id" FROM "freezes" WHERE ? BETWEEN ? AND OWNER"#,
        r#"SELECT "id" FROM "freezes" WHERE CASE WHEN ? AND OWNER THEN ? END"#,
    ]);
}

#[test]
fn each_place_where_a_table_stands_needs_a_condition_of_its_own() {
    assert_refused(&[
        r#"SELECT "id" FROM "freezes" WHERE OWNER AND "id" IN (SELECT "id" FROM "freezes")"#,
        r#"SELECT "id" FROM "freezes" WHERE OWNER AND OWNER AND "id" IN (SELECT "id" FROM "freezes")"#,
        r#"SELECT "id" FROM "freezes" WHERE "id" IN (SELECT "id" FROM "freezes" WHERE OWNER AND OWNER)"#,
        r#"SELECT "id" FROM "freezes" INNER JOIN "freezes" AS "other" ON ? WHERE OWNER AND OWNER"#,
        r#"SELECT "id" FROM "freezes" WHERE OWNER UNION SELECT "id" FROM "freezes""#,
        r#"SELECT "id" FROM "freezes" AS "other" WHERE "other"."owner_tenant_id" = ?"#,
        r#"SELECT "id" FROM "freezes" INNER JOIN "memberships" ON ? WHERE OWNER"#,
        r#"SELECT "id" FROM "tenants", "freezes" WHERE "tenants"."id" = ?"#,
    ]);
}

#[test]
fn a_join_narrows_only_the_table_that_it_brings_in() {
    assert_refused(&[
        r#"SELECT "id" FROM "freezes" LEFT JOIN "tenants" ON OWNER"#,
        r#"SELECT "id" FROM "tenants" RIGHT JOIN "freezes" ON OWNER"#,
        r#"SELECT "id" FROM "tenants" FULL OUTER JOIN "freezes" ON OWNER"#,
        r#"SELECT "id" FROM "tenants" LEFT JOIN "freezes" ON ? LEFT JOIN "persons" ON OWNER"#,
    ]);
}

#[test]
fn what_was_written_by_hand_is_refused() {
    assert_refused(&[
        r"SELECT id FROM freezes",
        r#"SELECT "id" FROM "Freezes" WHERE OWNER"#,
        r#"SELECT "id" FROM FREEZES WHERE OWNER"#,
        r#"SELECT "id" FROM "freezes" WHERE OWNER AND "id" IN (SELECT "id" FROM [freezes])"#,
        r#"SELECT "id" FROM "freezes" WHERE OWNER AND "id" IN (SELECT "id" FROM 'freezes')"#,
        r#"SELECT "id" FROM "freezes" -- WHERE OWNER"#,
        r#"SELECT "id" FROM "freezes" /* WHERE OWNER */"#,
        r#"SELECT "id" FROM "freezes" WHERE OWNER; DELETE FROM "tenants""#,
        r#"SELECT "id" FROM "freezes" WHERE "reason" = E'\' WHERE OWNER AND '"#,
        r#"SELECT "id" FROM "freezes" WHERE "reason" = $q$ WHERE OWNER AND $q$"#,
        r#"SELECT "id" FROM "freezes" WHERE "reason" = ' WHERE OWNER"#,
        r#"SELECT "id" FROM ("freezes" WHERE OWNER"#,
    ]);
}

#[test]
fn the_condition_must_bind_the_tenant_itself() {
    let sql = r#"SELECT "id" FROM "freezes" WHERE "reason" = 'why' AND "id" = ? AND OWNER"#;
    assert_eq!(said(sql, &[OTHER.into(), OWN.into()]), Ok(()));
    for values in [&[OWN.into(), OTHER.into()][..], &[OWN.into()], &[], &[OWN.into(), OWN.to_string().into()]] {
        assert!(said(sql, values).is_err(), "{values:?}");
    }
}

#[test]
fn an_update_of_the_owner_is_refused() {
    assert_refused(&[
        r#"UPDATE "freezes" SET "owner_tenant_id" = ? WHERE OWNER"#,
        r#"UPDATE "freezes" SET "reason" = (SELECT ? WHERE ?), "owner_tenant_id" = ? WHERE OWNER"#,
        r#"UPDATE "freezes" SET "OWNER_TENANT_ID" = ? WHERE OWNER"#,
    ]);
}

#[test]
fn an_insert_needs_the_owner_in_each_of_its_rows() {
    const INSERT: &str = r#"INSERT INTO "freezes" ("id", "owner_tenant_id") VALUES (?, ?), (?, ?) RETURNING "id""#;
    let (own, other): (Value, Value) = (OWN.into(), OTHER.into());
    let row = |owner: &Value| [other.clone(), owner.clone()];
    assert_eq!(said(INSERT, &[row(&own), row(&own)].concat()), Ok(()));
    assert!(said(INSERT, &[row(&other), row(&own)].concat()).is_err());
    assert!(said(INSERT, &[row(&own), row(&other)].concat()).is_err());
    assert_refused(&[
        r#"INSERT INTO "freezes" ("id") VALUES (?)"#,
        r#"INSERT INTO "freezes" DEFAULT VALUES"#,
        r#"INSERT INTO "freezes" ("id", "owner_tenant_id") VALUES (?, ?), (?, NULL)"#,
        r#"INSERT INTO "freezes" ("id", "owner_tenant_id") VALUES (?, (SELECT "id" FROM "tenants"))"#,
        r#"INSERT INTO "freezes" ("id", "owner_tenant_id") SELECT "id", "id" FROM "tenants""#,
        r#"INSERT INTO "freezes" ("id", "owner_tenant_id") VALUES (?, ?) UNION SELECT "id", "id" FROM "tenants""#,
        r#"INSERT INTO "notes" ("id") SELECT "id" FROM "freezes""#,
        r#"INSERT INTO "notes" ("id") VALUES ((SELECT "id" FROM "freezes"))"#,
        r#"INSERT INTO "notes" ("id") SELECT "id" FROM "freezes" WHERE OWNER"#,
    ]);
}

#[test]
fn a_conflict_is_looked_for_among_the_owners_rows_alone() {
    let insert = |conflict: &str| {
        format!(r#"INSERT INTO "freezes" ("id", "owner_tenant_id") VALUES (?, ?) ON CONFLICT {conflict}"#)
    };
    assert_admitted(&[
        &insert(r#"("owner_tenant_id", "id") DO NOTHING"#),
        &insert(r#"("owner_tenant_id", "id") DO UPDATE SET "reason" = "excluded"."reason" RETURNING "id""#),
    ]);
    assert_refused(&[
        &insert("DO NOTHING"),
        &insert(r#"("id") DO UPDATE SET "reason" = ?"#),
        &insert(r#"("id", "owner_tenant_id") DO UPDATE SET "reason" = ?"#),
        &insert(r#"("owner_tenant_id") DO UPDATE SET "owner_tenant_id" = ?"#),
    ]);
}

/// What sea-orm makes of queries as the handle builds them.
#[test]
fn an_expression_by_hand_cannot_widen_a_query_of_the_handle() {
    let own = || freeze::Entity::find().filter(freeze::Entity::owner_column().eq(OWN));
    let any = || Condition::any().add(freeze::Column::Reason.eq("late")).add(freeze::Column::FrozenAt.gt(Timestamp(1)));
    for backend in [DbBackend::Sqlite, DbBackend::Postgres] {
        let said = |select: sea_orm::Select<freeze::Entity>| check(&select.build(backend), OWN);
        assert_eq!(said(own().filter(any()).order_by_asc(freeze::Column::Id).limit(3)), Ok(()));
        assert_eq!(said(own().filter(Expr::cust("1 = 1 OR 1 = 1"))), Ok(()), "sea-query puts it in brackets");
        assert!(said(own().filter(Expr::cust("1 = 1) OR (1 = 1"))).is_err());
        assert!(said(freeze::Entity::find().filter(any().add(freeze::Entity::owner_column().eq(OWN)))).is_err());
        let relation: RelationDef = freeze::Entity::belongs_to(membership::Entity)
            .from(freeze::Column::FrozenAt)
            .to(membership::Column::CreatedAt)
            .into();
        assert!(said(own().join(JoinType::LeftJoin, relation.clone())).is_err());
        let relation = relation.on_condition(|_, _| membership::Column::OwnerTenantId.eq(OWN).into_condition());
        assert_eq!(said(own().join(JoinType::LeftJoin, relation)), Ok(()));
    }
}
