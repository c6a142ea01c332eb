//! `verify` as an operator runs it.

use sea_orm::ConnectionTrait;

use super::{import, migrated, run};
use crate::support::{TestDatabase, on_both_databases};

on_both_databases!(verify_fails_where_something_differs);

async fn verify_fails_where_something_differs(database: TestDatabase) {
    let url = &database.url;
    migrated(url);
    import(url, "5009 orders imported");
    let said = run(&["verify"], &[("DATABASE_URL", url)]);
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    assert_eq!(String::from_utf8_lossy(&said.stdout), "All that is stored is what a recount says.\n");
    let wrong = "UPDATE orders SET amount_minor = 1 WHERE reference = 'CA-2016-152156'";
    crate::connect(url).await.execute_unprepared(wrong).await.expect("another amount");
    for (arguments, why) in
        [(&["verify"][..], "1 difference; `verify --repair`"), (&["verify", "--repair"], "1 difference left")]
    {
        let said = run(arguments, &[("DATABASE_URL", url)]);
        assert!(!said.status.success());
        let (out, err) = (String::from_utf8_lossy(&said.stdout), String::from_utf8_lossy(&said.stderr));
        assert!(out.starts_with("the row of order") && out.contains("a recount says 99390 minor units"), "{out}");
        assert!(err.contains(why), "{err}");
    }
}
