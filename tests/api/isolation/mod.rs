//! Isolation, generated: every root field, and everything that has an id, for every relation to it, role and state of the caller.
//!
//! What the caller may not see is answered as an id that was never issued, to the byte.

mod inside;
pub(crate) mod root_fields;
pub(crate) mod table;
mod trade;
mod ways;
mod whole;

use std::sync::atomic::{AtomicUsize, Ordering};

use entity::{
    FreezeId, LedgerEntryId, MembershipId, OrderId, Position, ProductId, ReferralCodeId, Role, TenantId, TenantStatus,
    UplineRequestId,
};
use reseller_network::bus::contract::admin::ReferralTerms;
use reseller_network::bus::contract::catalog::{NewProduct, SaveProduct};
use reseller_network::events::kinds;
use reseller_network::graphql::id::{EventRef, ItemId, SettingsId};
use reseller_network::network::upline::Ask;
use reseller_network::tenancy::Actor;
use serde_json::{Value, json};

use self::root_fields::ROOT_FIELDS;
use self::table::{OpenTo, Thing, Way};
use self::ways::WAYS;
use crate::family::{Family, Relation};
use crate::support::app::{Answer, TestApp, id};
use crate::support::chain::owner;
use crate::support::market::dollars;
use crate::support::{TestDatabase, on_both_databases};

const ROLES: [Role; 3] = [Role::Viewer, Role::Admin, Role::Owner];

on_both_databases!(
    each_caller_reaches_what_rule_2_allows_and_cannot_tell_the_rest_from_nothing,
    a_viewer_changes_nothing,
);

async fn a_viewer_changes_nothing(database: TestDatabase) {
    let app = TestApp::start(database).await;
    let world = World::create(&app).await;
    let before = app.events().await.len();
    for field in ROOT_FIELDS {
        let Some(mutation) = field.name.strip_prefix("Mutation.") else { continue };
        if field.open_to == OpenTo::Everyone {
            // It is done for the person, and not for the company.
            continue;
        }
        for target in [world.family.own, world.family.child] {
            let answer = app.ask(&app.token("viewer"), field.document, json!({ "id": id(target), "key": "one" })).await;
            assert_eq!(answer.data()[mutation]["userErrors"][0]["code"], "NOT_ALLOWED", "{mutation}");
        }
    }
    assert_eq!(app.events().await.len(), before);
}

async fn each_caller_reaches_what_rule_2_allows_and_cannot_tell_the_rest_from_nothing(database: TestDatabase) {
    let app = TestApp::start(database).await;
    let mut world = World::create(&app).await;
    for caller in world.members() {
        world.sees_its_downline(&caller).await;
    }
    for caller in world.outsiders() {
        world.sees_nothing(&caller).await;
    }
    world.freeze(Relation::Own).await;
    world.freeze(Relation::Parent).await;
    for caller in world.members() {
        world.sees_its_downline(&caller).await;
    }
    app.chain.deactivate(Actor::central(), world.family.own, "a test").await.expect("a company that is off");
    for caller in world.members() {
        world.is_refused_or_sees_nothing(&caller).await;
    }
}

/// Who asks.
struct Caller {
    what: String,
    token: String,
    /// `X-Tenant-ID`.
    names: Option<String>,
    /// Whether they act for a company that waits for approval.
    applies: bool,
}

struct World<'a> {
    app: &'a TestApp,
    family: Family,
    /// PENDING, below the own.
    applicant: TenantId,
    freezes: Vec<(Relation, FreezeId)>,
    /// What the chain sells.
    product: ProductId,
    /// One that each company placed.
    orders: Vec<(Relation, OrderId)>,
    /// One in each company's ledger.
    entries: Vec<(Relation, LedgerEntryId)>,
    /// That each company joined.
    events: Vec<(Relation, Position)>,
    /// One that each company asked.
    requests: Vec<(Relation, UplineRequestId)>,
    /// One by which others join below each company.
    codes: Vec<(Relation, ReferralCodeId)>,
    /// Some whom each company has invited. Who is asked about once may be removed then.
    invited: Vec<(Relation, Vec<MembershipId>)>,
    asked_about: AtomicUsize,
}

