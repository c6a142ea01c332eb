//! What a quiet connection is to be asked, and when it has been quiet for too long.

use tokio::time::Instant;

use super::closing::Closing;
use crate::http::connections::ConnectionLimits;

/// How quiet a connection is.
pub(super) struct Quiet {
    limits: ConnectionLimits,
    /// When the client was heard last.
    heard_at: Instant,
    /// When something was last under way.
    worked_at: Instant,
    /// When the client was asked since then whether it is there.
    asked_at: Option<Instant>,
}

impl Quiet {
    pub(super) fn new(limits: ConnectionLimits) -> Self {
        let now = Instant::now();
        Self { limits, heard_at: now, worked_at: now, asked_at: None }
    }

    /// The client has said something.
    pub(super) fn heard(&mut self) {
        self.heard_at = Instant::now();
        self.asked_at = None;
    }

    /// Something has come of an operation.
    pub(super) fn worked(&mut self) {
        self.worked_at = Instant::now();
    }

    /// Answers whether the client is to be asked whether it is there. `is_busy` says whether an operation is under way.
    ///
    /// # Errors
    /// Where the connection was quiet for too long.
    pub(super) fn look(&mut self, is_busy: bool) -> Result<bool, Closing> {
        if is_busy {
            self.worked();
        } else if self.worked_at.elapsed() >= self.limits.idle {
            return Err(Closing::Idle);
        }
        match self.asked_at {
            Some(asked_at) if asked_at.elapsed() >= self.limits.ping_after => Err(Closing::Silent),
            Some(_) => Ok(false),
            None if self.heard_at.elapsed() < self.limits.ping_after => Ok(false),
            None => {
                self.asked_at = Some(Instant::now());
                Ok(true)
            }
        }
    }

    /// When to look next.
    pub(super) fn next_look(&self, is_busy: bool) -> Instant {
        let heard = self.asked_at.unwrap_or(self.heard_at) + self.limits.ping_after;
        if is_busy { heard } else { heard.min(self.worked_at + self.limits.idle) }
    }
}
