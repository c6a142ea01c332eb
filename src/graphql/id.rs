//! Global ids: what the API calls `ID`.

use async_graphql::{Error, ID};
use entity::{FreezeId, PersonId, TenantId, public_id};
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

/// The global id of `id`.
pub fn global<I: Identified>(id: I) -> ID {
    ID(public_id::write(I::KIND, id.uuid()))
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
