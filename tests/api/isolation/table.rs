//! Every root field, and every way in which a field reaches something by its id. What the schema has and this table lacks fails
//! `the_table_is_whole`.

/// A root field of the schema.
pub(crate) struct RootField {
    /// As `Query.viewer`.
    pub(crate) name: &'static str,
    pub(crate) open_to: OpenTo,
    /// Asks the field for something that a member of `$id`'s company sees.
    pub(crate) document: &'static str,
}

/// Who may ask a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OpenTo {
    /// Every signed-in person.
    Everyone,
    /// Who acts for a company that is not PENDING, in any role.
    Members,
    /// Who acts for a company, also for a PENDING one.
    MembersAndApplicants,
}

/// One way to a thing by its id.
pub(crate) struct Way {
    /// The argument that takes the id, as `Query.node(id)`; inside an input object, as `Mutation.moveReseller(input.id)`.
    pub(crate) argument: &'static str,
    pub(crate) to: Thing,
    /// Asks for the thing with the id `$id`.
    pub(crate) document: &'static str,
    /// Where in the answer's data `$id` shows when the thing was found. A mutation may refuse what is in sight for another reason.
    pub(crate) found: &'static str,
}

impl Way {
    /// Where in the answer's data a mutation says why it did not do it.
    pub(crate) fn refusal(&self) -> Option<String> {
        let field = self.argument.strip_prefix("Mutation.")?.split('(').next()?;
        Some(format!("/{field}/userErrors/0/code"))
    }
}

/// A type that implements `Node`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Thing {
    /// In sight: at or below the caller's own.
    Reseller,
    /// In sight: on a company at or below the caller's own, or above it, which it freezes too.
    Freeze,
    /// In sight: of a reseller in sight.
    CatalogItem,
    /// In sight: the caller's own.
    NetworkSettings,
    /// In sight: placed by the caller's own company, or with it.
    Order,
    /// In sight: in the caller's own ledger.
    LedgerEntry,
    /// In sight: of a reseller in sight.
    ActivityEvent,
    /// In sight: asked by the caller's own, or by its child, of which it is asked.
    UplineRequest,
}

