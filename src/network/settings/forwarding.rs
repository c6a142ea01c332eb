//! Auto-forwarding: what a company sends up by itself, and what it does with what its downline asks.

use std::collections::BTreeMap;

use entity::UplineAction;
use serde::{Deserialize, Serialize};

use crate::error::{Refusal, RefusalCode};
use crate::money::Money;

/// What a company sends up by itself, and what it does with what its downline asks. What has no rule is not sent up, and decided by a person.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AutoForwarding {
    /// What it sends up by itself.
    pub requests: BTreeMap<UplineAction, AutoRequestRule>,
    /// What it does with what its downline asks.
    pub approvals: BTreeMap<UplineAction, ApprovalRule>,
}

/// Whether a company sends something up by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AutoRequestRule {
    /// Whether it does.
    pub enabled: bool,
    /// Only what comes to no more than this; in another currency nothing. None: any amount.
    pub max_amount: Option<Money>,
}

/// What a company does with something that its downline asks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ApprovalRule {
    /// What it does.
    pub mode: ApprovalMode,
    /// Only where it comes to no more than this; a person decides about more, and about another currency. None: any amount.
    pub max_amount: Option<Money>,
}

/// What a company does with what its downline asks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ApprovalMode {
    /// It is done at once.
    Auto,
    /// A person decides.
    #[default]
    Manual,
    /// The company's own upline decides.
    Forward,
}

/// A change of auto-forwarding. A list takes the place of the whole list before it; what is left out stays.
#[derive(Clone, Debug, Default)]
pub struct AutoForwardingUpdate {
    /// What it sends up by itself.
    pub requests: Option<Vec<(UplineAction, AutoRequestRule)>>,
    /// What it does with what its downline asks.
    pub approvals: Option<Vec<(UplineAction, ApprovalRule)>>,
}

/// Whether a company is ever asked for this: for referral codes the one at the top alone.
#[must_use]
pub fn is_asked(action: UplineAction, is_top: bool) -> bool {
    is_top || action != UplineAction::GenerateReferralCode
}

/// What is not about money.
const WITHOUT_MONEY: [UplineAction; 2] = [UplineAction::RequestCatalogAccess, UplineAction::GenerateReferralCode];

/// What a company can send up by itself: an order that it holds.
pub const SENT_UP: [UplineAction; 1] = [UplineAction::ForwardOrder];

impl ApprovalMode {
    /// What is done where nothing is set: a person decides; but super_admin, who alone is asked for them, lets everybody have referral codes.
    fn of_unset(action: UplineAction) -> Self {
        if action == UplineAction::GenerateReferralCode { Self::Auto } else { Self::Manual }
    }
}

impl AutoForwarding {
    /// What the company does with something that is asked, which comes to `amount` where it is about money.
    #[must_use]
    pub fn decision(&self, action: UplineAction, amount: Option<Money>) -> ApprovalMode {
        let rule = self.approval(action);
        if is_within(rule.max_amount, amount) { rule.mode } else { ApprovalMode::Manual }
    }

    /// What the company does with what is asked of this kind.
    #[must_use]
    pub fn approval(&self, action: UplineAction) -> ApprovalRule {
        let unset = || ApprovalRule { mode: ApprovalMode::of_unset(action), max_amount: None };
        self.approvals.get(&action).copied().unwrap_or_else(unset)
    }

    /// Whether the company sends something up by itself, which comes to `amount`.
    #[must_use]
    pub fn sends_up(&self, action: UplineAction, amount: Money) -> bool {
        self.requests.get(&action).is_some_and(|rule| rule.enabled && is_within(rule.max_amount, Some(amount)))
    }
}

/// Whether `amount` is no more than `most`. What is not about money is never too much.
fn is_within(most: Option<Money>, amount: Option<Money>) -> bool {
    match (most, amount) {
        (Some(most), Some(amount)) => most.currency == amount.currency && amount.minor <= most.minor,
        (None, _) | (_, None) => true,
    }
}

