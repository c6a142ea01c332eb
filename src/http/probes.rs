//! Whether the program lives and can answer, for whoever runs it.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;

use crate::app::App;

/// It lives.
pub(super) async fn healthz() -> &'static str {
    "ok\n"
}

/// It can answer: the database does, and the log is followed.
pub(super) async fn readyz(State(app): State<Arc<App>>) -> (StatusCode, &'static str) {
    if app.is_ready().await { (StatusCode::OK, "ready\n") } else { (StatusCode::SERVICE_UNAVAILABLE, "not ready\n") }
}
