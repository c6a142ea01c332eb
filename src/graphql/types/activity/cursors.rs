//! Places in feeds, as clients have them: the same in every feed.

use entity::Position;

use crate::graphql::types::paging;

/// Says of a cursor that it is one of a feed.
pub(super) const KIND: u8 = b'a';

/// The cursor of the event at `position`.
#[must_use]
pub fn write(position: Position) -> String {
    paging::cursor(KIND, &position.0.to_be_bytes())
}

/// The place that a cursor of a feed stands for.
#[must_use]
pub fn position(cursor: &str) -> Option<Position> {
    read(&paging::place(KIND, cursor)?)
}

pub(super) fn read(bytes: &[u8]) -> Option<Position> {
    bytes.try_into().ok().map(|bytes| Position(i64::from_be_bytes(bytes))).filter(|position| position.0 > 0)
}