impl AutoForwardingUpdate {
    /// What `old` becomes.
    ///
    /// # Errors
    /// `INVALID` for an action that is there twice, that nobody sends up by itself, or that the company is never asked for; and for an amount that is not
    /// above zero or has no meaning.
    pub(super) fn apply(self, old: &AutoForwarding, is_top: bool) -> Result<AutoForwarding, Refusal> {
        let requests = self.requests.map(|rules| {
            let why_not = |action| (!SENT_UP.contains(&action)).then_some("Nobody asks for this without a person");
            by_action("requests", rules, |rule: &AutoRequestRule| rule.max_amount, why_not)
        });
        let approvals = self.approvals.map(|rules| {
            let why_not =
                |action| (!is_asked(action, is_top)).then_some("The company at the top alone is asked for this");
            by_action("approvals", rules, |rule: &ApprovalRule| rule.max_amount, why_not)
        });
        Ok(AutoForwarding {
            requests: requests.unwrap_or_else(|| Ok(old.requests.clone()))?,
            approvals: approvals.unwrap_or_else(|| Ok(old.approvals.clone()))?,
        })
    }
}

/// The rules of the input list `list`, by what they are about.
fn by_action<R>(
    list: &str,
    rules: Vec<(UplineAction, R)>,
    max_amount: impl Fn(&R) -> Option<Money>,
    why_not: impl Fn(UplineAction) -> Option<&'static str>,
) -> Result<BTreeMap<UplineAction, R>, Refusal> {
    let mut by_action = BTreeMap::new();
    for (place, (action, rule)) in rules.into_iter().enumerate() {
        let refuse = |field: &str, why: String| {
            Err(Refusal::new(RefusalCode::Invalid, &format!("autoForwarding.{list}.{place}.{field}"), why))
        };
        if let Some(why) = why_not(action) {
            return refuse("action", format!("{why}: {action}."));
        }
        if max_amount(&rule).is_some_and(|most| most.minor < 1) {
            return refuse("maxAmount", "Expected an amount above zero, or none.".to_owned());
        }
        if max_amount(&rule).is_some() && WITHOUT_MONEY.contains(&action) {
            return refuse("maxAmount", format!("{action} is not about money: leave it out."));
        }
        if by_action.insert(action, rule).is_some() {
            return refuse("action", format!("{action} is there twice."));
        }
    }
    Ok(by_action)
}

#[cfg(test)]
mod tests {
    use iso_currency::Currency;

    use super::*;

    fn usd(minor: i64) -> Money {
        Money::new(minor, Currency::USD)
    }

    #[test]
    fn above_the_amount_and_in_another_currency_a_person_decides() {
        let rule = |mode, max_amount| AutoForwarding {
            approvals: [(UplineAction::RequestCredit, ApprovalRule { mode, max_amount })].into(),
            ..AutoForwarding::default()
        };
        let euros = Some(Money::new(1, Currency::EUR));
        for mode in [ApprovalMode::Auto, ApprovalMode::Forward] {
            let decision = |most, amount| rule(mode, most).decision(UplineAction::RequestCredit, amount);
            assert_eq!(decision(None, Some(usd(1_000_000))), mode);
            assert_eq!(decision(Some(usd(100)), Some(usd(100))), mode);
            assert_eq!(decision(Some(usd(100)), Some(usd(101))), ApprovalMode::Manual);
            assert_eq!(decision(Some(usd(100)), euros), ApprovalMode::Manual);
            let other = rule(mode, None).decision(UplineAction::ForwardOrder, Some(usd(1)));
            assert_eq!(other, ApprovalMode::Manual, "what has no rule");
        }
    }

    #[test]
    fn what_is_not_about_money_is_decided_whatever_the_amount() {
        let rule = ApprovalRule { mode: ApprovalMode::Auto, max_amount: Some(usd(1)) };
        let rules = AutoForwarding {
            approvals: [(UplineAction::RequestCatalogAccess, rule)].into(),
            ..AutoForwarding::default()
        };
        assert_eq!(rules.decision(UplineAction::RequestCatalogAccess, None), ApprovalMode::Auto);
    }

    #[test]
    fn what_is_enabled_is_sent_up_to_its_amount() {
        let rule = |enabled, max_amount| AutoForwarding {
            requests: [(UplineAction::ForwardOrder, AutoRequestRule { enabled, max_amount })].into(),
            ..AutoForwarding::default()
        };
        let sent =
            |rules: AutoForwarding, minor| rules.sends_up(UplineAction::ForwardOrder, Money::new(minor, Currency::USD));
        assert!(sent(rule(true, None), 1_000_000) && sent(rule(true, Some(usd(100))), 100));
        assert!(
            !sent(rule(true, Some(usd(100))), 101)
                && !sent(rule(false, None), 1)
                && !sent(AutoForwarding::default(), 1)
        );
        let euros = rule(true, Some(Money::new(100, Currency::EUR)));
        assert!(!sent(euros, 1), "another currency");
    }
}
