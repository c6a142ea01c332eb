//! Pages of connections, as in the GraphQL Cursor Connections Specification.

use async_graphql::Result;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::bus::contract;
use crate::graphql::error::bad_user_input;
use crate::network::downline::{PageRequest, Take};

/// The most that a page may hold.
pub const MAX_PAGE: usize = 100;
/// What a page holds where the client does not say.
pub const DEFAULT_PAGE: usize = 20;

/// The four arguments of a connection.
pub struct Paging {
    /// At most so many from the beginning.
    pub first: Option<i32>,
    /// Only what comes after this cursor.
    pub after: Option<String>,
    /// At most so many from the end.
    pub last: Option<i32>,
    /// Only what comes before this cursor.
    pub before: Option<String>,
}

impl Paging {
    /// The page that is asked for.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for a size out of range, and where both ends are asked for.
    pub fn request(self) -> Result<PageRequest> {
        let take = match (self.first, self.last) {
            (None, None) => Take::First(DEFAULT_PAGE),
            (Some(first), None) => Take::First(size("first", first)?),
            (None, Some(last)) => Take::Last(size("last", last)?),
            (Some(_), Some(_)) => return Err(bad_user_input("last", "left out where first is given")),
        };
        Ok(PageRequest { take, after: self.after, before: self.before })
    }

    /// The page of a module's list that is asked for. Its cursors are those of `kind`, of which `read` makes places.
    ///
    /// # Errors
    /// As [`request`](Self::request); and for what is no cursor of this kind.
    pub fn of_module<C>(self, kind: u8, read: impl Fn(&[u8]) -> Option<C>) -> Result<contract::Page<C>> {
        let PageRequest { take, after, before } = self.request()?;
        let place = |argument, cursor: Option<String>| {
            let place = |cursor: String| place(kind, &cursor).and_then(|bytes| read(&bytes));
            let expected = || bad_user_input(argument, "a cursor of this list; start again without it");
            cursor.map(|cursor| place(cursor).ok_or_else(expected)).transpose()
        };
        let count = |size: usize| u32::try_from(size).unwrap_or(u32::MAX);
        let take = match take {
            Take::First(size) => contract::Take::First(count(size)),
            Take::Last(size) => contract::Take::Last(count(size)),
        };
        Ok(contract::Page { take, after: place("after", after)?, before: place("before", before)? })
    }
}

/// The cursor of the place that `bytes` say, in a list of `kind`: opaque to clients.
pub fn cursor(kind: u8, bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode([&[kind], bytes].concat())
}

/// What the cursor of a place in a list of `kind` says.
pub(super) fn place(kind: u8, cursor: &str) -> Option<Vec<u8>> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
    bytes.strip_prefix(&[kind]).map(<[u8]>::to_vec)
}

fn size(field: &str, size: i32) -> Result<usize> {
    let expected = || bad_user_input(field, format_args!("a number from 1 to {MAX_PAGE}"));
    usize::try_from(size).ok().filter(|size| (1..=MAX_PAGE).contains(size)).ok_or_else(expected)
}
