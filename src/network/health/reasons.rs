//! What is wrong in a part of the chain, and how bad it is.
//!
//! | reason | how bad |
//! |---|---|
//! | FROZEN, DEACTIVATED | CRITICAL where it is the company at the top itself, otherwise DEGRADED |
//! | IDLE | DEGRADED where it is more than half of those that are active and not frozen, otherwise HEALTHY: told, but nothing is wrong |
//! | ORDER_LATE, UPLINE_REQUEST_FAILED, UPLINE_REQUEST_WAITING | DEGRADED |
//! | MODULE_UNAVAILABLE | CRITICAL |

use entity::{TenantStatus, Timestamp};

use super::observed::Observed;
use crate::bus::contract::network::HealthStatus;
use crate::tenancy::topology::{FrozenNodes, NodeIndex, Snapshot};

/// An active company is idle that placed no order on so many days, the last of them today.
pub const IDLE_DAYS: i64 = 30;

/// An order is late that is on its way for more days than this.
pub const LATE_DAYS: i64 = 14;

/// A failed upline request is told of for so many days.
pub const FAILED_DAYS: i64 = 7;

/// An upline request waits too long that nobody has decided for more days than this.
pub const WAITING_DAYS: i64 = 3;

/// So many of the companies that a reason is about are listed, at most.
pub const LISTED: usize = 100;

/// So many freezes are told of in words.
const IN_WORDS: usize = 3;

/// Something that is wrong, or worth a look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// What.
    pub code: ReasonCode,
    /// How bad it is.
    pub severity: HealthStatus,
    /// Of how many: companies, late orders or modules.
    pub count: u64,
    /// The same in words.
    pub message: String,
    /// The first of the companies that it is about, in the order of the tree.
    pub companies: Vec<NodeIndex>,
}

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ReasonCode {
    /// Companies have a freeze, or have one above them.
    Frozen,
    /// Companies were switched off.
    Deactivated,
    /// Active companies placed no order for a while.
    Idle,
    /// Upline requests were granted, and could not be done.
    UplineRequestFailed,
    /// Nobody decides upline requests.
    UplineRequestWaiting,
    /// Orders are on their way for too long.
    OrderLate,
    /// Modules cannot answer.
    ModuleUnavailable,
}

/// How many companies are how, the one at the top included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// All of them.
    pub total: u64,
    /// Those that are active, frozen or not.
    pub active: u64,
    /// Those that have a freeze, or have one above them.
    pub frozen: u64,
    /// Those that were switched off.
    pub deactivated: u64,
    /// Those that wait for approval.
    pub pending: u64,
    /// Those that are active and not frozen, and placed no order for a while.
    pub idle: u64,
}

/// What was found in a part of the chain.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) counts: Counts,
    pub(super) reasons: Vec<Reason>,
}

impl Found {
    /// Looks at `root` and everything below it.
    pub(super) fn below(chain: &Snapshot, root: NodeIndex, observed: &Observed) -> Self {
        let mut walk = Walk::new(chain, root, observed);
        for (node, _) in chain.preorder(root, None) {
            walk.see(node);
        }
        let reasons = [
            walk.frozen(),
            walk.deactivated(),
            walk.idle(),
            walk.failed.reason(ReasonCode::UplineRequestFailed, |requests| {
                format!("{} could not be done in the last {FAILED_DAYS} days.", upline_requests(requests))
            }),
            walk.waiting.reason(ReasonCode::UplineRequestWaiting, |requests| {
                let verb = if requests == 1 { "waits" } else { "wait" };
                format!("{} {verb} for an answer for more than {WAITING_DAYS} days.", upline_requests(requests))
            }),
            walk.late.reason(ReasonCode::OrderLate, |orders| {
                let (noun, verb) = if orders == 1 { ("order", "is") } else { ("orders", "are") };
                format!("{orders} {noun} {verb} on the way for more than {LATE_DAYS} days.")
            }),
        ];
        Self { counts: walk.counts, reasons: reasons.into_iter().flatten().collect() }
    }
}

/// A walk through a part of the chain, and what it has seen.
struct Walk<'a> {
    chain: &'a Snapshot,
    root: NodeIndex,
    observed: &'a Observed,
    frozen_nodes: Option<FrozenNodes>,
    counts: Counts,
    /// Those that are active and not frozen: of them some may be idle.
    trading: u64,
    with_freeze: Listed,
    deactivated: Listed,
    idle: Listed,
    late: Counted,
    failed: Counted,
    waiting: Counted,
}

/// How many of something companies have, and the first of those that have some.
#[derive(Default)]
struct Counted {
    count: u64,
    companies: Listed,
}

impl Counted {
    fn add(&mut self, node: NodeIndex, count: Option<&u64>) {
        if let Some(count) = count {
            self.count += count;
            self.companies.add(node);
        }
    }

    fn reason(&self, code: ReasonCode, in_words: impl FnOnce(u64) -> String) -> Option<Reason> {
        reason(code, HealthStatus::Degraded, self.count, in_words(self.count), &self.companies)
    }
}

