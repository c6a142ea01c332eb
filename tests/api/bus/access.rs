//! Who may call whom: rule 2 of the design and the alias's mark, for every alias. All that is refused is refused alike.

use std::collections::BTreeSet;
use std::sync::Arc;

use entity::{Role, TenantId, Timestamp};
use futures_util::future::BoxFuture;
use iso_currency::Currency;
use reseller_network::bus::contract::{Page, Period, Take, admin, catalog, finance, network, orders};
use reseller_network::bus::{Alias, Bus, CallError, Request, Serve};
use reseller_network::error::ServiceError;
use reseller_network::money::Money;
use reseller_network::tenancy::{Actor, Scope};
use time::macros::date;

use crate::family::{Family, Relation};
use crate::support::app::TestApp;
use crate::support::chain::owner;
use crate::support::faults::{Call, Calls, Recording, Refusing, refusal};
use crate::support::{Backend, TestDatabase};

/// Whom a company may call an alias in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reach {
    /// In itself.
    Own,
    /// In itself and its downline.
    Downline,
}

/// An alias that is called in `targets`.
type Calling = Box<dyn Fn(Bus, Actor, Vec<TenantId>) -> BoxFuture<'static, Result<(), CallError>>>;

struct Row {
    name: &'static str,
    reach: Reach,
    /// Puts nobody in its module's place.
    vacate: fn(&Bus),
    call: Calling,
}

/// Every alias that is registered must be here.
fn table() -> Vec<Row> {
    let period = Period { from: date!(2026 - 01 - 01), to: date!(2026 - 12 - 31) };
    let usd = Money::new(100, Currency::USD);
    let first = || Take::First(1);
    let list =
        catalog::CatalogQuery { search: None, category: None, page: Page { take: first(), after: None, before: None } };
    let product =
        catalog::NewProduct { sku: "A".to_owned(), name: "A".to_owned(), category: "A".to_owned(), list_price: usd };
    let order = orders::NewOrder { lines: Vec::new(), reference: None, idempotency_key: "a key".to_owned() };
    let orders_query = orders::OrdersQuery {
        status: None,
        held_by_me: None,
        placed_after: Some(Timestamp(0)),
        placed_before: None,
        page: Page { take: first(), after: None, before: None },
    };
    let id = entity::OrderId::generate();
    let to = entity::OrderStatus::Cancelled;
    let entries = finance::EntriesQuery { currency: None, page: Page { take: first(), after: None, before: None } };
    let payment = finance::Payment {
        from: TenantId::generate(),
        amount: usd,
        reference: None,
        idempotency_key: "a key".to_owned(),
    };
    let why = || admin::Why { reason: "A test".to_owned() };
    let request = entity::UplineRequestId::generate();
    let code = entity::ReferralCodeId::generate();
    vec![
        row::<admin::ApproveReseller>(Reach::Downline, ()),
        row::<admin::DeactivateReseller>(Reach::Downline, why()),
        row::<admin::ReactivateReseller>(Reach::Downline, ()),
        row::<admin::FreezeSubtree>(Reach::Downline, why()),
        row::<admin::ThawSubtree>(Reach::Own, admin::Thaw { freeze: entity::FreezeId::generate(), note: None }),
        row::<admin::MoveReseller>(Reach::Downline, admin::Move { new_parent: TenantId::generate() }),
        row::<admin::GenerateReferralCode>(
            Reach::Own,
            admin::NewReferralCode { terms: admin::ReferralTerms::default(), idempotency_key: "a key".to_owned() },
        ),
        row::<admin::ClaimReferralCode>(Reach::Own, admin::ReferralCodeClaim { id: code, unless_shown: false }),
        row::<admin::RevokeReferralCode>(Reach::Own, admin::ReferralCodeRevocation { id: code, reason: None }),
        row::<admin::ListReferralCodes>(
            Reach::Own,
            admin::ReferralCodesQuery { statuses: None, page: Page { take: first(), after: None, before: None } },
        ),
        row::<admin::GetReferralCodes>(Reach::Own, Vec::new()),
        row::<admin::GetRedemptions>(Reach::Own, vec![code]),
        row::<admin::JoinNetwork>(Reach::Own, application()),
        row::<catalog::GetAvailableCatalog>(Reach::Downline, list),
        row::<catalog::GetItems>(Reach::Downline, Vec::new()),
        row::<catalog::GetStats>(Reach::Downline, ()),
        row::<catalog::GetAccess>(Reach::Downline, ()),
        row::<catalog::Quote>(Reach::Own, Vec::new()),
        row::<catalog::SaveProduct>(Reach::Own, product),
        row::<catalog::SetPriceOverride>(Reach::Own, catalog::PriceOverride { sku: "A".to_owned(), price: None }),
        row::<catalog::SetAccess>(Reach::Downline, catalog::Access::default()),
        row::<catalog::RequestAccess>(
            Reach::Own,
            catalog::GrantCategory { category: "A".to_owned(), by: TenantId::generate(), request },
        ),
        row::<orders::Place>(Reach::Own, order),
        row::<orders::Advance>(Reach::Own, orders::Step { id, to, note: None }),
        row::<orders::Forward>(Reach::Own, orders::Forwarded { id, to: None, note: None }),
        row::<orders::GetOrders>(Reach::Own, Vec::new()),
        row::<orders::ListOrders>(Reach::Own, orders_query),
        row::<orders::GetStats>(Reach::Downline, period),
        row::<orders::GetSeries>(Reach::Downline, period),
        row::<orders::GetLegs>(Reach::Own, Vec::new()),
        row::<finance::GetSummary>(Reach::Downline, ()),
        row::<finance::ListEntries>(Reach::Own, entries),
        row::<finance::GetEntries>(Reach::Own, Vec::new()),
        row::<finance::RecordPayment>(Reach::Own, payment),
        row::<finance::RequestCredit>(
            Reach::Own,
            finance::GrantCredit { amount: usd, by: TenantId::generate(), request },
        ),
        row::<network::GetDownlineTree>(Reach::Downline, network::TreeQuery { depth: 1 }),
        row::<network::GetChildSummary>(Reach::Downline, period),
        row::<network::GetDashboard>(Reach::Downline, period),
        row::<network::GetMargins>(Reach::Own, ()),
    ]
}

