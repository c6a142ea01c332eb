//! A page of the root's feed: events of orders, which it sees as one who is above their placers.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use entity::{TenantId, Timestamp, public_id};
use serde::{Deserialize, Serialize};
use tokio_postgres::Row;
use uuid::Uuid;

use super::super::Outcome;
use super::json::Id;
use super::pool::{Connection, Pool};

/// The statement behind it.
pub(super) const SQL: &str = include_str!("sql/feed.sql");

/// How many events a page has.
const PAGE: usize = 50;

/// What is asked, besides whose feed.
#[derive(Deserialize)]
pub(super) struct Wanted {
    #[serde(rename = "type")]
    kind: String,
    before: i64,
}

#[derive(Serialize)]
struct Data<'a> {
    data: Fields<'a>,
}

#[derive(Serialize)]
struct Fields<'a> {
    activity: Activity<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Activity<'a> {
    nodes: Vec<Event<'a>>,
    page_info: PageInfo,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PageInfo {
    has_next_page: bool,
    end_cursor: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Event<'a> {
    id: String,
    #[serde(rename = "type")]
    kind: &'a str,
    module: &'static str,
    occurred_at: String,
    recorded_at: String,
    distance: i32,
    subject: Subject<'a>,
    data: Told<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Subject<'a> {
    reseller_id: Id,
    name: &'a str,
}

/// What is told of an order to those above its placer.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Told<'a> {
    order_id: String,
    #[serde(flatten)]
    rest: Rest<'a>,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct Rest<'a> {
    from: Option<&'a str>,
    to: &'a str,
    amount_minor: i64,
    currency: &'a str,
    placed_at: &'a str,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OrderId {
    order_id: Uuid,
}

/// The page that is asked for.
pub(super) async fn feed(
    State(pool): State<Arc<Pool>>,
    Path(id): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Response {
    super::answer(write(pool.next(), &id, &wanted).await)
}

async fn write(connection: &Connection, owner: &str, wanted: &Wanted) -> Outcome<Vec<u8>> {
    let owner = TenantId::parse(owner).ok_or("no company")?.0;
    let rows = connection.client.query(&connection.feed, &[&owner, &wanted.kind, &wanted.before]).await?;
    let nodes = rows.iter().take(PAGE).map(|row| event(row, &wanted.kind)).collect::<Outcome<Vec<_>>>()?;
    let last = rows.get(..PAGE.min(rows.len())).and_then(<[Row]>::last);
    let end_cursor = last.map(|row| row.try_get(0)).transpose()?.map(cursor);
    let page_info = PageInfo { has_next_page: rows.len() > PAGE, end_cursor };
    Ok(serde_json::to_vec(&Data { data: Fields { activity: Activity { nodes, page_info } } })?)
}

fn event<'a>(row: &'a Row, kind: &'a str) -> Outcome<Event<'a>> {
    let position: i64 = row.try_get(0)?;
    let data: &str = row.try_get(6)?;
    let OrderId { order_id } = serde_json::from_str(data)?;
    Ok(Event {
        id: public_id::write("event", Uuid::from_u128(u128::from(position.unsigned_abs()))),
        kind,
        module: "ORDERS",
        occurred_at: Timestamp(row.try_get(2)?).to_rfc3339(),
        recorded_at: Timestamp(row.try_get(3)?).to_rfc3339(),
        distance: row.try_get(1)?,
        subject: Subject { reseller_id: Id(row.try_get(4)?), name: row.try_get(5)? },
        data: Told { order_id: public_id::write("order", order_id), rest: serde_json::from_str(data)? },
    })
}

fn cursor(position: i64) -> String {
    URL_SAFE_NO_PAD.encode([b"a", &position.to_be_bytes()[..]].concat())
}