pub(crate) const ROOT_FIELDS: &[RootField] = &[
    RootField { name: "Query.viewer", open_to: OpenTo::Everyone, document: "{ viewer { userId } }" },
    RootField { name: "Query.node", open_to: OpenTo::Members, document: "query ($id: ID!) { node(id: $id) { id } }" },
    RootField {
        name: "Query.nodes",
        open_to: OpenTo::Members,
        document: "query ($id: ID!) { nodes(ids: [$id]) { id } }",
    },
    RootField {
        name: "Query.reseller",
        open_to: OpenTo::Members,
        document: "query ($id: ID!) { reseller(id: $id) { id } }",
    },
    RootField { name: "Query.downlineTree", open_to: OpenTo::Members, document: "{ downlineTree { nodeCount } }" },
    RootField { name: "Query.downline", open_to: OpenTo::Members, document: "{ downline { totalCount } }" },
    RootField {
        name: "Query.performance",
        open_to: OpenTo::Members,
        document: "query ($id: ID!) { performance(rootId: $id) { orderCount totals { orderCount } } }",
    },
    RootField {
        name: "Query.dashboard",
        open_to: OpenTo::Members,
        document: "{ dashboard { orders { count } downlineOrders { count byStatus { count } } network { descendantCount newCount health } } }",
    },
    RootField {
        name: "Query.chainHealth",
        open_to: OpenTo::Members,
        document: "query ($id: ID!) { chainHealth(rootId: $id) { status counts { total } } }",
    },
    RootField { name: "Query.catalog", open_to: OpenTo::Members, document: "{ catalog { totalCount } }" },
    RootField {
        name: "Query.settings",
        open_to: OpenTo::MembersAndApplicants,
        document: "{ settings { version margins { boundBy } } }",
    },
    RootField {
        name: "Query.order",
        open_to: OpenTo::Members,
        document: "{ order(id: \"order_00000000000000000000000000\") { id } }",
    },
    RootField { name: "Query.orders", open_to: OpenTo::Members, document: "{ orders { nodes { id } } }" },
    RootField {
        name: "Query.ledgerEntries",
        open_to: OpenTo::Members,
        document: "{ ledgerEntries { nodes { id order { id } } } }",
    },
    RootField {
        name: "Query.activity",
        open_to: OpenTo::Members,
        document: "{ activity { nodes { id subject { name } reseller { id } data summary } } }",
    },
    RootField {
        name: "Mutation.placeOrder",
        open_to: OpenTo::Members,
        document: "mutation { placeOrder(input: { lines: [{ sku: \"CHAIR\", quantity: 1 }], idempotencyKey: \"one\" })
            { order { id } userErrors { code } } }",
    },
    RootField {
        name: "Mutation.advanceOrder",
        open_to: OpenTo::Members,
        document: "mutation { advanceOrder(input: { id: \"order_00000000000000000000000000\", to: CONFIRMED }) { userErrors { code } } }",
    },
    RootField {
        name: "Mutation.recordPayment",
        open_to: OpenTo::Members,
        document: "mutation ($id: ID!) { recordPayment(input: { from: $id, amount: { amount: \"1\", currency: \"USD\" }, idempotencyKey: \"one\" })
            { userErrors { code } } }",
    },
    RootField {
        name: "Mutation.saveProduct",
        open_to: OpenTo::Members,
        document: "mutation { saveProduct(input: { sku: \"X\", name: \"X\", category: \"X\", listPrice: { amount: \"1\", currency: \"USD\" } })
            { item { id } userErrors { code } } }",
    },
    RootField {
        name: "Mutation.setPriceOverride",
        open_to: OpenTo::Members,
        document: "mutation { setPriceOverride(input: { sku: \"CHAIR\" }) { item { id } userErrors { code } } }",
    },
    RootField {
        name: "Mutation.setCatalogAccess",
        open_to: OpenTo::Members,
        document: "mutation ($id: ID!) { setCatalogAccess(input: { resellerId: $id, all: true }) { userErrors { code } } }",
    },
    RootField {
        name: "Mutation.updateSettings",
        open_to: OpenTo::Members,
        document: "mutation { updateSettings(input: { version: 0 }) { settings { id } userErrors { code } } }",
    },
    RootField {
        name: "Mutation.approveReseller",
        open_to: OpenTo::Members,
        document: "mutation ($id: ID!) { approveReseller(input: { id: $id }) { userErrors { code } } }",
    },
    RootField {
        name: "Mutation.deactivateReseller",
        open_to: OpenTo::Members,
        document: "mutation ($id: ID!) { deactivateReseller(input: { id: $id, reason: \"a test\" }) { userErrors { code } } }",
    },
    RootField {
        name: "Mutation.reactivateReseller",
        open_to: OpenTo::Members,
        document: "mutation ($id: ID!) { reactivateReseller(input: { id: $id }) { userErrors { code } } }",
    },
    RootField {
        name: "Mutation.freezeSubtree",
        open_to: OpenTo::Members,
        document: "mutation ($id: ID!) { freezeSubtree(input: { id: $id, reason: \"a test\" }) { userErrors { code } } }",
    },
    RootField {
        name: "Mutation.thawSubtree",
        open_to: OpenTo::Members,
        document: "mutation { thawSubtree(input: { freezeId: \"freeze_00000000000000000000000000\" }) { userErrors { code } } }",
    },
    RootField {
        name: "Mutation.moveReseller",
        open_to: OpenTo::Members,
        document: "mutation ($id: ID!) { moveReseller(input: { id: $id, newParentId: $id }) { userErrors { code } } }",
    },
    RootField {
        name: "Query.uplineRequest",
        open_to: OpenTo::Members,
        document: "{ uplineRequest(id: \"request_00000000000000000000000000\") { id } }",
    },
    RootField {
        name: "Query.uplineRequests",
        open_to: OpenTo::Members,
        document: "{ uplineRequests(direction: INCOMING) { nodes { id requester { name } } totalCount } }",
    },
    RootField {
        name: "Mutation.requestUpline",
        open_to: OpenTo::Members,
        document: "mutation { requestUpline(input: { request: { catalogAccess: { category: \"X\" } }, idempotencyKey: \"one\" })
            { uplineRequest { id } userErrors { code } } }",
    },
    RootField {
        name: "Mutation.approveUplineRequest",
        open_to: OpenTo::Members,
        document: "mutation { approveUplineRequest(input: { id: \"request_00000000000000000000000000\" }) { userErrors { code } } }",
    },
    RootField {
        name: "Mutation.rejectUplineRequest",
        open_to: OpenTo::Members,
        document: "mutation { rejectUplineRequest(input: { id: \"request_00000000000000000000000000\", reason: \"No\" }) { userErrors { code } } }",
    },
    RootField {
        name: "Mutation.cancelUplineRequest",
        open_to: OpenTo::Members,
        document: "mutation { cancelUplineRequest(input: { id: \"request_00000000000000000000000000\" }) { userErrors { code } } }",
    },
];

