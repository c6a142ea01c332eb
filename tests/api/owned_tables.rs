//! The schema of tenant-owned tables, as the database itself describes it.

use entity::owned_tables;

use crate::{
    connect,
    support::{Backend, TestDatabase, chain::Replica, on_both_databases},
    texts,
};

on_both_databases!(the_lists_of_owned_tables_agree, unique_indexes_of_owned_tables_start_with_the_owner);

async fn the_lists_of_owned_tables_agree(database: TestDatabase) {
    let _replica = Replica::open(&database.url).await;
    let connection = connect(&database.url).await;
    let with_owner = match database.backend() {
        Backend::Sqlite => {
            "SELECT tables.name FROM sqlite_master tables JOIN pragma_table_info(tables.name) columns \
             WHERE tables.type = 'table' AND columns.name = 'owner_tenant_id' ORDER BY 1"
        }
        Backend::Postgres => {
            "SELECT table_name::text FROM information_schema.columns \
             WHERE table_schema = 'public' AND column_name = 'owner_tenant_id' ORDER BY 1"
        }
    };
    let mut known = owned_tables().map(str::to_owned);
    known.sort();
    assert_eq!(texts(&connection, with_owner).await, known, "of the database, and of entity::owned_tables");
}

async fn unique_indexes_of_owned_tables_start_with_the_owner(database: TestDatabase) {
    let _replica = Replica::open(&database.url).await;
    let connection = connect(&database.url).await;
    for table in owned_tables() {
        // An id of one column is nobody's to choose, so that it tells nothing about another owner's rows.
        let first_columns = match database.backend() {
            Backend::Sqlite => format!(
                "SELECT coalesce(columns.name, 'an expression') FROM pragma_index_list('{table}') indexes \
                 JOIN pragma_index_info(indexes.name) columns \
                 WHERE indexes.\"unique\" = 1 AND columns.seqno = 0 AND NOT (indexes.origin = 'pk' AND columns.name = 'id')"
            ),
            Backend::Postgres => format!(
                "SELECT coalesce(columns.attname::text, 'an expression') FROM pg_index indexes \
                 LEFT JOIN pg_attribute columns ON columns.attrelid = indexes.indrelid AND columns.attnum = indexes.indkey[0] \
                 WHERE indexes.indrelid = '{table}'::regclass AND indexes.indisunique \
                 AND NOT (indexes.indisprimary AND columns.attname = 'id')"
            ),
        };
        let first_columns = texts(&connection, &first_columns).await;
        assert!(!first_columns.is_empty(), "{table} has such an index");
        assert!(first_columns.iter().all(|column| column == "owner_tenant_id"), "{table}: {first_columns:?}");
    }
}
