//! Tokens of services.

use super::{SECRET, refusal, run};

const GRANTED: [&str; 8] =
    ["token", "--service", "orders", "--scope", "events:write", "--types", "ResellerOrders.", "--sources"];

#[test]
fn a_service_gets_a_token_without_a_database() {
    let output = run(&[&GRANTED[..], &["/orders,/shop"]].concat(), &[("JWT_SECRET", SECRET)]);
    let said = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!((said.lines().count(), said.trim().split('.').count()), (1, 3), "{said}");
}

#[test]
fn a_service_is_bound_to_something_and_is_no_person() {
    let own = [&GRANTED[..], &["reseller-network"]].concat();
    assert!(refusal(&run(&own, &[("JWT_SECRET", SECRET)])).contains("this program's own"));
    let everything = [&GRANTED[..], &["/orders,"]].concat();
    assert!(refusal(&run(&everything, &[("JWT_SECRET", SECRET)])).contains("a prefix of sources is empty"));
    let person = [&GRANTED[..], &["/orders", "--user", "ann@example.com"]].concat();
    let half: &[&str] = &["token", "--service", "orders", "--scope", "events:write", "--types", "ResellerOrders."];
    for command in [&person[..], half, &["token"], &["token", "--user", "a@b.example", "--types", "X."]] {
        let output = run(command, &[("JWT_SECRET", SECRET)]);
        assert!(!output.status.success() && output.stdout.is_empty(), "{command:?}");
    }
}
