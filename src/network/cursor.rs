//! Where a page of a listing begins or ends: opaque to clients, and good for as long as the listing's order is.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use entity::{TenantId, Timestamp};
use uuid::Uuid;

use super::downline::{Direction, Order, OrderField};

/// A cursor that does not, or no longer, name a place in the listing.
///
/// Deliberately the same for one that was never given out, one of another listing or order, and one of a company that is
/// out of sight by now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the cursor is not valid in this list, or no longer; start again without it")]
pub struct InvalidCursor;

/// What an ordered listing is sorted by, before the id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum SortKey<'a> {
    /// Without regard to case.
    Name(&'a str),
    JoinedAt(Timestamp),
    DescendantCount(u64),
}

/// A place in a listing, as a cursor carries it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// In tree order: at this company, which must still be there.
    Tree(TenantId),
    /// In a sorted listing: at this key and id, whether or not anything is there.
    Sorted(Order, OwnedKey, TenantId),
}

/// A [`SortKey`] that stands on its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum OwnedKey {
    Name(String),
    JoinedAt(Timestamp),
    DescendantCount(u64),
}

impl OwnedKey {
    pub(super) fn as_key(&self) -> SortKey<'_> {
        match self {
            Self::Name(name) => SortKey::Name(name),
            Self::JoinedAt(at) => SortKey::JoinedAt(*at),
            Self::DescendantCount(count) => SortKey::DescendantCount(*count),
        }
    }
}

impl From<SortKey<'_>> for OwnedKey {
    fn from(key: SortKey<'_>) -> Self {
        match key {
            SortKey::Name(name) => Self::Name(name.to_owned()),
            SortKey::JoinedAt(at) => Self::JoinedAt(at),
            SortKey::DescendantCount(count) => Self::DescendantCount(count),
        }
    }
}

/// The first byte in tree order; in sorted listings it says the field and the direction.
const TREE: u8 = 0;
const DESCENDING: u8 = 0x80;

impl Place {
    /// One byte for the order, 16 for the id, the rest is the key.
    pub(super) fn encode(&self) -> String {
        let bytes = match self {
            Self::Tree(id) => [&[TREE], id.0.as_bytes().as_slice()].concat(),
            Self::Sorted(order, key, id) => [&[tag(*order)], id.0.as_bytes().as_slice(), &key.bytes()].concat(),
        };
        URL_SAFE_NO_PAD.encode(bytes)
    }

    pub(super) fn decode(cursor: &str) -> Result<Self, InvalidCursor> {
        let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| InvalidCursor)?;
        let (&tag, rest) = bytes.split_first().ok_or(InvalidCursor)?;
        let (id, key) = rest.split_first_chunk::<16>().ok_or(InvalidCursor)?;
        let id = TenantId(Uuid::from_bytes(*id));
        if tag == TREE {
            return if key.is_empty() { Ok(Self::Tree(id)) } else { Err(InvalidCursor) };
        }
        let order = order_of(tag).ok_or(InvalidCursor)?;
        let key = OwnedKey::from_bytes(order.field, key).ok_or(InvalidCursor)?;
        Ok(Self::Sorted(order, key, id))
    }
}

impl OwnedKey {
    fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Name(name) => name.as_bytes().to_vec(),
            Self::JoinedAt(at) => at.0.to_be_bytes().to_vec(),
            Self::DescendantCount(count) => count.to_be_bytes().to_vec(),
        }
    }

    fn from_bytes(field: OrderField, bytes: &[u8]) -> Option<Self> {
        let eight = || bytes.try_into().ok();
        match field {
            OrderField::Name => String::from_utf8(bytes.to_vec()).ok().map(Self::Name),
            OrderField::JoinedAt => Some(Self::JoinedAt(Timestamp(i64::from_be_bytes(eight()?)))),
            OrderField::DescendantCount => Some(Self::DescendantCount(u64::from_be_bytes(eight()?))),
        }
    }
}

fn tag(order: Order) -> u8 {
    let field = match order.field {
        OrderField::Name => 1,
        OrderField::JoinedAt => 2,
        OrderField::DescendantCount => 3,
    };
    match order.direction {
        Direction::Ascending => field,
        Direction::Descending => field | DESCENDING,
    }
}

fn order_of(tag: u8) -> Option<Order> {
    let field = match tag & !DESCENDING {
        1 => OrderField::Name,
        2 => OrderField::JoinedAt,
        3 => OrderField::DescendantCount,
        _ => return None,
    };
    let direction = if tag & DESCENDING == 0 { Direction::Ascending } else { Direction::Descending };
    Some(Order { field, direction })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id() -> TenantId {
        TenantId(Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_0000_002a))
    }

    #[test]
    fn every_place_survives_its_cursor() {
        let keys = |field| match field {
            OrderField::Name => OwnedKey::Name("zoë & sons".into()),
            OrderField::JoinedAt => OwnedKey::JoinedAt(Timestamp(-1)),
            OrderField::DescendantCount => OwnedKey::DescendantCount(u64::MAX),
        };
        let mut places = vec![Place::Tree(id())];
        for field in [OrderField::Name, OrderField::JoinedAt, OrderField::DescendantCount] {
            for direction in [Direction::Ascending, Direction::Descending] {
                places.push(Place::Sorted(Order { field, direction }, keys(field), id()));
            }
        }
        for place in places {
            assert_eq!(Place::decode(&place.encode()), Ok(place));
        }
    }

    #[test]
    fn nonsense_is_an_invalid_cursor() {
        let too_short = URL_SAFE_NO_PAD.encode([TREE, 1, 2]);
        let too_long = URL_SAFE_NO_PAD.encode([TREE; 18]);
        let unknown_order = URL_SAFE_NO_PAD.encode([9; 25]);
        let half_a_key = URL_SAFE_NO_PAD.encode([2; 20]);
        let no_text = URL_SAFE_NO_PAD.encode([[1; 17].as_slice(), &[0xff]].concat());
        for cursor in ["", "§", "AAAA", &too_short, &too_long, &unknown_order, &half_a_key, &no_text] {
            assert_eq!(Place::decode(cursor), Err(InvalidCursor), "{cursor}");
        }
    }
}
