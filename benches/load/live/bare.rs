//! The least that can be done: each message is made once, and its bytes go to every connection.

use std::net::SocketAddr;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::ws::{Message, Utf8Bytes, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use axum::routing::{get, post};
use clap::Args;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::broadcast;

use super::super::Outcome;

#[derive(Args, Debug)]
pub(crate) struct Options {
    /// Where to listen
    #[arg(long)]
    listen: SocketAddr,
}

/// More messages than any connection is ever behind.
const CAPACITY: usize = 1 << 20;

pub(super) async fn serve(options: &Options) -> Outcome<()> {
    let messages = broadcast::Sender::<Utf8Bytes>::new(CAPACITY);
    let routes = Router::new()
        .route("/graphql", get(connect))
        .route("/events", post(publish))
        .route("/healthz", get(async || "ok\n"))
        .with_state(messages);
    Ok(axum::serve(TcpListener::bind(options.listen).await?, routes).await?)
}

async fn connect(State(messages): State<broadcast::Sender<Utf8Bytes>>, upgrade: WebSocketUpgrade) -> Response {
    let upgrade = upgrade.read_buffer_size(4096).write_buffer_size(0).protocols(["graphql-transport-ws"]);
    upgrade.on_upgrade(|socket| async move {
        // Whoever is gone is told nothing.
        let _ = tell(socket, messages).await;
    })
}

async fn tell(mut socket: WebSocket, messages: broadcast::Sender<Utf8Bytes>) -> Outcome<()> {
    let _init = socket.recv().await;
    socket.send(Message::text(r#"{"type":"connection_ack"}"#)).await?;
    let _subscribe = socket.recv().await;
    let mut messages = messages.subscribe();
    loop {
        tokio::select! {
            message = messages.recv() => socket.send(Message::Text(message?)).await?,
            heard = socket.recv() => if heard.is_none() { return Ok(()) },
        }
    }
}

/// Makes of an event a message that is about as long as the server's.
async fn publish(State(messages): State<broadcast::Sender<Utf8Bytes>>, body: Bytes) -> &'static str {
    let event: Value = serde_json::from_slice(&body).unwrap_or_default();
    let node = json!({
        "id": "event_00000000000000000000000004", "type": event["type"], "occurredAt": event["data"]["placedAt"], "distance": 3,
        "summary": "An order of Some Company over 12.50 USD came to be PLACED", "data": event["data"],
        "subject": { "resellerId": "reseller_33atezrk49a3n834xffsmw34jh", "name": "Some Company" },
    });
    let payload = json!({ "data": { "activity": { "cursor": "YQAAAAAAAAAE", "node": node } } });
    let message = json!({ "id": "feed", "type": "next", "payload": payload });
    // Nobody may be there yet.
    let _ = messages.send(message.to_string().into());
    "ok\n"
}
