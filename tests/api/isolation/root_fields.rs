//! Every root field of the schema.

use super::table::{OpenTo, RootField};

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
    RootField {
        name: "Query.referralCodes",
        open_to: OpenTo::Members,
        document: "{ referralCodes { nodes { id lastFour note redeemedBy { nodes { name } totalCount } } totalCount } }",
    },
    RootField {
        name: "Mutation.generateReferralCode",
        open_to: OpenTo::Members,
        document: "mutation { generateReferralCode(input: { idempotencyKey: \"one\" }) { referralCode { id } userErrors { code } } }",
    },
    RootField {
        name: "Mutation.claimReferralCode",
        open_to: OpenTo::Members,
        document: "mutation { claimReferralCode(input: { id: \"referral_00000000000000000000000000\" }) { code userErrors { code } } }",
    },
    RootField {
        name: "Mutation.revokeReferralCode",
        open_to: OpenTo::Members,
        document: "mutation { revokeReferralCode(input: { id: \"referral_00000000000000000000000000\" }) { userErrors { code } } }",
    },
    RootField {
        name: "Mutation.joinNetwork",
        open_to: OpenTo::Everyone,
        document: "mutation { joinNetwork(input: { code: \"no such\", companyName: \"X\", currency: \"USD\", idempotencyKey: \"one\" })
            { reseller { id } userErrors { code } } }",
    },
    RootField {
        name: "Query.members",
        open_to: OpenTo::Members,
        document: "{ members { nodes { id userId email } totalCount } }",
    },
    RootField {
        name: "Mutation.inviteMember",
        open_to: OpenTo::Members,
        document: "mutation { inviteMember(input: { email: \"one@example.com\", role: VIEWER }) { member { id } userErrors { code } } }",
    },
    RootField {
        name: "Mutation.changeMemberRole",
        open_to: OpenTo::Members,
        document: "mutation { changeMemberRole(input: { id: \"member_00000000000000000000000000\", role: VIEWER }) { userErrors { code } } }",
    },
    RootField {
        name: "Mutation.removeMember",
        open_to: OpenTo::Members,
        document: "mutation { removeMember(input: { id: \"member_00000000000000000000000000\" }) { userErrors { code } } }",
    },
    RootField {
        name: "Mutation.acceptInvitation",
        open_to: OpenTo::Everyone,
        document: "mutation { acceptInvitation(input: { id: \"member_00000000000000000000000000\" }) { reseller { id } userErrors { code } } }",
    },
];