fn application() -> admin::Application {
    let applicant = admin::Applicant { issuer: "an issuer".to_owned(), subject: "a subject".to_owned(), email: None };
    admin::Application {
        code: admin::ReferralSecret("a code".to_owned()),
        company_name: "A company".to_owned(),
        currency: Currency::USD,
        applicant,
        idempotency_key: "a key".to_owned(),
    }
}

fn row<A: Alias>(reach: Reach, args: A::Args) -> Row {
    let call: Calling = Box::new(move |bus, actor, targets| {
        let args = args.clone();
        Box::pin(async move {
            match *targets {
                [target] => bus.call_in_tenant::<A>(actor, target, args).await.map(drop),
                _ => bus.call_in_tenants::<A>(actor, &targets, args).await.map(drop),
            }
        })
    });
    Row { name: A::NAME, reach, vacate: |bus| bus.serve::<A>(Arc::new(Nobody)), call }
}

struct Nobody;

#[async_trait::async_trait]
impl<A: Alias> Serve<A> for Nobody {
    async fn serve(&self, _: Request<A>) -> Result<Vec<A::Answer>, ServiceError> {
        Err(refusal().into())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_alias_is_in_the_table_with_its_mark() {
    let app = TestApp::start(TestDatabase::new(Backend::Sqlite).await).await;
    let table = table();
    let known: BTreeSet<_> = table.iter().map(|row| row.name).collect();
    for alias in app.bus().aliases() {
        let name = alias.registration.name;
        assert!(known.contains(name), "give {name} a row in tests/api/bus/access.rs");
    }
    for row in &table {
        (row.vacate)(app.bus());
    }
    for alias in app.bus().aliases() {
        let row = table.iter().find(|row| row.name == alias.registration.name).expect("a row");
        assert_eq!(alias.registration.cross_tenant, row.reach == Reach::Downline, "{}", row.name);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_may_call_whom_is_rule_2_and_the_mark_and_all_refusals_are_alike() {
    let app = TestApp::start(TestDatabase::new(Backend::Sqlite).await).await;
    let family = Family::create(&app).await;
    app.is_caught_up().await;
    let table = table();
    let calls = Calls::default();
    for row in &table {
        (row.vacate)(app.bus());
    }
    app.bus().reroute("", |_| Arc::new(Recording { calls: calls.clone(), behind: Arc::new(Refusing) }));
    let own = owner(family.own);
    let relations = Relation::ALL.map(|relation| (Some(relation), family.the(relation)));
    for (relation, target) in relations.into_iter().chain([(None, TenantId::generate())]) {
        for row in &table {
            let case = format!("{} in {relation:?}", row.name);
            let admitted = match (relation, row.reach) {
                (Some(Relation::Own), _) => true,
                (Some(relation), Reach::Downline) => relation.is_at_or_below(),
                _ => false,
            };
            for targets in [vec![target], vec![family.own, target], vec![target, family.own]] {
                let outcome = (row.call)(app.bus().clone(), own, targets.clone()).await;
                assert_called(admitted, (row.name, own, &targets), &outcome, &calls.take(), &case);
            }
            let central = Actor::central();
            let outcome = (row.call)(app.bus().clone(), central, vec![target]).await;
            assert_called(
                true,
                (row.name, central, &[target]),
                &outcome,
                &calls.take(),
                &format!("{case}, by central code"),
            );
        }
    }
}

/// Asserts that an admitted call was sent, and that of one that is not nobody heard anything but that it is out of reach.
fn assert_called(
    admitted: bool,
    (alias, actor, targets): (&'static str, Actor, &[TenantId]),
    outcome: &Result<(), CallError>,
    sent: &[Call],
    case: &str,
) {
    if admitted {
        assert!(matches!(outcome, Err(CallError::Refused(_))), "{case}: {outcome:?}");
        let targets = targets.iter().map(|target| Scope::Tenant(*target)).collect();
        assert_eq!(sent, [Call { alias, actor, targets }], "{case}");
    } else {
        assert!(matches!(outcome, Err(CallError::OutOfReach)), "{case}: {outcome:?}");
        assert_eq!(sent, [], "{case}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_role_opens_no_way_up_and_a_call_of_nobody_s_is_made_in_nobody_s_scope() {
    let app = TestApp::start(TestDatabase::new(Backend::Sqlite).await).await;
    let family = Family::create(&app).await;
    app.is_caught_up().await;
    let calls = Calls::default();
    app.bus().serve::<catalog::GetAccess>(Arc::new(Nobody));
    app.bus().reroute("", |_| Arc::new(Recording { calls: calls.clone(), behind: Arc::new(Refusing) }));
    for role in [Role::Viewer, Role::Admin, Role::Owner] {
        let actor = Actor { role, ..owner(family.own) };
        let up = app.bus().call_in_tenant::<catalog::GetAccess>(actor, family.parent, ()).await;
        assert!(matches!(up, Err(CallError::OutOfReach)), "{role}");
        let reach = app.bus().reach::<catalog::GetAccess>(actor);
        assert!(!reach.admits(family.root) && !reach.admits(family.parent), "{role}");
        assert!(reach.admits(family.own) && reach.admits(family.grandchild), "what is below");
        let up = app.bus().call_in_reach::<catalog::GetAccess>(actor, &[family.root, family.parent], ()).await;
        assert_eq!(up.expect("nobody is asked"), [None, None], "{role}");
    }
    assert_eq!(calls.take(), []);
    app.bus().call::<catalog::GetAccess>(Actor::central(), ()).await.expect_err("a refusal");
    let expected = Call { alias: "catalog.getAccess", actor: Actor::central(), targets: vec![Scope::Central] };
    assert_eq!(calls.take(), [expected]);
}
