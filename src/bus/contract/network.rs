//! The network's own: the tree, a company's summary, and its margins.

use std::collections::BTreeMap;

use entity::{TenantId, TenantStatus, Timestamp};
use serde::{Deserialize, Serialize};

use super::Period;
use super::catalog::CatalogStats;
use super::finance::FinanceSummary;
use super::orders::OrderStats;
use crate::bus::alias::aliases;
use crate::money::Rate;

aliases! {
    /// A company and its downline, as a tree.
    GetDownlineTree = "network.getDownlineTree": cross_tenant Reads (TreeQuery) -> Tree;
    /// A company's figures out of all modules.
    GetChildSummary = "network.getChildSummary": cross_tenant Reads (Period) -> Summary;
    /// What a company sees first: its own figures, its downline's orders beside them, and its network.
    GetDashboard = "network.getDashboard": cross_tenant Reads (Period) -> Dashboard;
    /// How a company makes its prices, as its settings say.
    GetMargins = "network.getMargins": own_tenant Reads (()) -> Margins;
}

/// How much of a tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TreeQuery {
    /// How many steps down.
    pub depth: u32,
}

/// A company and its downline in pre-order: a parent before its children, siblings by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Tree {
    /// The companies; the first is the one that was asked.
    pub nodes: Vec<TreeNode>,
    /// Whether there are more than an answer holds.
    pub truncated: bool,
}

/// A company in a tree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TreeNode {
    /// The company.
    pub id: TenantId,
    /// The company one step up, where it is in the tree.
    pub parent_id: Option<TenantId>,
    /// Its name.
    pub name: String,
    /// Where it stands in its life.
    pub status: TenantStatus,
    /// Whether it or any company above it has a freeze.
    pub frozen: bool,
    /// Steps below the tree's root.
    pub depth: u32,
    /// How many companies are directly below it.
    pub child_count: u64,
    /// How many companies are below it at any depth.
    pub descendant_count: u64,
}

/// A company's figures. What a module cannot tell, and never told, is none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    /// What it ordered.
    pub orders: Option<Known<OrderStats>>,
    /// What it owes and is owed.
    pub finance: Option<Known<FinanceSummary>>,
    /// What it sells.
    pub catalog: Option<Known<CatalogStats>>,
}

/// What a company sees first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Dashboard {
    /// Its own figures.
    pub own: Summary,
    /// What everyone below it ordered; it itself does not count.
    pub downline_orders: OrderStats,
    /// Its downline in figures.
    pub network: NetworkStats,
}

/// A company's downline in figures; it itself does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NetworkStats {
    /// Companies directly below it.
    pub child_count: u64,
    /// Companies below it at any depth.
    pub descendant_count: u64,
    /// Those of them that are active.
    pub active_count: u64,
    /// Those of them that have a freeze, or have one above them.
    pub frozen_count: u64,
    /// Those of them that joined in the period.
    pub new_count: u64,
    /// How well the company and its downline are.
    pub health: HealthStatus,
}

/// How well something is; the worst is the greatest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum HealthStatus {
    /// Nothing is wrong.
    Healthy,
    /// Something is wrong; the rest works.
    Degraded,
    /// It does not work, or a part does not without which the rest soon will not.
    Critical,
}

/// What a module told, now or when it last could.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Known<T> {
    /// What it told.
    pub value: T,
    /// When it told it.
    pub as_of: Timestamp,
    /// Whether it is from before, because the module cannot answer now.
    pub stale: bool,
}

/// How a company makes its prices.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Margins {
    /// On top of the cost, where the category has no margin of its own.
    pub default: Rate,
    /// No price is less than this on top of the cost, as entered.
    pub floor: Rate,
    /// No price is more than this on top of the cost, neither the company's nor those of its downline. It beats a floor.
    pub ceiling: Option<Rate>,
    /// On top of the cost of items of a category.
    pub by_category: BTreeMap<String, Rate>,
}
