//! The ledgers of a whole database, checked entry by entry.

use std::collections::{BTreeMap, HashMap};

use entity::{PostingId, TenantId, ledger_account, ledger_entry};
use sea_orm::{DatabaseConnection, EntityTrait, QueryOrder};

/// What each company's account in each currency says: balance, and what it owes.
pub(crate) type Accounts = BTreeMap<(TenantId, String), (i64, i64)>;

/// The accounts behind `connection`, after a look at every entry: each posting has two sides that add up to nothing, each ledger counts from 1, and each
/// balance follows from the entries.
pub(crate) async fn accounts(connection: &DatabaseConnection) -> Accounts {
    let entries = ledger_entry::Entity::find();
    let entries = entries.order_by_asc(ledger_entry::Column::OwnerTenantId).order_by_asc(ledger_entry::Column::Number);
    let entries = entries.all(connection).await.expect("entries");
    let mut postings: HashMap<PostingId, Vec<&ledger_entry::Model>> = HashMap::new();
    let mut balances: BTreeMap<(TenantId, String), i64> = BTreeMap::new();
    let mut numbers: HashMap<TenantId, i64> = HashMap::new();
    for entry in &entries {
        postings.entry(entry.posting_id).or_default().push(entry);
        let number = numbers.entry(entry.owner_tenant_id).or_default();
        *number += 1;
        assert_eq!(entry.number, *number, "a ledger counts from 1 without gaps");
        let balance = balances.entry((entry.owner_tenant_id, entry.currency.clone())).or_default();
        *balance += entry.amount_minor;
        assert_eq!(entry.balance_minor, *balance, "{entry:?}");
    }
    for sides in postings.values() {
        let [one, other] = sides.as_slice() else { panic!("a posting has two sides: {sides:?}") };
        assert_eq!(one.amount_minor, -other.amount_minor);
        assert_eq!((one.owner_tenant_id, &one.currency), (other.counterparty_tenant_id, &other.currency));
        assert_eq!((one.counterparty_tenant_id, one.kind), (other.owner_tenant_id, other.kind));
    }
    let accounts = ledger_account::Entity::find().all(connection).await.expect("accounts");
    let accounts = accounts
        .into_iter()
        .map(|row| ((row.owner_tenant_id, row.currency), (row.balance_minor, row.outstanding_minor)));
    let accounts: Accounts = accounts.collect();
    let of_accounts = accounts.iter().map(|(key, (balance, _))| (key.clone(), *balance));
    assert_eq!(of_accounts.collect::<BTreeMap<_, _>>(), balances);
    accounts
}