impl<'a> World<'a> {
    async fn create(app: &'a TestApp) -> Self {
        let family = Family::create(app).await;
        let applicant = app.company_of(Some(family.own), "Applicant", TenantStatus::Pending).await;
        let mut memberships = vec![("applicant", applicant, Role::Owner)];
        for (role, alone, several) in [
            (Role::Viewer, "viewer", "viewer of two"),
            (Role::Admin, "admin", "admin of two"),
            (Role::Owner, "owner", "owner of two"),
        ] {
            memberships.push((alone, family.own, role));
            memberships.push((several, family.sibling, Role::Owner));
            memberships.push((several, family.own, role));
        }
        app.grant(&memberships).await;
        let product = NewProduct {
            sku: "CHAIR".to_owned(),
            name: "A chair".to_owned(),
            category: "Furniture".to_owned(),
            list_price: dollars(1_000),
        };
        let product = app.bus().call::<SaveProduct>(owner(family.root), product).await.expect("a product");
        let orders = trade::orders(app, &family).await;
        let entries = trade::entries(app, &family).await;
        let events = joined(app, &family).await;
        let requests = asked(app, &family).await;
        let codes = generated(app, &family).await;
        let (invited, asked_about) = (invited(app, &family).await, AtomicUsize::new(0));
        let freezes = Vec::new();
        let mut world = Self {
            app,
            family,
            applicant,
            freezes,
            product,
            orders,
            entries,
            events,
            requests,
            codes,
            invited,
            asked_about,
        };
        for relation in [Relation::Child, Relation::Grandchild, Relation::Sibling, Relation::Stranger] {
            world.freeze(relation).await;
        }
        world
    }

    async fn freeze(&mut self, relation: Relation) {
        let placed = self.app.chain.freeze(Actor::central(), self.family.the(relation), "a test").await;
        self.freezes.push((relation, placed.expect("a freeze")));
    }

    /// Those who act for the own company: in each role, in each way of saying so.
    fn members(&self) -> Vec<Caller> {
        let own = id(self.family.own);
        let mut callers = Vec::new();
        for role in ROLES {
            let alone = role.to_string().to_lowercase();
            let several = format!("{alone} of two");
            let caller = |what: &str, token: String, names: Option<&str>| Caller {
                what: format!("the {alone} {what}"),
                token,
                names: names.map(str::to_owned),
                applies: false,
            };
            callers.push(caller("whose only membership it is", self.app.token(&alone), None));
            callers.push(caller("by header", self.app.token(&several), Some(&own)));
            callers.push(caller("by token", self.app.token_for(&several, Some(&own)), None));
        }
        callers
    }

    /// Those who act for no company, or for one that waits for approval.
    fn outsiders(&self) -> Vec<Caller> {
        let caller = |what: &str, names: Option<String>| Caller {
            what: what.to_owned(),
            token: self.app.token(what),
            names,
            applies: what == "applicant",
        };
        vec![
            caller("nobody's member", None),
            caller("owner of two", None),
            caller("applicant", None),
            caller("applicant", Some(id(self.applicant))),
        ]
    }

    async fn sees_its_downline(&self, caller: &Caller) {
        for field in ROOT_FIELDS {
            self.ask(caller, field.document, &id(self.family.own)).await.data();
        }
        for way in WAYS {
            let nothing = self.ask(caller, way.document, &never_issued(way.to)).await;
            let found = nothing.data().pointer(way.found).cloned().filter(|found| !found.is_null());
            assert_eq!(found, None, "{}", way.document);
            for (relation, target) in self.things(way.to) {
                let answer = self.ask(caller, way.document, &target).await;
                let case = format!("{} asks {} for {relation:?}'s {:?}", caller.what, way.argument, way.to);
                if is_in_sight(way, relation) {
                    let data = answer.data();
                    let refusal = way.refusal().and_then(|refusal| data.pointer(&refusal).cloned());
                    match refusal {
                        Some(code) => assert_ne!(code, "NOT_FOUND", "{case}"),
                        None => assert_eq!(data.pointer(way.found), Some(&Value::from(target)), "{case}"),
                    }
                } else {
                    assert_eq!(answer.whole(), nothing.whole(), "{case}");
                }
            }
        }
    }

