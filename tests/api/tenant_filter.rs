//! The tenant global filter, from outside: whatever is asked through a tenant's handle, no other tenant's row is read or touched.

use entity::{
    FreezeId, MembershipId, Owned, PersonId, Role, TenantId, Timestamp, freeze, membership, owned_tables, person,
};
use reseller_network::{
    clock::Clock,
    events::Transaction,
    tenancy::{Actor, OpenOptions},
};
use sea_orm::{
    ActiveValue::{NotSet, Set, Unchanged},
    ColumnTrait, Condition, DbErr, EntityTrait, FromQueryResult, IntoActiveModel, Order, Related, RelationDef,
    Statement,
    sea_query::{Expr, ExprTrait},
};

use crate::{
    connect,
    support::{
        TestDatabase,
        chain::Replica,
        on_both_databases,
        process::{self, Process},
        statements::{observed, sent},
    },
};

on_both_databases!(
    a_tenant_reads_its_own_rows_alone,
    a_tenant_changes_its_own_rows_alone,
    a_row_of_another_owner_is_refused,
    a_joined_row_of_another_owner_does_not_exist,
    a_condition_that_breaks_out_is_refused,
    every_statement_binds_the_owner,
);

/// Freezes as the real entity has them, and also joined with the memberships that were made at the same instant: of any tenant, if it
/// were not for the filter.
mod joined_freeze {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "freezes")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) id: entity::FreezeId,
        pub(crate) owner_tenant_id: entity::TenantId,
        pub(crate) frozen_at: entity::Timestamp,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

impl Owned for joined_freeze::Entity {
    fn owner_column() -> Self::Column {
        joined_freeze::Column::OwnerTenantId
    }

    fn owner_of(row: &Self::ActiveModel) -> Option<TenantId> {
        row.owner_tenant_id.try_as_ref().copied()
    }

    fn set_owner(row: &mut Self::ActiveModel, owner: TenantId) {
        row.owner_tenant_id = Set(owner);
    }
}

impl Related<membership::Entity> for joined_freeze::Entity {
    fn to() -> RelationDef {
        joined_freeze::Entity::belongs_to(membership::Entity)
            .from(joined_freeze::Column::FrozenAt)
            .to(membership::Column::CreatedAt)
            .into()
    }
}

const PEOPLE: [&str; 3] = ["ann", "bob", "eve"];

/// A root with two children, each with the members ann, bob and eve, who joined at the instants 1, 2 and 3, and a freeze put at 1.
struct Three {
    replica: Replica,
    root: TenantId,
    one: TenantId,
    other: TenantId,
}

impl Three {
    async fn new(url: &str, options: OpenOptions) -> Self {
        let replica = Replica::open_with(url, options, Clock::system()).await;
        let root = replica.add(None, "Root").await;
        let one = replica.add(root, "One").await;
        let other = replica.add(root, "Other").await;
        let people = person::Entity::insert_many(PEOPLE.map(new_person));
        people.exec_without_returning(&connect(url).await).await.expect("people");
        let three = Self { replica, root, one, other };
        for tenant in [root, one, other] {
            let change = three.change().await;
            let own = change.in_tenant(tenant);
            let members = PEOPLE.into_iter().zip(1..).map(|(name, at)| new_member(name, at)).collect();
            own.insert_many::<membership::Entity>(members).await.expect("members");
            own.insert::<freeze::Entity>(new_freeze(root, 1)).await.expect("a freeze");
            change.commit().await.expect("written");
        }
        three
    }

    async fn change(&self) -> Transaction {
        self.replica.log.begin(Actor::central()).await.expect("a transaction")
    }

    /// All members and freezes of a tenant, by its own handle.
    async fn rows(&self, tenant: TenantId) -> (Vec<membership::Model>, Vec<freeze::Model>) {
        let own = self.replica.database.in_tenant(tenant);
        let members = own.find::<membership::Entity>().order_by(membership::Column::CreatedAt, Order::Asc).all();
        let freezes = own.find::<freeze::Entity>().order_by(freeze::Column::FrozenAt, Order::Asc).all();
        (members.await.expect("members"), freezes.await.expect("freezes"))
    }
}

fn new_person(name: &str) -> person::ActiveModel {
    person::ActiveModel {
        id: Set(PersonId::of("test", name)),
        issuer: Set("test".to_owned()),
        subject: Set(name.to_owned()),
        email: Set(None),
        created_at: Set(Timestamp(0)),
    }
}

