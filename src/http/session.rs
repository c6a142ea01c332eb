//! How long somebody stays signed in on a connection that stays.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;

use super::connections::Connections;
use crate::app::App;
use crate::auth::{Caller, RightsChange};
use crate::backoff::Backoff;
use crate::clock::Clock;
use crate::error::Fault;

/// Why a connection ends that a client did not end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// The token is good no longer.
    Expired,
    /// The person is no member of the company any more, or it was switched off.
    Forbidden,
    /// The program ends.
    Shutdown,
}

/// Resolves when `caller` is to be sent away.
pub(super) fn ending(app: Arc<App>, connections: &Connections, caller: Caller) -> BoxFuture<'static, Ending> {
    let mut shutdown = connections.ending();
    // From here on no change is missed; what has changed since the caller was signed in is looked at at once.
    let mut changes = app.sign_in.changes();
    changes.mark_changed();
    // Tokens are held against the machine's clock.
    let left = caller.expires_at.0.saturating_sub(Clock::system().now().0);
    let expired = tokio::time::sleep(Duration::from_micros(u64::try_from(left).unwrap_or_default()));
    Box::pin(async move {
        let forbidden = async {
            let (mut looked_up, mut backoff) = (None, Backoff::steady());
            loop {
                // The sender lives as long as the program.
                let _ = changes.changed().await;
                let change = *changes.borrow_and_update();
                match is_still_in(&app, &caller, change, looked_up == Some(change.memberships)).await {
                    Ok(true) => {
                        looked_up = Some(change.memberships);
                        backoff.succeeded();
                    }
                    Ok(false) => return,
                    Err(fault) => {
                        tracing::warn!(%fault, "it is not known whether somebody is still signed in");
                        backoff.pause().await;
                        changes.mark_changed();
                    }
                }
            }
        };
        tokio::select! {
            _ = shutdown.wait_for(|ending| *ending) => Ending::Shutdown,
            () = expired => Ending::Expired,
            () = forbidden => Ending::Forbidden,
        }
    })
}

/// Whether `caller` could still sign in after `change`. Whoever was looked up since memberships have changed is not looked up again.
async fn is_still_in(app: &App, caller: &Caller, change: RightsChange, is_looked_up: bool) -> Result<bool, Fault> {
    Ok(app.sign_in.may_still_act(caller, change.position).await?
        && (is_looked_up || app.sign_in.renewed(caller).await?.is_some()))
}