    async fn sees_nothing(&self, caller: &Caller) {
        for field in ROOT_FIELDS {
            let answer = self.ask(caller, field.document, &id(self.family.own)).await;
            match field.open_to {
                OpenTo::Everyone => drop(answer.data()),
                OpenTo::MembersAndApplicants if caller.applies => drop(answer.data()),
                OpenTo::Members | OpenTo::MembersAndApplicants => {
                    assert_eq!(answer.code(), "FORBIDDEN", "{} asks {}", caller.what, field.name);
                }
            }
        }
        self.cannot_tell_ids_apart(caller).await;
    }

    /// The caller's company is switched off. Who names it is not signed in; who does not acts for no company, or for another.
    async fn is_refused_or_sees_nothing(&self, caller: &Caller) {
        let answer = self.ask(caller, ROOT_FIELDS[0].document, "").await;
        if answer.status.is_success() {
            return self.sees_nothing(caller).await;
        }
        let (token, names) = (self.app.token("nobody's member"), Some("no-such".to_owned()));
        let no_such = Caller { what: String::new(), token, names, applies: false };
        for field in ROOT_FIELDS {
            let answer = self.ask(caller, field.document, &id(self.family.own)).await;
            let unknown = self.ask(&no_such, field.document, &id(self.family.own)).await;
            assert_eq!(answer.code(), "FORBIDDEN");
            assert_eq!(answer.whole(), unknown.whole(), "{} asks {}", caller.what, field.name);
        }
        self.cannot_tell_ids_apart(caller).await;
    }

    async fn cannot_tell_ids_apart(&self, caller: &Caller) {
        for way in WAYS {
            let nothing = self.ask(caller, way.document, &never_issued(way.to)).await;
            assert_eq!(nothing.code(), "FORBIDDEN", "{} asks {}", caller.what, way.argument);
            for (relation, target) in self.things(way.to) {
                let answer = self.ask(caller, way.document, &target).await;
                assert_eq!(answer.whole(), nothing.whole(), "{} asks {} for {relation:?}", caller.what, way.argument);
            }
        }
    }

    /// What there is of a kind, by the relation of the company that it belongs to.
    fn things(&self, kind: Thing) -> Vec<(Relation, String)> {
        match kind {
            Thing::Reseller => Relation::ALL.map(|relation| (relation, id(self.family.the(relation)))).to_vec(),
            Thing::Freeze => self.freezes.iter().map(|(relation, freeze)| (*relation, id(*freeze))).collect(),
            Thing::CatalogItem => {
                Relation::ALL.map(|relation| (relation, self.item(self.family.the(relation)))).to_vec()
            }
            Thing::NetworkSettings => {
                Relation::ALL.map(|relation| (relation, id(SettingsId(self.family.the(relation))))).to_vec()
            }
            Thing::Order => self.orders.iter().map(|(relation, order)| (*relation, id(*order))).collect(),
            Thing::LedgerEntry => self.entries.iter().map(|(relation, entry)| (*relation, id(*entry))).collect(),
            Thing::ActivityEvent => self.events.iter().map(|(relation, at)| (*relation, id(EventRef(*at)))).collect(),
            Thing::UplineRequest => self.requests.iter().map(|(relation, asked)| (*relation, id(*asked))).collect(),
            Thing::Member => {
                let place = self.asked_about.fetch_add(1, Ordering::Relaxed);
                let of_each = self.invited.iter();
                of_each.map(|(relation, some)| (*relation, id(some[place.min(some.len() - 1)]))).collect()
            }
            Thing::ReferralCode => self.codes.iter().map(|(relation, code)| (*relation, id(*code))).collect(),
        }
    }

    fn item(&self, reseller: TenantId) -> String {
        ItemId { reseller, product: self.product }.global().0
    }

