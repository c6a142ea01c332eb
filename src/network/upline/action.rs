//! What can be asked of an upline: a closed list, with the particulars of each.

use entity::{OrderId, ReferralCodeId, TenantId, Timestamp, UplineAction};
use serde::{Deserialize, Serialize};

use crate::bus::contract::admin::ReferralTerms;
use crate::error::{Refusal, RefusalCode};
use crate::money::{MAX_MINOR, Money};
use crate::names::{are_words, check_name};

/// The longest note, in characters.
const MAX_NOTE: usize = 500;

/// What a company asks, as it says it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Ask {
    /// To take over an order that it holds and has taken in.
    ForwardOrder {
        /// Which.
        order: OrderId,
        /// What there is to say of it.
        note: Option<String>,
    },
    /// To grant it a category of products.
    CatalogAccess {
        /// Which, letter for letter.
        category: String,
        /// What there is to say of it.
        note: Option<String>,
    },
    /// To let it owe as much.
    Credit {
        /// How much; above zero.
        amount: Money,
        /// What there is to say of it.
        note: Option<String>,
    },
    /// To make a code by which companies join below it: super_admin alone is asked.
    ReferralCode(ReferralTerms),
}

/// What was asked, with what was known of it then. It is stored as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "SCREAMING_SNAKE_CASE", rename_all_fields = "camelCase")]
pub enum Asked {
    /// To take over an order.
    ForwardOrder {
        /// Which.
        order: OrderId,
        /// What its placer calls it.
        reference: String,
        /// What it comes to, as the one who asks sells it.
        total: Money,
        /// What there is to say of it.
        note: Option<String>,
    },
    /// To grant a category.
    RequestCatalogAccess {
        /// Which, letter for letter.
        category: String,
        /// What there is to say of it.
        note: Option<String>,
    },
    /// To let the one who asks owe as much.
    RequestCredit {
        /// How much.
        amount: Money,
        /// What there is to say of it.
        note: Option<String>,
    },
    /// To make a code by which companies join below the one who asks.
    GenerateReferralCode(ReferralTerms),
}

/// What came of a request that was granted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "SCREAMING_SNAKE_CASE", rename_all_fields = "camelCase")]
pub enum Granted {
    /// The order was passed on.
    ForwardOrder {
        /// What its placer calls it.
        reference: String,
        /// Who holds it now.
        holder: TenantId,
    },
    /// The category may be sold.
    RequestCatalogAccess {
        /// Which.
        category: String,
    },
    /// So much may be owed.
    RequestCredit {
        /// How much.
        limit: Money,
    },
    /// The code was made.
    GenerateReferralCode {
        /// Which.
        code: ReferralCodeId,
    },
}

/// How a request that was granted ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Ended {
    /// It was done.
    Granted(Granted),
    /// It could not be done: why, for the one who asked.
    Failed(Refusal),
}

impl Ask {
    /// Refuses what cannot be asked at `now`.
    ///
    /// # Errors
    /// `INVALID`, at its place in the input.
    pub(super) fn check(&self, now: Timestamp) -> Result<(), Refusal> {
        let place = format!("request.{}", self.input());
        let note = match self {
            // They have a mutation of their own, of whose input they are all.
            Self::ReferralCode(terms) => return terms.check(now),
            Self::ForwardOrder { note, .. } => note,
            Self::CatalogAccess { category, note } => {
                let invalid = |why| {
                    Refusal::new(RefusalCode::Invalid, &format!("{place}.category"), format!("The category {why}."))
                };
                check_name(category).map_err(invalid)?;
                note
            }
            Self::Credit { amount, note } => {
                if !(1..=MAX_MINOR).contains(&amount.minor) {
                    let (place, why) = (format!("{place}.amount"), "Expected an amount above zero.");
                    return Err(Refusal::new(RefusalCode::Invalid, &place, why));
                }
                note
            }
        };
        check_note(note.as_deref(), &format!("{place}.note"))
    }

    /// The input field that says it.
    pub(super) fn input(&self) -> &'static str {
        match self {
            Self::ForwardOrder { .. } => "forwardOrder",
            Self::CatalogAccess { .. } => "catalogAccess",
            Self::Credit { .. } => "credit",
            Self::ReferralCode(_) => "referralCode",
        }
    }

    /// The mutation that asks it.
    pub(super) fn mutation(&self) -> &'static str {
        match self {
            Self::ForwardOrder { .. } | Self::CatalogAccess { .. } | Self::Credit { .. } => "requestUpline",
            Self::ReferralCode(_) => "generateReferralCode",
        }
    }
}

impl Asked {
    /// What kind of thing was asked.
    #[must_use]
    pub fn action(&self) -> UplineAction {
        match self {
            Self::ForwardOrder { .. } => UplineAction::ForwardOrder,
            Self::RequestCatalogAccess { .. } => UplineAction::RequestCatalogAccess,
            Self::RequestCredit { .. } => UplineAction::RequestCredit,
            Self::GenerateReferralCode(_) => UplineAction::GenerateReferralCode,
        }
    }

    /// The order that it is about, where it is about one.
    #[must_use]
    pub fn order(&self) -> Option<OrderId> {
        match self {
            Self::ForwardOrder { order, .. } => Some(*order),
            Self::RequestCatalogAccess { .. } | Self::RequestCredit { .. } | Self::GenerateReferralCode(_) => None,
        }
    }

    /// What it comes to, where it is about money.
    #[must_use]
    pub fn amount(&self) -> Option<Money> {
        match self {
            Self::ForwardOrder { total: amount, .. } | Self::RequestCredit { amount, .. } => Some(*amount),
            Self::RequestCatalogAccess { .. } | Self::GenerateReferralCode(_) => None,
        }
    }
}

/// Refuses a note that is too long, at `place` of the input.
pub(super) fn check_note(note: Option<&str>, place: &str) -> Result<(), Refusal> {
    match note {
        Some(note) if !are_words(note, MAX_NOTE) => {
            Err(Refusal::new(RefusalCode::Invalid, place, format!("Expected at most {MAX_NOTE} characters.")))
        }
        _ => Ok(()),
    }
}
