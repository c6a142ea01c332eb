//! A small chain in which every relation to one company occurs.

use entity::TenantId;

use crate::support::app::TestApp;

/// Companies as `own` sees them.
pub(crate) struct Family {
    pub(crate) root: TenantId,
    pub(crate) parent: TenantId,
    pub(crate) own: TenantId,
    pub(crate) child: TenantId,
    pub(crate) grandchild: TenantId,
    pub(crate) sibling: TenantId,
    pub(crate) stranger: TenantId,
}

/// What a company is to the caller's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Relation {
    Own,
    Parent,
    Child,
    Grandchild,
    Sibling,
    Stranger,
}

impl Relation {
    pub(crate) const ALL: [Self; 6] =
        [Self::Own, Self::Parent, Self::Child, Self::Grandchild, Self::Sibling, Self::Stranger];

    /// Down is allowed, up is not.
    pub(crate) fn is_at_or_below(self) -> bool {
        matches!(self, Self::Own | Self::Child | Self::Grandchild)
    }
}

impl Family {
    /// ```text
    /// Root
    /// ├─ Parent
    /// │  ├─ Own
    /// │  │  └─ Child
    /// │  │     └─ Grandchild
    /// │  │        └─ Youngest
    /// │  └─ Sibling
    /// │     └─ Niece
    /// └─ Aunt
    ///    └─ Stranger
    ///       └─ Stray
    /// ```
    pub(crate) async fn create(app: &TestApp) -> Self {
        let root = app.company(None, "Root").await;
        let parent = app.company(Some(root), "Parent").await;
        let own = app.company(Some(parent), "Own").await;
        let child = app.company(Some(own), "Child").await;
        let grandchild = app.company(Some(child), "Grandchild").await;
        app.company(Some(grandchild), "Youngest").await;
        let sibling = app.company(Some(parent), "Sibling").await;
        app.company(Some(sibling), "Niece").await;
        let aunt = app.company(Some(root), "Aunt").await;
        let stranger = app.company(Some(aunt), "Stranger").await;
        app.company(Some(stranger), "Stray").await;
        Self { root, parent, own, child, grandchild, sibling, stranger }
    }

    pub(crate) fn the(&self, relation: Relation) -> TenantId {
        match relation {
            Relation::Own => self.own,
            Relation::Parent => self.parent,
            Relation::Child => self.child,
            Relation::Grandchild => self.grandchild,
            Relation::Sibling => self.sibling,
            Relation::Stranger => self.stranger,
        }
    }
}
