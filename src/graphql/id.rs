//! Global ids: what the API calls `ID`.

use async_graphql::{Error, ID};
use entity::{
    FreezeId, LedgerEntryId, MembershipId, OrderId, PersonId, Position, ProductId, ReferralCodeId, TenantId,
    UplineRequestId, public_id,
};
use uuid::Uuid;

use super::error::bad_user_input;

/// A kind of thing that has an id.
pub trait Identified: Copy {
    /// The prefix of its ids.
    const KIND: &'static str;
    /// The type of the API.
    const TYPE: &'static str;

    /// The UUID of an id.
    fn uuid(self) -> Uuid;
    /// The id of a UUID.
    fn from_uuid(uuid: Uuid) -> Self;
}

macro_rules! identified {
    ($id:ident, $kind:expr, $type:literal) => {
        impl Identified for $id {
            const KIND: &'static str = $kind;
            const TYPE: &'static str = $type;

            fn uuid(self) -> Uuid {
                self.0
            }

            fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }
        }
    };
}

identified!(TenantId, TenantId::PREFIX, "Reseller");
identified!(FreezeId, "freeze", "Freeze");
identified!(PersonId, "person", "Viewer");
identified!(OrderId, "order", "Order");
identified!(LedgerEntryId, "entry", "LedgerEntry");
identified!(UplineRequestId, "request", "UplineRequest");
identified!(ReferralCodeId, "referral", "ReferralCode");
identified!(MembershipId, "member", "Member");

/// The settings of a company, which have its UUID.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SettingsId(pub TenantId);

impl Identified for SettingsId {
    const KIND: &'static str = "settings";
    const TYPE: &'static str = "NetworkSettings";

    fn uuid(self) -> Uuid {
        self.0.0
    }

    fn from_uuid(uuid: Uuid) -> Self {
        Self(TenantId(uuid))
    }
}

/// An event of the log, by its place there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventRef(pub Position);

impl Identified for EventRef {
    const KIND: &'static str = "event";
    const TYPE: &'static str = "ActivityEvent";

    fn uuid(self) -> Uuid {
        Uuid::from_u128(u128::from(self.0.0.unsigned_abs()))
    }

    /// A number that no place has is one that no event has.
    fn from_uuid(uuid: Uuid) -> Self {
        Self(Position(i64::try_from(uuid.as_u128()).unwrap_or_default()))
    }
}

/// A product as one company sells it: its id is made of both, for what it costs depends on both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ItemId {
    /// The company.
    pub reseller: TenantId,
    /// The product.
    pub product: ProductId,
}

impl ItemId {
    /// The prefix of these ids.
    pub const KIND: &'static str = "item";

    /// The global id.
    pub fn global(self) -> ID {
        let product = public_id::suffix(self.product.0).map(char::from);
        ID(public_id::write(Self::KIND, self.reseller.0) + &String::from_iter(product))
    }

    /// The item that the argument `field` names.
    ///
    /// # Errors
    /// As [`parse`].
    pub fn parse(field: &str, id: &ID) -> Result<Self, Error> {
        let uuids = id.split_once('_').and_then(|(kind, digits)| {
            let (reseller, product) = digits.split_at_checked(public_id::SUFFIX).filter(|_| kind == Self::KIND)?;
            Some((public_id::parse_suffix(reseller)?, public_id::parse_suffix(product)?))
        });
        let ids = uuids.map(|(reseller, product)| Self { reseller: TenantId(reseller), product: ProductId(product) });
        ids.ok_or_else(|| bad_user_input(field, "an id of a CatalogItem that the API gave, such as item_…"))
    }
}

/// The global id of `id`.
pub fn global<I: Identified>(id: I) -> ID {
    ID(public_id::write(I::KIND, id.uuid()))
}

/// Writes the global id of `id` as JSON.
pub fn write_global<I: Identified>(out: &mut Vec<u8>, id: I) {
    out.push(b'"');
    out.extend_from_slice(I::KIND.as_bytes());
    out.push(b'_');
    out.extend_from_slice(&public_id::suffix(id.uuid()));
    out.push(b'"');
}

/// The id that the argument `field` holds.
///
/// # Errors
/// `BAD_USER_INPUT` where it holds none of this kind. An id of the right form that was never issued is no error here.
pub fn parse<I: Identified>(field: &str, id: &ID) -> Result<I, Error> {
    let expected =
        || bad_user_input(field, format_args!("an id of a {} that the API gave, such as {}_…", I::TYPE, I::KIND));
    public_id::parse(I::KIND, id).map(I::from_uuid).ok_or_else(expected)
}
