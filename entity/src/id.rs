//! Typed ids. A row's id is a UUID of version 7 (RFC 9562): unique without coordination, and in the order of creation,
//! so that indexes grow at their end.

use sea_orm::{DbErr, DeriveValueType, TryFromU64};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::public_id;

macro_rules! typed_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, DeriveValueType,
        )]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// A new id, later in order than those made before it.
            #[must_use]
            pub fn generate() -> Self {
                Self(Uuid::now_v7())
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        /// sea-orm asks this of every primary key; ours are never numbers of the database.
        impl TryFromU64 for $name {
            fn try_from_u64(_: u64) -> Result<Self, DbErr> {
                Err(DbErr::ConvertFromU64(stringify!($name)))
            }
        }
    };
}

typed_id!(
    /// A company of the chain: `tenant` in tenancy code, `reseller` in the API.
    TenantId
);
typed_id!(
    /// One cause of freezing.
    FreezeId
);
typed_id!(
    /// A person's membership of a tenant.
    MembershipId
);
typed_id!(
    /// An event that this program made: the id of its own events in the log.
    EventId
);

typed_id!(
    /// A product of the chain.
    ProductId
);
typed_id!(
    /// An order. One that came from a file has an id that follows from its reference: see [`OrderId::imported`].
    OrderId
);
typed_id!(
    /// One side of a posting.
    LedgerEntryId
);
typed_id!(
    /// A posting, which has two sides.
    PostingId
);
typed_id!(
    /// Something that a company asks of its upline.
    UplineRequestId
);
typed_id!(
    /// A code by which companies join.
    ReferralCodeId
);

impl OrderId {
    const IMPORTED: Uuid = Uuid::from_u128(0x0f6c_1d3e_5a42_4c8b_9e07_7b1d_3c5a_90e2);

    /// The id of the order that comes from a file as `reference` (a UUID of version 5): the same order is the same row, however often it comes.
    #[must_use]
    pub fn imported(reference: &str) -> Self {
        Self(Uuid::new_v5(&Self::IMPORTED, reference.as_bytes()))
    }
}

impl FreezeId {
    const TOLD: Uuid = Uuid::from_u128(0x5d21_9c07_88ab_4e6d_b3f4_2a90_6c1e_d758);

    /// The id of the freeze that `source` calls `name` (a UUID of version 5): it is found again when it is to be removed.
    #[must_use]
    pub fn told(source: &str, name: &str) -> Self {
        Self(Uuid::new_v5(&Self::TOLD, format!("{source}\n{name}").as_bytes()))
    }
}

impl PostingId {
    const ORDER: Uuid = Uuid::from_u128(0x3b8e_47a1_0c95_4d2f_8a66_e1f0_52d7_4c13);

    /// The posting of one leg of an order (a UUID of version 5): the same leg is the same posting, however often it is told of.
    #[must_use]
    pub fn of_leg(order: OrderId, hop: i32) -> Self {
        Self(Uuid::new_v5(&Self::ORDER, format!("{order}/{hop}").as_bytes()))
    }
}

impl TenantId {
    /// The prefix of its public ids.
    pub const PREFIX: &'static str = "reseller";

    /// The id that `text` is: a bare UUID, or a public id.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Uuid::parse_str(text).ok().or_else(|| public_id::parse(Self::PREFIX, text)).map(Self)
    }
}

/// A person, who is (`iss`, `sub`) of their token.
///
/// The id is a UUID of version 5 over both, so that it is known without a look-up, also of a person who is a member nowhere yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, DeriveValueType)]
#[serde(transparent)]
pub struct PersonId(pub Uuid);

impl PersonId {
    const NAMESPACE: Uuid = Uuid::from_u128(0x6d5e_2d0c_9a1b_4f6e_8c37_51c0_a2f4_7b19);

    /// Who vouches for somebody who was invited and has not accepted: their address is all that is known of them.
    pub const INVITED: &'static str = "mailto:";

    /// The id of whoever has the address `email`, in capitals or small letters, while they are invited and have not accepted. Of letters beyond ASCII some fall
    /// together with others that are small already, and are somebody else's.
    #[must_use]
    pub fn invited(email: &str) -> Self {
        Self::of(Self::INVITED, &email.to_ascii_lowercase())
    }

    /// The id of the person whom `issuer` calls `subject`.
    #[must_use]
    pub fn of(issuer: &str, subject: &str) -> Self {
        // The length keeps ("ab", "c") and ("a", "bc") apart.
        let name = format!("{}:{issuer}{subject}", issuer.len());
        Self(Uuid::new_v5(&Self::NAMESPACE, name.as_bytes()))
    }
}

impl std::fmt::Display for PersonId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl TryFromU64 for PersonId {
    fn try_from_u64(_: u64) -> Result<Self, DbErr> {
        Err(DbErr::ConvertFromU64("PersonId"))
    }
}
