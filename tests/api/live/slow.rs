//! Subscribers that do not keep up.

use serde_json::{Value, json};

use super::{FEED, Line, have_begun, number};
use crate::support::{TestDatabase, on_both_databases};

on_both_databases!(
    a_subscriber_that_stops_reading_slows_nobody_and_misses_nothing,
    who_comes_after_one_that_stopped_reading_is_told_at_once,
    a_replay_of_long_events_misses_none,
);

async fn a_subscriber_that_stops_reading_slows_nobody_and_misses_nothing(database: TestDatabase) {
    const EVENTS: usize = 3_000;
    let line = Line::open(database).await;
    let (mut slow, mut fast) = (line.connect("grace", line.own).await, line.connect("ada", line.own).await);
    for socket in [&mut slow, &mut fast] {
        socket.subscribe("feed", FEED, json!({ "filter": { "modules": ["ORDERS"] } })).await;
        have_begun(socket).await;
    }
    // More than the buffers between both ends and the server's own hold.
    let text = "x".repeat(4_000);
    for numbers in (0..EVENTS).collect::<Vec<_>>().chunks(100) {
        line.happen(line.child, numbers, &text).await;
    }
    for expected in 0..EVENTS {
        assert_eq!(number(&fast.next_of("feed").await["activity"]), expected);
    }
    // It goes on where it is, and where it was too slow for its group, after the cursor that it is told.
    let mut expected = 0;
    while expected < EVENTS {
        let message = slow.message().await;
        if message["type"] == "error" {
            let error = &message["payload"][0];
            assert_eq!(error["extensions"]["code"], "SLOW_CONSUMER", "{message}");
            let variables = json!({ "filter": { "modules": ["ORDERS"] }, "after": error["extensions"]["cursor"] });
            slow.subscribe("feed", FEED, variables).await;
            continue;
        }
        let edge: &Value = &message["payload"]["data"]["activity"];
        assert_eq!(number(edge), expected, "{message}");
        expected += 1;
    }
}

async fn a_replay_of_long_events_misses_none(database: TestDatabase) {
    const EVENTS: usize = 60;
    let line = Line::open(database).await;
    let mut before = line.connect("grace", line.own).await;
    before.subscribe("feed", FEED, json!({ "filter": { "modules": ["ORDERS"] } })).await;
    have_begun(&mut before).await;
    line.happens(line.child, 0).await;
    let cursor = before.next_of("feed").await["activity"]["cursor"].clone();
    // Of each length, so that pages are cut in different places.
    for number in 1..EVENTS {
        line.happen(line.child, &[number], &"x".repeat(number * 2_000)).await;
    }
    line.app.is_caught_up().await;
    let mut after = line.connect("ada", line.own).await;
    after.subscribe("feed", FEED, json!({ "filter": { "modules": ["ORDERS"] }, "after": cursor })).await;
    for expected in 1..EVENTS {
        assert_eq!(number(&after.next_of("feed").await["activity"]), expected);
    }
}

async fn who_comes_after_one_that_stopped_reading_is_told_at_once(database: TestDatabase) {
    const EVENTS: usize = 1_500;
    let line = Line::open(database).await;
    let mut slow = line.connect("grace", line.own).await;
    slow.subscribe("feed", FEED, json!({ "filter": { "modules": ["ORDERS"] } })).await;
    have_begun(&mut slow).await;
    let text = "x".repeat(20_000);
    for numbers in (0..EVENTS).collect::<Vec<_>>().chunks(100) {
        line.happen(line.child, numbers, &text).await;
    }
    line.app.is_caught_up().await;
    let mut newcomer = line.connect("ada", line.own).await;
    newcomer.subscribe("feed", FEED, json!({ "filter": { "modules": ["ORDERS"] } })).await;
    have_begun(&mut newcomer).await;
    line.happens(line.child, EVENTS).await;
    assert_eq!(number(&newcomer.next_of("feed").await["activity"]), EVENTS);
    // The other goes on where it is.
    for expected in 0..=EVENTS {
        assert_eq!(number(&slow.next_of("feed").await["activity"]), expected);
    }
}
