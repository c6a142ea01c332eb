//! Pages of connections, as in the GraphQL Cursor Connections Specification.

use async_graphql::Result;

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
}

fn size(field: &str, size: i32) -> Result<usize> {
    let expected = || bad_user_input(field, format_args!("a number from 1 to {MAX_PAGE}"));
    usize::try_from(size).ok().filter(|size| (1..=MAX_PAGE).contains(size)).ok_or_else(expected)
}
