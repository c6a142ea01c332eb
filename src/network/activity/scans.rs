//! Ways into the table of the feeds: each has the rows in the order of their positions, so that a page is found at its beginning.

use entity::{Position, TenantId, TypeId};

use super::reading::ActivityScope;

/// Rows of one owner.
pub(super) struct Scan {
    pub(super) owner: TenantId,
    /// At this distance alone.
    pub(super) distance: Option<i32>,
    /// Of this type alone.
    pub(super) type_id: Option<TypeId>,
}

/// Several of them, and what else must hold of their events.
pub(super) struct Scans {
    pub(super) ways: Vec<Scan>,
    /// Of one of these types.
    pub(super) types: Option<Vec<TypeId>>,
    /// In these feeds, too, and so near there.
    pub(super) also: Vec<(TenantId, ActivityScope)>,
    /// About this company.
    pub(super) subject: Option<TenantId>,
}

/// Positions between two others.
#[derive(Clone, Copy)]
pub(super) struct Bounds {
    pub(super) after: Position,
    pub(super) before: Position,
}

impl Scans {
    /// Only what is in the feed of `owner` too, and so near there. The distance that a row has is that of the last one looked into.
    pub(super) fn look_into(&mut self, owner: TenantId, scope: ActivityScope) {
        let is_there = |scan: &Scan| scan.owner == owner;
        let already = self.also.last().map_or_else(|| self.ways.iter().all(is_there), |(last, _)| *last == owner);
        if !already || scope != ActivityScope::Downline {
            self.also.push((owner, scope));
        }
    }
}

impl ActivityScope {
    /// The distances that it has: at least this, and at most that.
    pub(super) fn distances(self) -> Option<(i32, i32)> {
        match self {
            Self::Own => Some((0, 0)),
            Self::Children => Some((-1, 1)),
            Self::Downline => None,
        }
    }
}