fn new_member(name: &str, at: i64) -> membership::ActiveModel {
    membership::ActiveModel {
        id: Set(MembershipId::generate()),
        owner_tenant_id: NotSet,
        person_id: Set(PersonId::of("test", name)),
        role: Set(Role::Viewer),
        created_at: Set(Timestamp(at)),
    }
}

fn new_freeze(placer: TenantId, at: i64) -> freeze::ActiveModel {
    freeze::ActiveModel {
        id: Set(FreezeId::generate()),
        owner_tenant_id: NotSet,
        placed_by_tenant_id: Set(placer),
        reason: Set("late".to_owned()),
        frozen_at: Set(Timestamp(at)),
    }
}

fn is_ann_or_bob() -> Condition {
    let is = |name| membership::Column::PersonId.eq(PersonId::of("test", name));
    Condition::any().add(is("ann")).add(is("bob"))
}

#[derive(Debug, PartialEq, FromQueryResult)]
struct Totals {
    sum: Option<i64>,
    last: Option<i64>,
}

fn totals() -> [(Expr, &'static str); 2] {
    let joined = membership::Column::CreatedAt;
    [(joined.sum().cast_as("bigint"), "sum"), (joined.max(), "last")]
}

#[derive(Debug, PartialEq, FromQueryResult)]
struct Joined {
    frozen: i64,
    joined: i64,
}

fn joined() -> [(Expr, &'static str); 2] {
    [(joined_freeze::Column::Id.count(), "frozen"), (membership::Column::Id.count(), "joined")]
}

async fn a_tenant_reads_its_own_rows_alone(database: TestDatabase) {
    let three = Three::new(&database.url, OpenOptions::default()).await;
    for tenant in [three.root, three.one, three.other] {
        let (members, freezes) = three.rows(tenant).await;
        assert!(members.iter().all(|member| member.owner_tenant_id == tenant), "{members:?}");
        assert!(freezes.iter().all(|freeze| freeze.owner_tenant_id == tenant), "{freezes:?}");
        assert_eq!((members.len(), freezes.len()), (3, 1));
        let own = three.replica.database.in_tenant(tenant);
        let find = || own.find::<membership::Entity>();
        assert_eq!(find().filter(is_ann_or_bob()).count().await.expect("a count"), 2);
        assert_eq!(find().filter(is_ann_or_bob()).all().await.expect("rows").len(), 2);
        assert_eq!(find().limit(2).all().await.expect("rows").len(), 2);
        let last = find().order_by(membership::Column::CreatedAt, Order::Desc).one().await.expect("a row");
        assert_eq!(last.as_ref(), members.last());
        let whole = find().aggregate::<Totals>(totals()).await.expect("aggregates");
        assert_eq!(whole, Some(Totals { sum: Some(6), last: Some(3) }));
        let part = find().filter(is_ann_or_bob()).aggregate::<Totals>(totals()).await.expect("aggregates");
        assert_eq!(part, Some(Totals { sum: Some(3), last: Some(2) }));
    }
    let (foreign, _) = three.rows(three.other).await;
    let own = three.replica.database.in_tenant(three.one);
    let by_id = own.find::<membership::Entity>().filter(membership::Column::Id.eq(foreign[0].id));
    assert_eq!(by_id.one().await.expect("an answer"), None, "another's row, asked for by its id");
}

async fn a_tenant_changes_its_own_rows_alone(database: TestDatabase) {
    let three = Three::new(&database.url, OpenOptions::default()).await;
    let (untouched, foreign) = (three.rows(three.root).await, three.rows(three.other).await);
    let change = three.change().await;
    let own = change.in_tenant(three.one);
    let promote = [(membership::Column::Role, Expr::value(Role::Admin))];
    assert_eq!(own.update_many::<membership::Entity>(promote.clone(), is_ann_or_bob()).await.expect("updated"), 2);
    assert_eq!(own.update_many::<membership::Entity>(promote, Condition::all()).await.expect("updated"), 3);
    assert_eq!(own.delete_many::<membership::Entity>(is_ann_or_bob()).await.expect("deleted"), 2);
    assert_eq!(own.delete_many::<freeze::Entity>(Condition::all()).await.expect("deleted"), 1);
    let foreign_id = freeze::Column::Id.eq(foreign.1[0].id);
    assert_eq!(own.delete_many::<freeze::Entity>(foreign_id).await.expect("nothing to delete"), 0);
    let mut eve = own.find::<membership::Entity>().one().await.expect("an answer").expect("eve").into_active_model();
    eve.role = Set(Role::Owner);
    assert_eq!(own.update::<membership::Entity>(eve).await.expect("updated").role, Role::Owner);
    // Its id alone is known, as to somebody who guesses.
    let guessed = membership::ActiveModel {
        id: Unchanged(foreign.0[0].id),
        role: Set(Role::Owner),
        ..<membership::ActiveModel as sea_orm::ActiveModelTrait>::default()
    };
    let outcome = own.update::<membership::Entity>(guessed).await;
    assert!(matches!(outcome, Err(DbErr::RecordNotUpdated)), "another's row does not exist: {outcome:?}");
    change.commit().await.expect("written");
    let (members, freezes) = three.rows(three.one).await;
    assert_eq!((members.len(), freezes.len()), (1, 0));
    assert_eq!((three.rows(three.root).await, three.rows(three.other).await), (untouched, foreign));
}

async fn a_row_of_another_owner_is_refused(database: TestDatabase) {
    let three = Three::new(&database.url, OpenOptions::default()).await;
    let before = [three.rows(three.one).await, three.rows(three.other).await];
    let change = three.change().await;
    let own = change.in_tenant(three.one);
    let of_other = || freeze::ActiveModel { owner_tenant_id: Set(three.other), ..new_freeze(three.one, 9) };
    assert!(own.insert::<freeze::Entity>(of_other()).await.is_err());
    let rows = vec![new_freeze(three.one, 8), of_other()];
    assert!(own.insert_many::<freeze::Entity>(rows).await.is_err(), "one of them is enough");
    let given_away = |row: &membership::Model, owner| membership::ActiveModel {
        owner_tenant_id: Set(owner),
        ..row.clone().into_active_model()
    };
    assert!(own.update::<membership::Entity>(given_away(&before[0].0[0], three.other)).await.is_err(), "given away");
    let mut taken = given_away(&before[1].0[0], three.one);
    taken.role = Set(Role::Owner);
    assert!(own.update::<membership::Entity>(taken).await.is_err(), "taken over");
    let owner = [(membership::Column::OwnerTenantId, Expr::value(three.other))];
    assert!(own.update_many::<membership::Entity>(owner, Condition::all()).await.is_err(), "all given away");
    change.commit().await.expect("nothing to write");
    assert_eq!([three.rows(three.one).await, three.rows(three.other).await], before);
}

async fn a_joined_row_of_another_owner_does_not_exist(database: TestDatabase) {
    let three = Three::new(&database.url, OpenOptions::default()).await;
    let change = three.change().await;
    let own = change.in_tenant(three.one);
    // Nobody of its own joined at the instant 7; somebody of another did.
    own.insert::<freeze::Entity>(new_freeze(three.one, 7)).await.expect("a freeze");
    let other = change.in_tenant(three.other);
    let promote = [(membership::Column::CreatedAt, Expr::value(Timestamp(7)))];
    other.update_many::<membership::Entity>(promote, is_ann_or_bob()).await.expect("updated");
    change.commit().await.expect("written");
    let own = three.replica.database.in_tenant(three.one);
    let select = || own.find::<joined_freeze::Entity>().left_join_owned::<membership::Entity>();
    let counts = select().aggregate::<Joined>(joined()).await.expect("counts");
    assert_eq!(counts, Some(Joined { frozen: 2, joined: 1 }), "a row without a partner stays");
    let rows = select().all().await.expect("rows");
    assert_eq!(rows.iter().map(|row| row.owner_tenant_id).collect::<Vec<_>>(), [three.one; 2]);
    assert_eq!(select().count().await.expect("a count"), 2);
}

async fn a_condition_that_breaks_out_is_refused(database: TestDatabase) {
    let three = Three::new(&database.url, OpenOptions::default()).await;
    let own = three.replica.database.in_tenant(three.one);
    let find = || own.find::<membership::Entity>();
    assert!(find().filter(Expr::cust("1 = 1) OR (1 = 1")).all().await.is_err());
    assert!(find().filter(Expr::cust("1 = 1 -- ")).count().await.is_err());
    let foreign = Expr::cust("EXISTS (SELECT 1 FROM \"freezes\")");
    assert!(find().filter(foreign).one().await.is_err(), "a subquery without its owner");
    let contained = find().filter(Expr::cust("1 = 1 OR 1 = 1")).all().await.expect("rows");
    assert_eq!(contained.len(), 3, "what stays inside its brackets only narrows");
}

async fn every_statement_binds_the_owner(database: TestDatabase) {
    Process::start("tenant_filter::work_in_a_tenants_scope", &database.url).finish();
}

/// Does all that a handle offers, alone in its process, where it can listen to what the driver really sends.
#[tokio::test]
async fn work_in_a_tenants_scope() {
    let Some(url) = process::work() else { return };
    let sent = sent();
    let (observer, handed_over) = observed();
    let three = Three::new(&url, OpenOptions { observer: Some(observer), ..OpenOptions::default() }).await;
    three.replica.caught_up().await;
    sent.take();
    handed_over.take();
    do_all_that_a_handle_offers(&three).await;
    let statements: Vec<Statement> = handed_over.take().into_iter().filter(|seen| is_of_owned(&seen.sql)).collect();
    for statement in &statements {
        assert_bound(statement, &three);
    }
    let mut handed_over: Vec<_> = statements.into_iter().map(|statement| statement.sql).collect();
    let mut sent: Vec<_> = sent.take().into_iter().filter(|sql| is_of_owned(sql)).collect();
    handed_over.sort();
    sent.sort();
    assert_eq!(sent, handed_over, "what the driver sends, and what sea-orm was given: nothing goes around it");
    assert_eq!(sent.len(), 14, "one for each call: {sent:#?}");
}

async fn do_all_that_a_handle_offers(three: &Three) {
    let own = three.replica.database.in_tenant(three.one);
    let find = || own.find::<membership::Entity>();
    find().all().await.expect("rows");
    find().one().await.expect("a row");
    find().count().await.expect("a count");
    find().filter(is_ann_or_bob()).order_by(membership::Column::Id, Order::Desc).limit(2).all().await.expect("rows");
    find().limit(2).count().await.expect("a count");
    find().aggregate::<Totals>(totals()).await.expect("totals");
    let joining = || own.find::<joined_freeze::Entity>().left_join_owned::<membership::Entity>();
    joining().all().await.expect("rows");
    joining().aggregate::<Joined>(joined()).await.expect("counts");
    let change = three.change().await;
    let own = change.in_tenant(three.one);
    let row = own.insert::<freeze::Entity>(new_freeze(three.one, 4)).await.expect("a freeze");
    own.delete_many::<freeze::Entity>(freeze::Column::FrozenAt.gt(Timestamp(0))).await.expect("deleted");
    let rows = vec![row.clone().into_active_model()];
    own.insert_many::<freeze::Entity>(rows.into_iter().map(sea_orm::ActiveModelTrait::reset_all).collect())
        .await
        .expect("a freeze");
    let mut row = row.into_active_model();
    row.reason = Set("later".to_owned());
    own.update::<freeze::Entity>(row).await.expect("updated");
    let reason = [(freeze::Column::Reason, Expr::value("latest"))];
    own.update_many::<freeze::Entity>(reason, Condition::any()).await.expect("updated");
    own.find::<freeze::Entity>().one().await.expect("a row");
    change.commit().await.expect("written");
}

fn is_of_owned(sql: &str) -> bool {
    owned_tables().iter().any(|table| sql.contains(table))
}

/// Asserts in the plainest way that `statement` is of the tenant `one` alone.
fn assert_bound(statement: &Statement, three: &Three) {
    let values = statement.values.as_ref().map(|values| values.0.clone()).unwrap_or_default();
    assert!(values.contains(&three.one.into()), "the owner is not bound: {statement}");
    assert!(!values.contains(&three.root.into()) && !values.contains(&three.other.into()), "{statement}");
    for table in owned_tables() {
        let stands =
            ["FROM", "JOIN", "UPDATE"].map(|word| statement.sql.matches(&format!("{word} \"{table}\"")).count());
        let bound = statement.sql.matches(&format!("\"{table}\".\"owner_tenant_id\" = ")).count();
        assert_eq!(bound, stands.iter().sum::<usize>(), "{statement}");
    }
}
