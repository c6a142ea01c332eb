//! Every way in which a field reaches something by its id.

use super::table::{Thing, Way};

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
    Way {
        argument: "Query.node(id)",
        to: Thing::ReferralCode,
        document: "query ($id: ID!) { node(id: $id) { __typename id ... on ReferralCode { lastFour note } } }",
        found: "/node/id",
    },
    Way {
        argument: "Query.nodes(ids)",
        to: Thing::ReferralCode,
        document: "query ($id: ID!) { nodes(ids: [$id]) { __typename id ... on ReferralCode { lastFour note } } }",
        found: "/nodes/0/id",
    },
    Way {
        argument: "Mutation.claimReferralCode(input.id)",
        to: Thing::ReferralCode,
        document: "mutation ($id: ID!) { claimReferralCode(input: { id: $id }) { referralCode { id } userErrors { code field message } } }",
        found: "/claimReferralCode/referralCode/id",
    },
    Way {
        argument: "Mutation.revokeReferralCode(input.id)",
        to: Thing::ReferralCode,
        document: "mutation ($id: ID!) { revokeReferralCode(input: { id: $id }) { referralCode { id } userErrors { code field message } } }",
        found: "/revokeReferralCode/referralCode/id",
    },
    Way {
        argument: "Query.node(id)",
        to: Thing::Member,
        document: "query ($id: ID!) { node(id: $id) { __typename id ... on Member { email userId } } }",
        found: "/node/id",
    },
    Way {
        argument: "Query.nodes(ids)",
        to: Thing::Member,
        document: "query ($id: ID!) { nodes(ids: [$id]) { __typename id ... on Member { email userId } } }",
        found: "/nodes/0/id",
    },
    Way {
        argument: "Mutation.changeMemberRole(input.id)",
        to: Thing::Member,
        document: "mutation ($id: ID!) { changeMemberRole(input: { id: $id, role: ADMIN }) { member { id } userErrors { code field message } } }",
        found: "/changeMemberRole/member/id",
    },
    Way {
        argument: "Mutation.removeMember(input.id)",
        to: Thing::Member,
        document: "mutation ($id: ID!) { removeMember(input: { id: $id }) { removedId userErrors { code field message } } }",
        found: "/removeMember/removedId",
    },
];
