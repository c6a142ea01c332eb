//! What is kept for each company: apart by how often it is read and how often it changes.

use std::borrow::Cow;
use std::sync::Arc;

use entity::{TenantId, TenantStatus, Timestamp};
use iso_currency::Currency;
use uuid::Uuid;

use super::{FreezeState, TenantState};

/// A company's place in the memory of this process: dense, from 0, never used again for another company.
///
/// It means the same in every later [`Snapshot`](super::Snapshot) of one topology until that is rebuilt. It never leaves the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeIndex(pub(super) u32);

impl NodeIndex {
    /// Stands for no node where an `Option` would take twice the memory.
    pub(super) const NONE: Self = Self(u32::MAX);

    /// The index as a number, to keep something for each node in a list.
    #[must_use]
    pub fn number(self) -> usize {
        self.0 as usize
    }

    pub(super) fn some(self) -> Option<Self> {
        (self != Self::NONE).then_some(self)
    }
}

/// What an ancestor check reads; as small as possible.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Links {
    /// [`NodeIndex::NONE`] at the root.
    pub(super) parent: NodeIndex,
    /// An ancestor further up, chosen so that any ancestor is a logarithmic number of steps away; the root's is itself.
    pub(super) jump: NodeIndex,
    /// Steps to the root.
    pub(super) depth: u32,
    /// Whether a freeze was put on this very node.
    pub(super) frozen: bool,
}

impl Default for Links {
    fn default() -> Self {
        Self { parent: NodeIndex::NONE, jump: NodeIndex::NONE, depth: 0, frozen: false }
    }
}

/// What changes along the whole upline of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) descendants: u32,
    pub(super) active_descendants: u32,
    pub(super) status: TenantStatus,
}

impl Default for Counts {
    fn default() -> Self {
        Self { descendants: 0, active_descendants: 0, status: TenantStatus::Pending }
    }
}

/// What hardly ever changes. All text is in one piece, so that a search reads one place for each company.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Profile {
    pub(super) id: TenantId,
    pub(super) joined_at: Timestamp,
    /// `name ␀ folded name ␀ slug`, then `␀ external id` if there is one, then `␀ folded slug ␀ folded external id` if these differ.
    text: Arc<str>,
    name_end: u32,
    folded_end: u32,
    slug_end: u32,
    external_end: u32,
    pub(super) currency: Currency,
}

impl Default for Profile {
    fn default() -> Self {
        Self {
            id: TenantId(Uuid::nil()),
            joined_at: Timestamp(0),
            text: Arc::default(),
            name_end: 0,
            folded_end: 0,
            slug_end: 0,
            external_end: 0,
            currency: Currency::XXX,
        }
    }
}

impl Profile {
    /// The profile of `tenant`; none where its text is longer than 4 GiB.
    pub(super) fn of(tenant: &TenantState) -> Option<Self> {
        let external_id = tenant.external_id.as_deref();
        let lengths = 2 * (tenant.name.len() + tenant.slug.len() + external_id.map_or(0, str::len));
        let mut text = String::with_capacity(lengths + 5);
        text.push_str(&tenant.name);
        let name_end = u32::try_from(text.len()).ok()?;
        let mut append = |part: &str| {
            text.push('\0');
            text.push_str(part);
            u32::try_from(text.len()).ok()
        };
        let folded_end = append(&fold(&tenant.name))?;
        let slug_end = append(&tenant.slug)?;
        let external_end = external_id.map_or(Some(slug_end), &mut append)?;
        let folded = (fold(&tenant.slug), external_id.map(fold));
        if folded.0 != tenant.slug || folded.1.as_deref() != external_id {
            append(&folded.0)?;
            append(&folded.1.unwrap_or_default())?;
        }
        let text = text.into();
        let (id, joined_at, currency) = (tenant.id, tenant.joined_at, tenant.currency);
        Some(Self { id, joined_at, text, name_end, folded_end, slug_end, external_end, currency })
    }

    pub(super) fn name(&self) -> &str {
        &self.text[..self.name_end as usize]
    }

    /// The name without regard to case, for order and search.
    pub(super) fn folded_name(&self) -> &str {
        &self.text[self.name_end as usize + 1..self.folded_end as usize]
    }

    pub(super) fn slug(&self) -> &str {
        &self.text[self.folded_end as usize + 1..self.slug_end as usize]
    }

    pub(super) fn external_id(&self) -> Option<&str> {
        (self.external_end > self.slug_end).then(|| &self.text[self.slug_end as usize + 1..self.external_end as usize])
    }

    /// Name, slug and external id without regard to case, with a NUL between them.
    pub(super) fn search_text(&self) -> &str {
        &self.text[self.name_end as usize + 1..]
    }
}

/// `text` without regard to case: equal for texts that differ in case alone.
///
/// Through upper case first, as Unicode's own folding does in effect: "ß" equals "SS", and the two small sigmas are one.
#[must_use]
pub fn fold(text: &str) -> Cow<'_, str> {
    if !text.is_ascii() {
        return text.chars().flat_map(char::to_uppercase).flat_map(char::to_lowercase).collect();
    }
    if text.bytes().any(|byte| byte.is_ascii_uppercase()) { text.to_ascii_lowercase().into() } else { text.into() }
}

/// What few companies have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Rare {
    pub(super) freezes: Vec<FreezeState>,
    /// Until when who was the parent, oldest first.
    pub(super) former_parents: Vec<(Timestamp, NodeIndex)>,
}
