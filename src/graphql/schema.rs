//! The schema: one root object an area, put together.

use async_graphql::{MergedObject, MergedSubscription, SDLExportOptions, Schema, SchemaBuilder, parser};

use super::documents::Executor;
use super::limits::Limits;
use super::limits::schema::{FieldCost, PageSizes};
use super::types::activity::{ActivityQuery, ActivitySubscription};
use super::types::catalog::{CatalogMutation, CatalogQuery};
use super::types::dashboard::DashboardQuery;
use super::types::downline::DownlineQuery;
use super::types::downline_tree::DownlineTreeQuery;
use super::types::freeze::MAX_CAUSES;
use super::types::health::HealthQuery;
use super::types::ledger::{LedgerMutation, LedgerQuery};
use super::types::member::{MemberMutation, MemberQuery};
use super::types::node::NodeQuery;
use super::types::order::{OrderMutation, OrderQuery};
use super::types::paging::{DEFAULT_PAGE, MAX_PAGE};
use super::types::performance::PerformanceQuery;
use super::types::referral::{ReferralMutation, ReferralQuery};
use super::types::reseller::{JoinMutation, LifeMutation, ResellerQuery};
use super::types::settings::{SettingsMutation, SettingsQuery};
use super::types::summary::ModuleResult;
use super::types::upline::{UplineMutation, UplineQuery};
use super::types::viewer::ViewerQuery;

/// What can be asked.
#[derive(MergedObject, Default)]
pub struct Query(
    ViewerQuery,
    NodeQuery,
    ResellerQuery,
    DownlineTreeQuery,
    DownlineQuery,
    CatalogQuery,
    SettingsQuery,
    OrderQuery,
    LedgerQuery,
    ActivityQuery,
    PerformanceQuery,
    DashboardQuery,
    HealthQuery,
    UplineQuery,
    ReferralQuery,
    MemberQuery,
);

/// What can be changed.
#[derive(MergedObject, Default)]
pub struct Mutation(
    CatalogMutation,
    SettingsMutation,
    OrderMutation,
    LedgerMutation,
    LifeMutation,
    UplineMutation,
    ReferralMutation,
    JoinMutation,
    MemberMutation,
);

/// What can be subscribed to.
#[derive(MergedSubscription, Default)]
pub struct Subscription(ActivitySubscription);

/// Runs requests on this API.
pub type ApiExecutor = Executor<Query, Mutation, Subscription>;

fn build() -> SchemaBuilder<Query, Mutation, Subscription> {
    Schema::build(Query::default(), Mutation::default(), Subscription::default())
        .register_output_type::<ModuleResult>()
        .disable_suggestions()
}

/// The API, with these limits on what may be asked at once.
///
/// # Errors
/// Where the schema's own text cannot be read back, which a test rules out.
pub fn executor(limits: Limits) -> Result<ApiExecutor, parser::Error> {
    let pages = PageSizes { default: DEFAULT_PAGE as u64, max: MAX_PAGE as u64 };
    Executor::new(build, limits, pages, &COSTS)
}

/// Fields whose cost the schema does not tell: a way down and a list of causes may be long; a series usually has a month's days; a tree is written from memory, so that what is asked of its nodes counts 10 times and not
/// 2,000; but below `reseller` each of them asks for more.
const COSTS: [FieldCost; 12] = [
    FieldCost { field: "Reseller.path", times: 100 },
    FieldCost { field: "ResellerEdge.path", times: 100 },
    FieldCost { field: "Reseller.freezes", times: MAX_CAUSES as u64 },
    FieldCost { field: "UplineRequest.hops", times: 10 },
    FieldCost { field: "Order.lines", times: 10 },
    FieldCost { field: "Performance.series", times: 30 },
    FieldCost { field: "OrderStats.series", times: 30 },
    FieldCost { field: "Performance.byLevel", times: 10 },
    FieldCost { field: "Query.downlineTree", times: 10 },
    FieldCost { field: "DownlineTree.nodes", times: 1 },
    FieldCost { field: "DownlineNode.children", times: 1 },
    FieldCost { field: "DownlineNode.reseller", times: 100 },
];

/// The schema's text, as `schema.graphql` has it.
#[must_use]
pub fn sdl() -> String {
    let schema = build().finish();
    schema.sdl_with_options(SDLExportOptions::new().include_specified_by().prefer_single_line_descriptions())
}
