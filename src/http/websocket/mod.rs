//! `/graphql` over WebSocket, by the protocol `graphql-transport-ws` (the file PROTOCOL.md of enisdenjo/graphql-ws). The library's own handler breaks
//! several of its rules.
//!
//! - `message`: what goes over the wire. `closing`: with which codes and reasons a connection ends.
//! - `connection`: one connection from its first message to its last. `operations`: what is under way on it. `quiet`: whether anybody is still there.
//!   `dormant`: what is seldom looked at.

mod closing;
mod connection;
mod dormant;
mod message;
mod operations;
mod quiet;

use std::sync::Arc;

use axum::extract::WebSocketUpgrade;
use axum::http::HeaderMap;
use axum::response::Response;

use self::connection::Connection;
use super::connections::{Connections, Counted, TooMany};
use crate::app::App;

/// The sub-protocol that is spoken.
const PROTOCOL: &str = "graphql-transport-ws";

/// What is read at once, in bytes: a connection has it for as long as it stays, most of them are idle, and it is made empty before it is looked whether
/// there is anything.
const READ_BUFFER: usize = 1024;

/// What is written at once, in bytes, where more than one message is to be sent: a packet for each would cost more than what is in it.
const WRITE_BUFFER: usize = 16 * 1024;

/// Turns a request into a connection.
pub(super) fn upgrade(
    upgrade: WebSocketUpgrade,
    app: Arc<App>,
    connections: Arc<Connections>,
    counted: Result<Counted, TooMany>,
    headers: &HeaderMap,
    request_id: String,
) -> Response {
    let most = connections.limits.message_bytes;
    let upgrade = upgrade
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(WRITE_BUFFER)
        .max_message_size(most)
        .max_frame_size(most);
    let headers = connection::copied(headers);
    upgrade.protocols([PROTOCOL]).on_upgrade(move |socket| async move {
        Connection::new(socket, app, connections, headers, request_id).run(counted).await;
    })
}