pub(crate) const WAYS: &[Way] = &[
    Way {
        argument: "Query.node(id)",
        to: Thing::Reseller,
        document: "query ($id: ID!) { node(id: $id) { __typename id } }",
        found: "/node/id",
    },
    Way {
        argument: "Query.node(id)",
        to: Thing::Freeze,
        document: "query ($id: ID!) { node(id: $id) { __typename id } }",
        found: "/node/id",
    },
    Way {
        argument: "Query.nodes(ids)",
        to: Thing::Reseller,
        document: "query ($id: ID!) { nodes(ids: [$id]) { __typename id } }",
        found: "/nodes/0/id",
    },
    Way {
        argument: "Query.nodes(ids)",
        to: Thing::Freeze,
        document: "query ($id: ID!) { nodes(ids: [$id]) { __typename id } }",
        found: "/nodes/0/id",
    },
    Way {
        argument: "Query.reseller(id)",
        to: Thing::Reseller,
        document: "query ($id: ID!) { reseller(id: $id) { id name slug } }",
        found: "/reseller/id",
    },
    Way {
        argument: "Query.downlineTree(rootId)",
        to: Thing::Reseller,
        document: "query ($id: ID!) { downlineTree(rootId: $id) { root { resellerId name } nodeCount } }",
        found: "/downlineTree/root/resellerId",
    },
    Way {
        argument: "Query.downline(rootId)",
        to: Thing::Reseller,
        document: "query ($id: ID!) { downline(rootId: $id) { nodes { parent { id } } pageInfo { endCursor } totalCount } }",
        found: "/downline/nodes/0/parent/id",
    },
    Way {
        argument: "Query.performance(rootId)",
        to: Thing::Reseller,
        document: "query ($id: ID!) { performance(rootId: $id) { root { id } orderCountChange { previous } totals { orderCount } series { orderCount }
            byLevel { resellerCount } topResellers { subject { name } } } }",
        found: "/performance/root/id",
    },
    Way {
        argument: "Query.chainHealth(rootId)",
        to: Thing::Reseller,
        document: "query ($id: ID!) { chainHealth(rootId: $id) { root { id } status reasons { message resellers { name } } counts { total } } }",
        found: "/chainHealth/root/id",
    },
    Way {
        argument: "Query.node(id)",
        to: Thing::CatalogItem,
        document: "query ($id: ID!) { node(id: $id) { __typename id ... on CatalogItem { sku cost { amount } } } }",
        found: "/node/id",
    },
    Way {
        argument: "Query.nodes(ids)",
        to: Thing::CatalogItem,
        document: "query ($id: ID!) { nodes(ids: [$id]) { __typename id ... on CatalogItem { sku cost { amount } } } }",
        found: "/nodes/0/id",
    },
    Way {
        argument: "Query.node(id)",
        to: Thing::NetworkSettings,
        document: "query ($id: ID!) { node(id: $id) { __typename id ... on NetworkSettings { updatedAt } } }",
        found: "/node/id",
    },
    Way {
        argument: "Query.nodes(ids)",
        to: Thing::NetworkSettings,
        document: "query ($id: ID!) { nodes(ids: [$id]) { __typename id ... on NetworkSettings { updatedAt } } }",
        found: "/nodes/0/id",
    },
    Way {
        argument: "Query.order(id)",
        to: Thing::Order,
        document: "query ($id: ID!) { order(id: $id) { id reference total { amount } lines { sku } legs { at } } }",
        found: "/order/id",
    },
    Way {
        argument: "Query.node(id)",
        to: Thing::Order,
        document: "query ($id: ID!) { node(id: $id) { __typename id ... on Order { reference } } }",
        found: "/node/id",
    },
    Way {
        argument: "Query.nodes(ids)",
        to: Thing::Order,
        document: "query ($id: ID!) { nodes(ids: [$id]) { __typename id ... on Order { reference } } }",
        found: "/nodes/0/id",
    },
    Way {
        argument: "Query.node(id)",
        to: Thing::LedgerEntry,
        document: "query ($id: ID!) { node(id: $id) { __typename id ... on LedgerEntry { amount { amount } } } }",
        found: "/node/id",
    },
    Way {
        argument: "Query.nodes(ids)",
        to: Thing::LedgerEntry,
        document: "query ($id: ID!) { nodes(ids: [$id]) { __typename id ... on LedgerEntry { amount { amount } } } }",
        found: "/nodes/0/id",
    },
    Way {
        argument: "Query.node(id)",
        to: Thing::ActivityEvent,
        document: "query ($id: ID!) { node(id: $id) { __typename id ... on ActivityEvent { type data } } }",
        found: "/node/id",
    },
    Way {
        argument: "Query.nodes(ids)",
        to: Thing::ActivityEvent,
        document: "query ($id: ID!) { nodes(ids: [$id]) { __typename id ... on ActivityEvent { type data } } }",
        found: "/nodes/0/id",
    },
    Way {
        argument: "Query.activity(filter.subjectId)",
        to: Thing::Reseller,
        document: "query ($id: ID!) { activity(filter: { subjectId: $id, modules: [ADMIN] }) { nodes { subject { resellerId } data } } }",
        found: "/activity/nodes/0/subject/resellerId",
    },
    Way {
        argument: "Reseller.activity(filter.subjectId)",
        to: Thing::Reseller,
        document: "query ($id: ID!) { downline(first: 1) { nodes { parent {
            activity(filter: { subjectId: $id, modules: [ADMIN] }) { nodes { subject { resellerId } data } } } } } }",
        found: "/downline/nodes/0/parent/activity/nodes/0/subject/resellerId",
    },
    Way {
        argument: "Mutation.advanceOrder(input.id)",
        to: Thing::Order,
        // Nobody here may do this: a step of the one at the top.
        document: "mutation ($id: ID!) { advanceOrder(input: { id: $id, to: DELIVERED })
            { order { id } userErrors { code field message } } }",
        found: "/advanceOrder/order/id",
    },
    Way {
        argument: "Mutation.recordPayment(input.from)",
        to: Thing::Reseller,
        document: "mutation ($id: ID!, $key: String!) { recordPayment(input: { from: $id, amount: { amount: \"1\", currency: \"USD\" }, idempotencyKey: $key })
            { entry { counterparty { resellerId } } userErrors { code field message } } }",
        found: "/recordPayment/entry/counterparty/resellerId",
    },
    Way {
        argument: "Mutation.setCatalogAccess(input.resellerId)",
        to: Thing::Reseller,
        document: "mutation ($id: ID!) { setCatalogAccess(input: { resellerId: $id, all: true })
            { reseller { id name } userErrors { code field message } } }",
        found: "/setCatalogAccess/reseller/id",
    },
    Way {
        argument: "Mutation.approveReseller(input.id)",
        to: Thing::Reseller,
        document: "mutation ($id: ID!) { approveReseller(input: { id: $id }) { reseller { id name } userErrors { code field message } } }",
        found: "/approveReseller/reseller/id",
    },
    Way {
        argument: "Mutation.deactivateReseller(input.id)",
        to: Thing::Reseller,
        // Without a reason nobody is switched off.
        document: "mutation ($id: ID!) { deactivateReseller(input: { id: $id, reason: \"\" }) { reseller { id name } userErrors { code field message } } }",
        found: "/deactivateReseller/reseller/id",
    },
    Way {
        argument: "Mutation.reactivateReseller(input.id)",
        to: Thing::Reseller,
        document: "mutation ($id: ID!) { reactivateReseller(input: { id: $id }) { reseller { id name } userErrors { code field message } } }",
        found: "/reactivateReseller/reseller/id",
    },
    Way {
        argument: "Mutation.freezeSubtree(input.id)",
        to: Thing::Reseller,
        // As above.
        document: "mutation ($id: ID!) { freezeSubtree(input: { id: $id, reason: \"\" }) { reseller { id name } userErrors { code field message } } }",
        found: "/freezeSubtree/reseller/id",
    },
    Way {
        argument: "Mutation.thawSubtree(input.freezeId)",
        to: Thing::Freeze,
        // Those of the one at the top, which nobody below it takes away.
        document: "mutation ($id: ID!) { thawSubtree(input: { freezeId: $id }) { reseller { id name } userErrors { code field message } } }",
        found: "/thawSubtree/reseller/id",
    },
    Way {
        argument: "Mutation.moveReseller(input.id)",
        to: Thing::Reseller,
        // Below itself nobody goes.
        document: "mutation ($id: ID!) { moveReseller(input: { id: $id, newParentId: $id }) { reseller { id name } userErrors { code field message } } }",
        found: "/moveReseller/reseller/id",
    },
    Way {
        argument: "Mutation.moveReseller(input.newParentId)",
        to: Thing::Reseller,
        document: "mutation ($id: ID!) { moveReseller(input: { newParentId: $id, id: $id }) { reseller { id name } userErrors { code field message } } }",
        found: "/moveReseller/reseller/id",
    },
    Way {
        argument: "Query.uplineRequest(id)",
        to: Thing::UplineRequest,
        document: "query ($id: ID!) { uplineRequest(id: $id) { id requester { name } request { __typename } hops { note } } }",
        found: "/uplineRequest/id",
    },
    Way {
        argument: "Query.node(id)",
        to: Thing::UplineRequest,
        document: "query ($id: ID!) { node(id: $id) { __typename id ... on UplineRequest { status } } }",
        found: "/node/id",
    },
    Way {
        argument: "Query.nodes(ids)",
        to: Thing::UplineRequest,
        document: "query ($id: ID!) { nodes(ids: [$id]) { __typename id ... on UplineRequest { status } } }",
        found: "/nodes/0/id",
    },
    Way {
        argument: "Mutation.approveUplineRequest(input.id)",
        to: Thing::UplineRequest,
        document: "mutation ($id: ID!) { approveUplineRequest(input: { id: $id }) { uplineRequest { id } userErrors { code field message } } }",
        found: "/approveUplineRequest/uplineRequest/id",
    },
    Way {
        argument: "Mutation.rejectUplineRequest(input.id)",
        to: Thing::UplineRequest,
        document: "mutation ($id: ID!) { rejectUplineRequest(input: { id: $id, reason: \"No\" }) { uplineRequest { id } userErrors { code field message } } }",
        found: "/rejectUplineRequest/uplineRequest/id",
    },
    Way {
        argument: "Mutation.cancelUplineRequest(input.id)",
        to: Thing::UplineRequest,
        document: "mutation ($id: ID!) { cancelUplineRequest(input: { id: $id }) { uplineRequest { id } userErrors { code field message } } }",
        found: "/cancelUplineRequest/uplineRequest/id",
    },
    Way {
        argument: "Mutation.requestUpline(input.request.forwardOrder.orderId)",
        to: Thing::Order,
        // None of them is at the state from which it is passed on.
        document: "mutation ($id: ID!, $key: String!) { requestUpline(input: { request: { forwardOrder: { orderId: $id } }, idempotencyKey: $key })
            { uplineRequest { id } userErrors { code field message } } }",
        found: "/requestUpline/uplineRequest/id",
    },
];
