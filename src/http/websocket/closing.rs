//! With which codes and reasons a connection ends (the protocol's own; RFC 6455, section 7.4.1).

use axum::extract::ws::{CloseFrame, Utf8Bytes};

use crate::http::connections::TooMany;
use crate::http::session::Ending;

/// The longest reason, in bytes (RFC 6455, section 5.5).
const MAX_REASON: usize = 123;

/// Why the server ends a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Closing {
    /// A message that the protocol does not have, or not in this form.
    Invalid(String),
    /// Something was asked before the client has said who it is.
    Unacknowledged,
    /// Nobody may sign in like this.
    Forbidden,
    /// The client speaks another sub-protocol.
    Protocol,
    /// The client did not say in time who it is.
    InitTimeout,
    /// An operation with the id of one that is under way.
    Duplicate(String),
    /// The client said twice who it is.
    InitTwice,
    /// The token is good no longer.
    Expired,
    /// There are too many connections.
    TooMany(TooMany),
    /// The client cannot be signed in at the moment.
    Unavailable,
    /// A message that is too long.
    TooLong(usize),
    /// A text that is no UTF-8.
    NotUtf8,
    /// Nothing was under way for too long.
    Idle,
    /// The client did not say for too long that it is still there.
    Silent,
    /// The program ends.
    Shutdown,
}

impl Closing {
    pub(super) fn frame(&self) -> CloseFrame {
        let (code, reason) = match self {
            Self::Invalid(why) => (4400, why.clone()),
            Self::Unacknowledged => (4401, "Unauthorized".to_owned()),
            Self::Expired => (4401, "The token has expired".to_owned()),
            Self::Forbidden => (4403, "Forbidden".to_owned()),
            Self::Protocol => (4406, "Subprotocol not acceptable".to_owned()),
            Self::InitTimeout => (4408, "Connection initialisation timeout".to_owned()),
            Self::Duplicate(id) => (4409, format!("Subscriber for {id} already exists")),
            Self::InitTwice => (4429, "Too many initialisation requests".to_owned()),
            Self::Idle => (1000, "Nothing was under way for too long".to_owned()),
            Self::Silent => (1001, "No answer to a ping".to_owned()),
            Self::Shutdown => (1001, "The server is going away".to_owned()),
            Self::NotUtf8 => (1007, "A text that is no UTF-8".to_owned()),
            Self::TooLong(most) => (1009, format!("A message that is longer than {most} bytes")),
            Self::TooMany(which) => (1013, which.reason().to_owned()),
            Self::Unavailable => (1013, "Signing in is not possible at the moment. Try again later".to_owned()),
        };
        CloseFrame { code, reason: shortened(reason) }
    }
}

impl From<Ending> for Closing {
    fn from(ending: Ending) -> Self {
        match ending {
            Ending::Expired => Self::Expired,
            Ending::Forbidden => Self::Forbidden,
            Ending::Shutdown => Self::Shutdown,
        }
    }
}

fn shortened(mut reason: String) -> Utf8Bytes {
    let end = (0..=MAX_REASON.min(reason.len())).rev().find(|end| reason.is_char_boundary(*end));
    reason.truncate(end.unwrap_or_default());
    reason.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_fits_into_its_frame_whatever_the_client_has_sent() {
        let reason = Closing::Duplicate("ü".repeat(500)).frame().reason;
        assert!(reason.len() <= MAX_REASON && reason.starts_with("Subscriber for üü"), "{reason}");
        assert_eq!(Closing::Duplicate("1".to_owned()).frame().reason.as_str(), "Subscriber for 1 already exists");
    }
}
