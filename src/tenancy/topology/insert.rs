//! Adding one company to a snapshot that nobody else has yet; its place in the tree comes later.

use std::collections::hash_map::Entry;
use std::sync::Arc;

use super::node::{Counts, Links, Profile, Rare};
use super::{FormerParent, FreezeState, InconsistentChain, NodeIndex, Snapshot, TenantState};

impl Snapshot {
    /// Adds a company that stands alone: without parent, children and former parents.
    pub(super) fn insert_alone(&mut self, tenant: &TenantState) -> Result<NodeIndex, InconsistentChain> {
        let node = u32::try_from(self.len()).map(NodeIndex).map_err(|_| InconsistentChain::TooLarge)?;
        if node == NodeIndex::NONE {
            return Err(InconsistentChain::TooLarge);
        }
        if self.find(tenant.id).is_some() {
            return Err(InconsistentChain::DuplicateTenant(tenant.id));
        }
        self.check_names_are_free(tenant)?;
        self.profiles.push(Profile::of(tenant).ok_or(InconsistentChain::TooLarge)?);
        self.links.push(Links::default());
        self.counts.push(Counts { status: tenant.status, ..Counts::default() });
        self.children.push(None);
        self.rare.push(None);
        self.enter_in_directory(node, tenant);
        self.add_freezes(node, &tenant.freezes)?;
        Ok(node)
    }

    fn check_names_are_free(&self, tenant: &TenantState) -> Result<(), InconsistentChain> {
        let mut names = std::iter::once(&tenant.slug).chain(&tenant.external_id);
        let taken = names.find(|name| self.find_named(name).is_some_and(|node| self.id(node) != tenant.id));
        let tenant = tenant.id;
        taken.map_or(Ok(()), |name| Err(InconsistentChain::DuplicateName { tenant, name: name.clone() }))
    }

    fn enter_in_directory(&self, node: NodeIndex, tenant: &TenantState) {
        let mut directory = self.directory_mut();
        directory.add_id(tenant.id, node);
        directory.add_name(&tenant.slug, node);
        if let Some(external_id) = &tenant.external_id {
            directory.add_name(external_id, node);
        }
    }

    /// Writes what may have changed of a company that is there already, its place, status and freezes apart.
    pub(super) fn update_profile(&mut self, node: NodeIndex, tenant: &TenantState) -> Result<(), InconsistentChain> {
        let external_id = self.external_id(node);
        if self.slug(node) != tenant.slug || external_id.is_some_and(|id| tenant.external_id.as_deref() != Some(id)) {
            return Err(InconsistentChain::ChangedName(tenant.id));
        }
        if external_id != tenant.external_id.as_deref() {
            self.check_names_are_free(tenant)?;
            self.enter_in_directory(node, tenant);
        }
        self.profiles.set(node, Profile::of(tenant).ok_or(InconsistentChain::TooLarge)?);
        Ok(())
    }

    /// Puts freezes on a node that has none.
    pub(super) fn add_freezes(&mut self, node: NodeIndex, freezes: &[FreezeState]) -> Result<(), InconsistentChain> {
        if freezes.is_empty() {
            return Ok(());
        }
        let all = Arc::make_mut(&mut self.freezes);
        for freeze in freezes {
            match all.entry(freeze.id) {
                Entry::Occupied(_) => return Err(InconsistentChain::DuplicateFreeze(freeze.id)),
                Entry::Vacant(place) => place.insert(node),
            };
        }
        self.rare_mut(node).freezes = freezes.to_vec();
        self.links.get_mut(node).frozen = true;
        Ok(())
    }

    /// Takes all freezes off a node.
    pub(super) fn remove_freezes(&mut self, node: NodeIndex) {
        if !self.has_freeze(node) {
            return;
        }
        let gone = std::mem::take(&mut self.rare_mut(node).freezes);
        let all = Arc::make_mut(&mut self.freezes);
        for freeze in gone {
            all.remove(&freeze.id);
        }
        self.links.get_mut(node).frozen = false;
    }

    /// Writes who its parents were. All of them are in the snapshot by now.
    pub(super) fn set_former_parents(
        &mut self,
        node: NodeIndex,
        former: &[FormerParent],
    ) -> Result<(), InconsistentChain> {
        let known = self.rare(node).map(|rare| rare.former_parents.as_slice()).unwrap_or_default();
        if known.is_empty() && former.is_empty() {
            return Ok(());
        }
        let find = |before: &FormerParent| {
            let unknown = InconsistentChain::UnknownParent { tenant: self.id(node), parent: before.parent };
            Ok((before.until, self.find(before.parent).ok_or(unknown)?))
        };
        let mut resolved = former.iter().map(find).collect::<Result<Vec<_>, _>>()?;
        resolved.sort_unstable_by_key(|&(until, _)| until);
        if resolved != known {
            self.rare_mut(node).former_parents = resolved;
        }
        Ok(())
    }

    fn rare_mut(&mut self, node: NodeIndex) -> &mut Rare {
        Arc::make_mut(self.rare.get_mut(node).get_or_insert_default())
    }
}
