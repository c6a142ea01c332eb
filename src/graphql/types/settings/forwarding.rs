//! What a company sends up by itself, and what it does with what its downline asks.

use async_graphql::{Enum, InputObject, SimpleObject};

use crate::error::Refusal;
use crate::graphql::types::money::{Money, MoneyInput};
use crate::graphql::types::upline_action::UplineAction;
use crate::money;
use crate::network::settings::{self as rules, AutoForwarding, AutoForwardingUpdate, SENT_UP, is_asked};

/// What a reseller does with what its downline asks.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "rules::ApprovalMode")]
pub enum ApprovalMode {
    /// It is done at once.
    Auto,
    /// A person decides: it waits in the inbox.
    Manual,
    /// The reseller's own upline decides.
    Forward,
}

/// What a reseller sends up by itself, and what it does with what its downline asks.
#[derive(SimpleObject)]
pub(super) struct AutoForwardingSettings {
    /// What it sends up by itself: a rule for each thing that can be.
    requests: Vec<AutoRequestRule>,
    /// What it does with what its downline asks: a rule for each thing that can be asked.
    approvals: Vec<ApprovalRule>,
}

/// Whether a reseller sends something up by itself.
#[derive(SimpleObject)]
pub(super) struct AutoRequestRule {
    /// What.
    action: UplineAction,
    /// Whether it does.
    enabled: bool,
    /// Only what comes to no more than this, in this currency. Null: any amount.
    max_amount: Option<Money>,
}

/// What a reseller does with something that its downline asks.
#[derive(SimpleObject)]
pub(super) struct ApprovalRule {
    /// What is asked.
    action: UplineAction,
    /// What it does.
    mode: ApprovalMode,
    /// Only where it comes to no more than this: a person decides about more, and about another currency. Null: any amount.
    max_amount: Option<Money>,
}

impl AutoForwardingSettings {
    /// What `rules` say of a company; `is_top` where that is the one at the top.
    pub(super) fn of(rules: &AutoForwarding, is_top: bool) -> Self {
        let request = |action: entity::UplineAction| {
            let rules::AutoRequestRule { enabled, max_amount } =
                rules.requests.get(&action).copied().unwrap_or_default();
            AutoRequestRule { action: action.into(), enabled, max_amount: max_amount.map(Money::from) }
        };
        let approval = |action: entity::UplineAction| {
            let rules::ApprovalRule { mode, max_amount } = rules.approval(action);
            ApprovalRule { action: action.into(), mode: mode.into(), max_amount: max_amount.map(Money::from) }
        };
        let asked = entity::UplineAction::ALL.iter().copied().filter(|action| is_asked(*action, is_top));
        Self { requests: SENT_UP.into_iter().map(request).collect(), approvals: asked.map(approval).collect() }
    }
}

/// A change of what a reseller sends up, and of what it does with what it is asked. What is left out stays.
#[derive(InputObject)]
pub(super) struct AutoForwardingSettingsInput {
    /// What it sends up by itself: in place of all rules that there are.
    requests: Option<Vec<AutoRequestRuleInput>>,
    /// What it does with what its downline asks: in place of all rules that there are. What has none is MANUAL; a referral code, for which the company at the top alone is asked,
    /// is AUTO.
    approvals: Option<Vec<ApprovalRuleInput>>,
}

/// Whether a reseller sends something up by itself.
#[derive(InputObject)]
pub(super) struct AutoRequestRuleInput {
    /// What: `FORWARD_ORDER` alone can be.
    action: UplineAction,
    /// Whether it does.
    enabled: bool,
    /// Only what comes to no more than this, in this currency; above zero.
    max_amount: Option<MoneyInput>,
}

/// What a reseller does with something that its downline asks.
#[derive(InputObject)]
pub(super) struct ApprovalRuleInput {
    /// What is asked.
    action: UplineAction,
    /// What it does.
    mode: ApprovalMode,
    /// Only where it comes to no more than this: a person decides about more, and about another currency; above zero.
    max_amount: Option<MoneyInput>,
}

impl AutoForwardingSettingsInput {
    pub(super) fn read(self) -> Result<AutoForwardingUpdate, Refusal> {
        let request = |place: usize, rule: AutoRequestRuleInput| {
            let max_amount = most("requests", place, rule.max_amount.as_ref())?;
            Ok((rule.action.into(), rules::AutoRequestRule { enabled: rule.enabled, max_amount }))
        };
        let approval = |place: usize, rule: ApprovalRuleInput| {
            let max_amount = most("approvals", place, rule.max_amount.as_ref())?;
            Ok((rule.action.into(), rules::ApprovalRule { mode: rule.mode.into(), max_amount }))
        };
        Ok(AutoForwardingUpdate {
            requests: self.requests.map(|rules| each(rules, request)).transpose()?,
            approvals: self.approvals.map(|rules| each(rules, approval)).transpose()?,
        })
    }
}

fn each<I, R>(rules: Vec<I>, read: impl Fn(usize, I) -> Result<R, Refusal>) -> Result<Vec<R>, Refusal> {
    rules.into_iter().enumerate().map(|(place, rule)| read(place, rule)).collect()
}

fn most(list: &str, place: usize, amount: Option<&MoneyInput>) -> Result<Option<money::Money>, Refusal> {
    amount.map(|amount| amount.read(&format!("autoForwarding.{list}.{place}.maxAmount"))).transpose()
}
