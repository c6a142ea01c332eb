//! Lists of requests.

use serde_json::{Value, json};

use super::Line;
use crate::support::{TestDatabase, on_both_databases};

on_both_databases!(a_list_is_paged_and_filtered_from_both_sides);

async fn a_list_is_paged_and_filtered_from_both_sides(database: TestDatabase) {
    let line: Line<3> = Line::open(database).await;
    let mut ids = Vec::new();
    for number in 0..5 {
        ids.insert(0, line.asks_credit(2, "1.00", &format!("{number}")).await["id"].clone());
    }
    let access = json!({ "request": { "catalogAccess": { "category": "mug" } }, "idempotencyKey": "access" });
    ids.insert(0, line.request(2, "requestUpline", access).await["id"].clone());
    line.request(2, "cancelUplineRequest", json!({ "id": ids[5] })).await;
    for (place, direction) in [(2, "OUTGOING"), (1, "INCOMING")] {
        let list = async |arguments: &str| {
            let document = format!(
                "{{ uplineRequests(direction: {direction}, {arguments}) {{ edges {{ cursor node {{ id }} }}
                    pageInfo {{ hasNextPage hasPreviousPage }} totalCount }} }}"
            );
            line.ask(place, &document, json!({})).await["uplineRequests"].clone()
        };
        let of = |list: &Value| -> Vec<Value> {
            list["edges"]
                .as_array()
                .map(|edges| edges.iter().map(|edge| edge["node"]["id"].clone()).collect())
                .unwrap_or_default()
        };
        let page = list("first: 4").await;
        assert_eq!((of(&page), &page["totalCount"]), (ids[..4].to_vec(), &json!(6)), "newest first");
        assert_eq!(page["pageInfo"], json!({ "hasNextPage": true, "hasPreviousPage": false }));
        let cursor = page["edges"][3]["cursor"].as_str().unwrap_or_default().to_owned();
        let rest = list(&format!("first: 4, after: \"{cursor}\"")).await;
        assert_eq!((of(&rest), &rest["pageInfo"]["hasNextPage"]), (ids[4..].to_vec(), &json!(false)));
        assert_eq!(of(&list(&format!("last: 2, before: \"{cursor}\"")).await), ids[1..3]);
        assert_eq!(of(&list("status: [CANCELLED]").await), ids[5..]);
        let some = list("status: [PENDING], action: [REQUEST_CATALOG_ACCESS]").await;
        assert_eq!((of(&some), &some["totalCount"]), (ids[..1].to_vec(), &json!(1)));
    }
    let others = line.ask(0, "{ uplineRequests(direction: INCOMING) { totalCount } }", json!({})).await;
    assert_eq!(others["uplineRequests"]["totalCount"], 0, "who has no part sees none");
}