/// The first of some companies.
#[derive(Default)]
struct Listed(Vec<NodeIndex>);

impl Listed {
    fn add(&mut self, node: NodeIndex) {
        if self.0.len() < LISTED {
            self.0.push(node);
        }
    }
}

impl<'a> Walk<'a> {
    fn new(chain: &'a Snapshot, root: NodeIndex, observed: &'a Observed) -> Self {
        let any_frozen = chain.is_frozen(root) || chain.frozen_count(root) > 0;
        Self {
            chain,
            root,
            observed,
            frozen_nodes: any_frozen.then(|| chain.frozen_nodes(root, None)),
            counts: Counts::default(),
            trading: 0,
            with_freeze: Listed::default(),
            deactivated: Listed::default(),
            idle: Listed::default(),
            late: Counted::default(),
            failed: Counted::default(),
            waiting: Counted::default(),
        }
    }

    fn see(&mut self, node: NodeIndex) {
        let chain = self.chain;
        self.counts.total += 1;
        let frozen = self.frozen_nodes.as_ref().is_some_and(|frozen| frozen.contains(node));
        self.counts.frozen += u64::from(frozen);
        if frozen && (node == self.root || !chain.own_freezes(node).is_empty()) {
            self.with_freeze.add(node);
        }
        match chain.status(node) {
            TenantStatus::Pending => self.counts.pending += 1,
            TenantStatus::Deactivated => {
                self.counts.deactivated += 1;
                self.deactivated.add(node);
            }
            TenantStatus::Active => {
                self.counts.active += 1;
                self.trading += u64::from(!frozen);
                if !frozen && self.is_idle(node) {
                    self.counts.idle += 1;
                    self.idle.add(node);
                }
            }
        }
        let company = chain.id(node);
        self.late.add(node, self.observed.late.get(&company));
        self.failed.add(node, self.observed.failed.get(&company));
        self.waiting.add(node, self.observed.waiting.get(&company));
    }

    /// Whether it could have placed orders for long enough, and has not. The root of the whole chain has nobody to place them with.
    fn is_idle(&self, node: NodeIndex) -> bool {
        let since = Timestamp::start_of(self.observed.active_since.date());
        self.chain.parent(node).is_some()
            && self.chain.joined_at(node) < since
            && !self.observed.placers.contains(&self.chain.id(node))
    }

    fn frozen(&self) -> Option<Reason> {
        let Counts { frozen, total, .. } = self.counts;
        let chain = self.chain;
        let severity = severity(chain.is_frozen(self.root));
        let freezes = self.with_freeze.0.iter().flat_map(|&node| {
            chain.own_freezes(node).iter().map(move |freeze| format!("{} ({})", chain.name(node), freeze.reason))
        });
        let from_above = chain.is_frozen(self.root) && chain.own_freezes(self.root).is_empty();
        let mut why: Vec<String> = from_above.then(|| "from above".to_owned()).into_iter().chain(freezes).collect();
        let more = why.len().saturating_sub(IN_WORDS);
        why.truncate(IN_WORDS);
        let more = if more == 0 { String::new() } else { format!(", and {more} more") };
        let message = format!("{frozen} of {} frozen: {}{more}.", resellers_are(total), why.join(", "));
        reason(ReasonCode::Frozen, severity, frozen, message, &self.with_freeze)
    }

    fn deactivated(&self) -> Option<Reason> {
        let Counts { deactivated, total, .. } = self.counts;
        let severity = severity(self.chain.status(self.root) == TenantStatus::Deactivated);
        let message = format!("{deactivated} of {} switched off.", resellers_are(total));
        reason(ReasonCode::Deactivated, severity, deactivated, message, &self.deactivated)
    }

    fn idle(&self) -> Option<Reason> {
        let idle = self.counts.idle;
        let severity = if 2 * idle > self.trading { HealthStatus::Degraded } else { HealthStatus::Healthy };
        let message =
            format!("{idle} of {} active resellers placed no order in the last {IDLE_DAYS} days.", self.trading);
        reason(ReasonCode::Idle, severity, idle, message, &self.idle)
    }
}

fn upline_requests(count: u64) -> String {
    if count == 1 { "1 upline request".to_owned() } else { format!("{count} upline requests") }
}

/// How bad it is that companies do not trade: worst, where it is the one at the top.
fn severity(itself: bool) -> HealthStatus {
    if itself { HealthStatus::Critical } else { HealthStatus::Degraded }
}

/// Nothing where there is none of it.
fn reason(code: ReasonCode, severity: HealthStatus, count: u64, message: String, companies: &Listed) -> Option<Reason> {
    (count > 0).then(|| Reason { code, severity, count, message, companies: companies.0.clone() })
}

fn resellers_are(total: u64) -> String {
    if total == 1 { "1 reseller is".to_owned() } else { format!("{total} resellers are") }
}
