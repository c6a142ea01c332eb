//! The Superstore: for every company and every month the figures are what a recount of the files says, to the cent.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use entity::{TenantId, daily_figure};
use reseller_network::modules::import::{Source, import};
use reseller_network::tenancy::topology::Snapshot;
use sea_orm::EntityTrait;

use super::World;
use crate::import::OPTIONS;
use crate::support::{TestDatabase, on_both_databases};

on_both_databases!(the_figures_of_every_company_and_month_are_those_of_the_files);

const FILES: &str = "data/superstore";

/// Whose and in which month, and how far below: how many orders, and what they come to.
pub(crate) type Months = BTreeMap<(TenantId, String, i32), (i64, i64)>;

async fn the_figures_of_every_company_and_month_are_those_of_the_files(database: TestDatabase) {
    let (world, chain) = imported(&database).await;
    let expected = recount(&chain);

    let mut months = Months::new();
    for row in daily_figure::Entity::find().all(&world.outside).await.expect("figures") {
        assert_eq!(row.currency, "USD");
        let month = row.day.date().to_string()[..7].to_owned();
        let (orders, revenue) = months.entry((row.owner_tenant_id, month, row.level)).or_default();
        (*orders, *revenue) = (*orders + row.order_count, *revenue + row.revenue_minor);
    }
    assert_eq!(months, expected);
    let root = chain.id(chain.root().expect("a root"));
    let of_root = months.iter().filter(|((owner, ..), _)| *owner == root).map(|(_, sum)| *sum);
    let all = of_root.fold((0, 0), |all, one| (all.0 + one.0, all.1 + one.1));
    assert_eq!(all, (5_009, 229_720_107), "orders and cents of all time");
}

/// The Superstore in `database`, with all its figures.
pub(crate) async fn imported(database: &TestDatabase) -> (World, Arc<Snapshot>) {
    let world = World::open(database).await;
    let files = Source::Directory(Path::new(FILES));
    import(&world.replica.log, files, OPTIONS, |_| ()).await.expect("good files");
    world.consume().await;
    let chain = world.replica.caught_up().await;
    (world, chain)
}

/// What the files say, line by line, of the companies of `chain`.
pub(crate) fn recount(chain: &Snapshot) -> Months {
    let read = |file: &str| std::fs::read_to_string(Path::new(FILES).join(file)).expect("a file");
    let find = |name: &str| chain.id(chain.find_named(name).expect("a company of the files"));
    let resellers = read("resellers.csv");
    let parents: BTreeMap<&str, &str> = resellers
        .lines()
        .skip(1)
        .map(|line| {
            let mut fields = line.split(',');
            (fields.next().expect("an id"), fields.next().expect("a parent's id"))
        })
        .collect();
    let mut months = Months::new();
    for line in read("orders.csv").lines().skip(1) {
        let [_, placer, placed_on, _, _, cents, _] =
            line.split(',').collect::<Vec<_>>().try_into().expect("seven fields");
        let cents: i64 = cents.parse().expect("cents");
        let mut above = placer;
        let mut level = 0;
        while !above.is_empty() {
            let (orders, revenue) = months.entry((find(above), placed_on[..7].to_owned(), level)).or_default();
            (*orders, *revenue) = (*orders + 1, *revenue + cents);
            (above, level) = (parents[above], level + 1);
        }
    }
    months
}