    async fn ask(&self, caller: &Caller, document: &str, target: &str) -> Answer {
        let variables = json!({ "id": target, "key": target });
        match &caller.names {
            Some(tenant) => self.app.ask_for(tenant, &caller.token, document, variables).await,
            None => self.app.ask(&caller.token, document, variables).await,
        }
    }
}

/// Rule 2 of the design: a company and its downline. A freeze above the own company freezes it too, and is told of; settings and
/// ledgers are nobody else's; an order is its placer's and of those with whom it was placed.
fn is_in_sight(way: &Way, relation: Relation) -> bool {
    match way.to {
        Thing::Reseller | Thing::CatalogItem | Thing::ActivityEvent => relation.is_at_or_below(),
        Thing::Freeze => relation.is_at_or_below() || relation == Relation::Parent,
        Thing::NetworkSettings | Thing::LedgerEntry | Thing::ReferralCode | Thing::Member => relation == Relation::Own,
        Thing::Order | Thing::UplineRequest => matches!(relation, Relation::Own | Relation::Child),
    }
}

/// An id of the right form that nobody has.
fn never_issued(kind: Thing) -> String {
    match kind {
        Thing::Reseller => id(TenantId::generate()),
        Thing::Freeze => id(FreezeId::generate()),
        Thing::CatalogItem => ItemId { reseller: TenantId::generate(), product: ProductId::generate() }.global().0,
        Thing::NetworkSettings => id(SettingsId(TenantId::generate())),
        Thing::Order => id(OrderId::generate()),
        Thing::LedgerEntry => id(LedgerEntryId::generate()),
        Thing::ActivityEvent => id(EventRef(Position(i64::MAX))),
        Thing::UplineRequest => id(UplineRequestId::generate()),
        Thing::ReferralCode => id(ReferralCodeId::generate()),
        Thing::Member => id(MembershipId::generate()),
    }
}

/// What each company has asked of its upline, which has not decided.
async fn asked(app: &TestApp, family: &Family) -> Vec<(Relation, UplineRequestId)> {
    let upline = &app.running().services.upline;
    let mut requests = Vec::new();
    for relation in Relation::ALL {
        let ask = Ask::CatalogAccess { category: "Light".to_owned(), note: Some("Please".to_owned()) };
        let asked = upline.ask(owner(family.the(relation)), ask, "one of the world").await;
        requests.push((relation, asked.expect("a request")));
    }
    requests
}

/// A referral code of each company.
async fn generated(app: &TestApp, family: &Family) -> Vec<(Relation, ReferralCodeId)> {
    let referrals = &app.running().services.referrals;
    let mut codes = Vec::new();
    for relation in Relation::ALL {
        let terms = ReferralTerms { note: Some("For the fair".to_owned()), ..ReferralTerms::default() };
        let generated = referrals.generate(owner(family.the(relation)), terms, "one of the world").await;
        codes.push((relation, generated.expect("a request").code.expect("a code")));
    }
    codes
}

/// Some whom each company has invited: as many of the own company as are asked about.
async fn invited(app: &TestApp, family: &Family) -> Vec<(Relation, Vec<MembershipId>)> {
    let members = &app.running().services.members;
    let mut invited = Vec::new();
    for relation in Relation::ALL {
        let count = if relation == Relation::Own { 200 } else { 1 };
        let mut some = Vec::with_capacity(count);
        for number in 0..count {
            let address = format!("new{number}@example.com");
            let member = members.invite(owner(family.the(relation)), &address, Role::Viewer).await;
            some.push(member.expect("an invitation"));
        }
        invited.push((relation, some));
    }
    invited
}

/// The event that tells of each company's joining.
async fn joined(app: &TestApp, family: &Family) -> Vec<(Relation, Position)> {
    let events = app.events().await;
    let first = |company| {
        let mut of_company = events.iter().filter(|event| event.subject_tenant_id == Some(company));
        of_company.find(|event| event.event_type == kinds::RESELLER_APPROVED).expect("an event").position
    };
    Relation::ALL.map(|relation| (relation, first(family.the(relation)))).to_vec()
}
