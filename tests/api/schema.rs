//! The schema's text: it is the committed one, it describes everything, and it keeps to its contract.

use std::collections::BTreeMap;

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{
    FieldDefinition, InputValueDefinition, TypeDefinition, TypeKind, TypeSystemDefinition,
};
use async_graphql::{Positioned, Value};
use reseller_network::graphql::schema::sdl;

/// The shapes that the API promised from the start, as far as they are real by now. A field that becomes real moves in here.
const CONTRACT: &str = "
    scalar DateTime scalar Date scalar Decimal scalar Currency scalar EmailAddress
    interface Node { id: ID! }
    type Query {
      viewer: Viewer!
      node(id: ID!): Node
      nodes(ids: [ID!]!): [Node]!
      reseller(id: ID!): Reseller
      downlineTree(rootId: ID, depth: Int! = 3, after: String): DownlineTree
      downline(rootId: ID, search: String, filter: ResellerFilter, orderBy: ResellerOrder,
               first: Int, after: String, last: Int, before: String): ResellerConnection!
      dashboard(period: PeriodInput = {preset: LAST_30_DAYS}): Dashboard!
      performance(rootId: ID, period: PeriodInput = {preset: LAST_30_DAYS}, currency: Currency): Performance
      chainHealth(rootId: ID): ChainHealth
      catalog(search: String, category: String, first: Int, after: String, last: Int, before: String): CatalogItemConnection
      settings: NetworkSettings!
      order(id: ID!): Order
      orders(filter: OrderFilter, first: Int, after: String, last: Int, before: String): OrderConnection
      ledgerEntries(currency: Currency, first: Int, after: String, last: Int, before: String): LedgerEntryConnection
      uplineRequest(id: ID!): UplineRequest
      uplineRequests(direction: UplineDirection! = OUTGOING, status: [UplineRequestStatus!], action: [UplineAction!],
                     first: Int, after: String, last: Int, before: String): UplineRequestConnection!
      referralCodes(filter: ReferralCodeFilter, first: Int, after: String, last: Int, before: String): ReferralCodeConnection
      members(first: Int, after: String, last: Int, before: String): MemberConnection!
    }
    type Mutation {
      placeOrder(input: PlaceOrderInput!): PlaceOrderPayload!
      advanceOrder(input: AdvanceOrderInput!): AdvanceOrderPayload!
      recordPayment(input: RecordPaymentInput!): RecordPaymentPayload!
      saveProduct(input: SaveProductInput!): SaveProductPayload!
      setPriceOverride(input: SetPriceOverrideInput!): SetPriceOverridePayload!
      setCatalogAccess(input: SetCatalogAccessInput!): SetCatalogAccessPayload!
      updateSettings(input: UpdateSettingsInput!): UpdateSettingsPayload!
      approveReseller(input: ApproveResellerInput!): ApproveResellerPayload!
      deactivateReseller(input: DeactivateResellerInput!): DeactivateResellerPayload!
      reactivateReseller(input: ReactivateResellerInput!): ReactivateResellerPayload!
      freezeSubtree(input: FreezeSubtreeInput!): FreezeSubtreePayload!
      thawSubtree(input: ThawSubtreeInput!): ThawSubtreePayload!
      moveReseller(input: MoveResellerInput!): MoveResellerPayload!
      requestUpline(input: RequestUplineInput!): RequestUplinePayload!
      approveUplineRequest(input: ApproveUplineRequestInput!): ApproveUplineRequestPayload!
      rejectUplineRequest(input: RejectUplineRequestInput!): RejectUplineRequestPayload!
      cancelUplineRequest(input: CancelUplineRequestInput!): CancelUplineRequestPayload!
      generateReferralCode(input: GenerateReferralCodeInput!): GenerateReferralCodePayload!
      revokeReferralCode(input: RevokeReferralCodeInput!): RevokeReferralCodePayload!
      claimReferralCode(input: ClaimReferralCodeInput!): ClaimReferralCodePayload!
      joinNetwork(input: JoinNetworkInput!): JoinNetworkPayload!
      inviteMember(input: InviteMemberInput!): InviteMemberPayload!
      changeMemberRole(input: ChangeMemberRoleInput!): ChangeMemberRolePayload!
      removeMember(input: RemoveMemberInput!): RemoveMemberPayload!
    }
    type Member implements Node { id: ID! userId: ID! email: EmailAddress role: Role! since: DateTime! }
    input InviteMemberInput { email: EmailAddress! role: Role! }
    type InviteMemberPayload { member: Member userErrors: [UserError!]! }
    input ChangeMemberRoleInput { id: ID! role: Role! }
    type ChangeMemberRolePayload { member: Member userErrors: [UserError!]! }
    input RemoveMemberInput { id: ID! }
    type RemoveMemberPayload { removedId: ID userErrors: [UserError!]! }
    type MemberConnection { edges: [MemberEdge!]! nodes: [Member!]! pageInfo: PageInfo! totalCount: Int! }
    type MemberEdge { node: Member! cursor: String! }
    type ReferralCode implements Node {
      id: ID! lastFour: String! status: ReferralCodeStatus! maxUses: Int uses: Int! expiresAt: DateTime note: String createdAt: DateTime!
      redeemedBy(first: Int, after: String, last: Int, before: String): ResellerReferenceConnection
    }
    enum ReferralCodeStatus { ACTIVE USED_UP EXPIRED REVOKED }
    input ReferralCodeFilter { status: [ReferralCodeStatus!] }
    input RevokeReferralCodeInput { id: ID! reason: String }
    type RevokeReferralCodePayload { referralCode: ReferralCode userErrors: [UserError!]! }
    input ClaimReferralCodeInput { id: ID! }
    type ClaimReferralCodePayload { referralCode: ReferralCode code: String userErrors: [UserError!]! }
    input GenerateReferralCodeInput { maxUses: Int expiresAt: DateTime note: String idempotencyKey: String! }
    type GenerateReferralCodePayload { referralCode: ReferralCode code: String uplineRequest: UplineRequest userErrors: [UserError!]! }
    type ReferralCodeRequest { maxUses: Int expiresAt: DateTime note: String }
    type ReferralCodeGranted { referralCode: ReferralCode }
    input JoinNetworkInput { code: String! companyName: String! currency: Currency! idempotencyKey: String! }
    type JoinNetworkPayload { reseller: Reseller userErrors: [UserError!]! }
    type ReferralCodeConnection { edges: [ReferralCodeEdge!]! nodes: [ReferralCode!]! pageInfo: PageInfo! totalCount: Int! }
    type ReferralCodeEdge { node: ReferralCode! cursor: String! }
    type ResellerReferenceConnection { edges: [ResellerReferenceEdge!]! nodes: [ResellerReference!]! pageInfo: PageInfo! totalCount: Int! }
    type ResellerReferenceEdge { node: ResellerReference! cursor: String! }
    type AutoForwardingSettings { requests: [AutoRequestRule!]! approvals: [ApprovalRule!]! }
    type AutoRequestRule { action: UplineAction! enabled: Boolean! maxAmount: Money }
    type ApprovalRule { action: UplineAction! mode: ApprovalMode! maxAmount: Money }
    enum ApprovalMode { AUTO MANUAL FORWARD }
    input AutoForwardingSettingsInput { requests: [AutoRequestRuleInput!] approvals: [ApprovalRuleInput!] }
    input AutoRequestRuleInput { action: UplineAction! enabled: Boolean! maxAmount: MoneyInput }
    input ApprovalRuleInput { action: UplineAction! mode: ApprovalMode! maxAmount: MoneyInput }
    type UplineRequest implements Node {
      id: ID! action: UplineAction! status: UplineRequestStatus! request: UplineRequestDetails result: UplineRequestResult failure: UserError
      requester: ResellerReference! target: ResellerReference! hops: [UplineHop!]! createdAt: DateTime! updatedAt: DateTime! expiresAt: DateTime!
    }
    union UplineRequestDetails = ForwardOrderRequest | CatalogAccessRequest | CreditRequest | ReferralCodeRequest
    type ForwardOrderRequest { order: Order orderReference: String! total: Money! note: String }
    type CatalogAccessRequest { category: String! note: String }
    type CreditRequest { amount: Money! note: String }
    union UplineRequestResult = OrderForwarded | CatalogAccessGranted | CreditGranted | ReferralCodeGranted
    type OrderForwarded { orderReference: String! holder: ResellerReference! }
    type CatalogAccessGranted { category: String! }
    type CreditGranted { creditLimit: Money! }
    type UplineHop { reseller: ResellerReference! decision: UplineDecision! decidedAt: DateTime note: String }
    enum UplineDecision { WAITING AUTO APPROVED REJECTED FORWARDED }
    enum UplineAction { FORWARD_ORDER REQUEST_CATALOG_ACCESS REQUEST_CREDIT GENERATE_REFERRAL_CODE }
    enum UplineRequestStatus { PENDING PROCESSING COMPLETED FAILED REJECTED CANCELLED EXPIRED }
    enum UplineDirection { OUTGOING INCOMING }
    input RequestUplineInput { request: UplineActionInput! idempotencyKey: String! }
    input UplineActionInput { forwardOrder: ForwardOrderInput catalogAccess: CatalogAccessInput credit: CreditInput }
    input ForwardOrderInput { orderId: ID! note: String }
    input CatalogAccessInput { category: String! note: String }
    input CreditInput { amount: MoneyInput! note: String }
    type RequestUplinePayload { uplineRequest: UplineRequest userErrors: [UserError!]! }
    input ApproveUplineRequestInput { id: ID! note: String }
    type ApproveUplineRequestPayload { uplineRequest: UplineRequest userErrors: [UserError!]! }
    input RejectUplineRequestInput { id: ID! reason: String! }
    type RejectUplineRequestPayload { uplineRequest: UplineRequest userErrors: [UserError!]! }
    input CancelUplineRequestInput { id: ID! }
    type CancelUplineRequestPayload { uplineRequest: UplineRequest userErrors: [UserError!]! }
    type UplineRequestConnection { edges: [UplineRequestEdge!]! nodes: [UplineRequest!]! pageInfo: PageInfo! totalCount: Int! }
    type UplineRequestEdge { node: UplineRequest! cursor: String! }
    input ApproveResellerInput { id: ID! }
    type ApproveResellerPayload { reseller: Reseller userErrors: [UserError!]! }
    input DeactivateResellerInput { id: ID! reason: String! }
    type DeactivateResellerPayload { reseller: Reseller userErrors: [UserError!]! }
    input ReactivateResellerInput { id: ID! }
    type ReactivateResellerPayload { reseller: Reseller userErrors: [UserError!]! }
    input FreezeSubtreeInput { id: ID! reason: String! }
    type FreezeSubtreePayload { reseller: Reseller freeze: Freeze userErrors: [UserError!]! }
    input ThawSubtreeInput { freezeId: ID! note: String }
    type ThawSubtreePayload { reseller: Reseller userErrors: [UserError!]! }
    input MoveResellerInput { id: ID! newParentId: ID! }
    type MoveResellerPayload { reseller: Reseller userErrors: [UserError!]! }
    type UserError { code: UserErrorCode! field: [String!] message: String! }
    enum UserErrorCode { INVALID NOT_FOUND NOT_ALLOWED CONFLICT FROZEN EXPIRED TOO_MANY }
    type Viewer { userId: ID! email: EmailAddress reseller: Reseller role: Role memberships: [Membership!]! }
    type Membership { reseller: Reseller! role: Role! }
    enum Role { OWNER ADMIN VIEWER }
    type Reseller implements Node {
      id: ID! name: String! slug: String! status: ResellerStatus!
      frozen: Boolean! freezes: [Freeze!]! depth: Int! joinedAt: DateTime! currency: Currency!
      parent: Reseller path: [Reseller!]!
      children(filter: ResellerFilter, orderBy: ResellerOrder, first: Int, after: String, last: Int, before: String): ResellerConnection!
      childCount: Int! descendantCount: Int! activeDescendantCount: Int!
      summary(period: PeriodInput = {preset: LAST_30_DAYS}): ResellerSummary!
      performance(period: PeriodInput = {preset: LAST_30_DAYS}, currency: Currency): Performance!
      health: ChainHealth!
      catalogAccess: CatalogAccess
      availableCatalog(search: String, category: String, first: Int, after: String, last: Int, before: String): CatalogItemConnection
    }
    enum ResellerStatus { PENDING ACTIVE DEACTIVATED }
    type Freeze implements Node {
      id: ID! placedOn: ResellerReference! placedBy: ResellerReference! reason: String frozenAt: DateTime! own: Boolean! canThaw: Boolean!
    }
    type ResellerReference { resellerId: ID! name: String! }
    input ResellerFilter { status: [ResellerStatus!] frozen: Boolean joinedAfter: DateTime joinedBefore: DateTime minDepth: Int maxDepth: Int }
    input ResellerOrder { field: ResellerOrderField! direction: SortDirection! = ASC }
    enum ResellerOrderField { NAME JOINED_AT DESCENDANT_COUNT }
    enum SortDirection { ASC DESC }
    type DownlineTree { root: DownlineNode! nodes: [DownlineNode!]! nodeCount: Int! truncated: Boolean! endCursor: String }
    type DownlineNode {
      resellerId: ID! name: String! status: ResellerStatus! frozen: Boolean! parentId: ID depth: Int! childCount: Int! descendantCount: Int!
      children: [DownlineNode!]! reseller: Reseller!
    }
    type ResellerConnection { edges: [ResellerEdge!]! nodes: [Reseller!]! pageInfo: PageInfo! totalCount: Int! }
    type ResellerEdge { node: Reseller! cursor: String! path: [Reseller!]! }
    input PeriodInput { preset: PeriodPreset range: DateRangeInput }
    enum PeriodPreset { TODAY LAST_7_DAYS LAST_30_DAYS LAST_90_DAYS MONTH_TO_DATE YEAR_TO_DATE LAST_12_MONTHS }
    input DateRangeInput { from: Date! to: Date! }
    type Period { from: Date! to: Date! }
    type Money { amount: Decimal! currency: Currency! }
    interface ModuleResult { stale: Boolean! asOf: DateTime! }
    type CatalogStats implements ModuleResult { stale: Boolean! asOf: DateTime! itemCount: Int! newItemCount: Int! averageMarginPercent: Decimal belowFloorCount: Int! }
    type OrderStats implements ModuleResult { stale: Boolean! asOf: DateTime! count: Int! countChange: Change revenue: [Money!]! byStatus: [OrderStatusCount!]!
      series(groupBy: SeriesStep! = DAY): [SeriesPoint!] }
    type OrderStatusCount { status: OrderStatus! count: Int! }
    enum OrderStatus { PLACED AWAITING_FORWARD FORWARDED CONFIRMED SHIPPED DELIVERED CANCELLED }
    type FinanceStats implements ModuleResult { stale: Boolean! asOf: DateTime! balances: [Money!]! creditLimits: [Money!]! outstanding: [Money!]! }
    type Change { previous: Decimal! absolute: Decimal! percent: Decimal }
    type Dashboard { period: Period! catalog: CatalogStats orders: OrderStats finance: FinanceStats downlineOrders: OrderStats network: NetworkStats! }
    type NetworkStats { childCount: Int! descendantCount: Int! activeCount: Int! frozenCount: Int! newCount: Int! health: HealthStatus! }
    type Performance {
      root: Reseller! period: Period! orderCount: Int! orderCountChange: Change! activeResellerCount: Int!
      totals: [PerformanceTotal!]! series(groupBy: SeriesStep! = DAY): [SeriesPoint!]! byLevel: [LevelPerformance!]!
      topResellers(by: LeaderboardMetric! = REVENUE, first: Int! = 10): [ResellerPerformance!]!
    }
    type PerformanceTotal { revenue: Money! revenueChange: Change! orderCount: Int! averageOrder: Money! }
    type LevelPerformance { level: Int! resellerCount: Int! orderCount: Int! revenue: [Money!]! }
    type ResellerPerformance { rank: Int! subject: ResellerReference! reseller: Reseller orderCount: Int! revenue: [Money!]! }
    enum LeaderboardMetric { REVENUE ORDERS GROWTH }
    enum SeriesStep { DAY WEEK MONTH }
    type SeriesPoint { start: Date! orderCount: Int! revenue: [Money!]! }
    type ChainHealth { root: Reseller! status: HealthStatus! checkedAt: DateTime! reasons: [HealthReason!]! counts: HealthCounts! modules: [ModuleHealth!]! }
    enum HealthStatus { HEALTHY DEGRADED CRITICAL }
    type HealthReason { code: HealthReasonCode! severity: HealthStatus! count: Int! message: String! resellers(first: Int! = 10): [Reseller!]! }
    enum HealthReasonCode { FROZEN DEACTIVATED IDLE UPLINE_REQUEST_FAILED UPLINE_REQUEST_WAITING ORDER_LATE MODULE_UNAVAILABLE }
    type HealthCounts { total: Int! active: Int! frozen: Int! deactivated: Int! pending: Int! idle: Int! }
    type ModuleHealth { module: Module! available: Boolean! since: DateTime! lastError: String }
    enum Module { ADMIN CATALOG ORDERS FINANCE NETWORK OTHER }
    type ResellerSummary { reseller: Reseller! period: Period! orders: OrderStats finance: FinanceStats catalog: CatalogStats }
    type Order implements Node {
      id: ID! reference: String! status: OrderStatus! placedBy: ResellerReference! holder: ResellerReference!
      placedAt: DateTime! total: Money! lines: [OrderLine!]! legs: [OrderLeg!]!
    }
    type OrderLine { sku: String! name: String! quantity: Int! unitPrice: Money! amount: Money! }
    type OrderLeg { from: ResellerReference! to: ResellerReference! status: OrderStatus! total: Money! at: DateTime! }
    type OrderConnection { edges: [OrderEdge!]! nodes: [Order!]! pageInfo: PageInfo! }
    type OrderEdge { node: Order! cursor: String! }
    input OrderFilter { status: [OrderStatus!] heldByMe: Boolean placedAfter: DateTime placedBefore: DateTime }
    input PlaceOrderInput { lines: [OrderLineInput!]! reference: String idempotencyKey: String! }
    input OrderLineInput { sku: String! quantity: Int! }
    type PlaceOrderPayload { order: Order userErrors: [UserError!]! }
    input AdvanceOrderInput { id: ID! to: OrderStatus! note: String }
    type AdvanceOrderPayload { order: Order userErrors: [UserError!]! }
    type LedgerEntry implements Node { id: ID! at: DateTime! amount: Money! balance: Money! counterparty: ResellerReference reason: String! order: Order }
    type LedgerEntryConnection { edges: [LedgerEntryEdge!]! nodes: [LedgerEntry!]! pageInfo: PageInfo! }
    type LedgerEntryEdge { node: LedgerEntry! cursor: String! }
    input RecordPaymentInput { from: ID! amount: MoneyInput! reference: String idempotencyKey: String! }
    type RecordPaymentPayload { entry: LedgerEntry userErrors: [UserError!]! }
    type CatalogItem implements Node {
      id: ID! sku: String! name: String! category: String! cost: Money! marginPercent: Decimal price: Money! updatedAt: DateTime!
    }
    type CatalogItemConnection { edges: [CatalogItemEdge!]! nodes: [CatalogItem!]! pageInfo: PageInfo! totalCount: Int! }
    type CatalogItemEdge { node: CatalogItem! cursor: String! }
    type CatalogAccess { all: Boolean! categories: [String!]! }
    input MoneyInput { amount: Decimal! currency: Currency! }
    input SaveProductInput { sku: String! name: String! category: String! listPrice: MoneyInput! }
    type SaveProductPayload { item: CatalogItem userErrors: [UserError!]! }
    input SetPriceOverrideInput { sku: String! price: MoneyInput }
    type SetPriceOverridePayload { item: CatalogItem userErrors: [UserError!]! }
    input SetCatalogAccessInput { resellerId: ID! all: Boolean categories: [String!] }
    type SetCatalogAccessPayload { reseller: Reseller userErrors: [UserError!]! }
    type NetworkSettings implements Node { id: ID! version: Int! updatedAt: DateTime! autoForwarding: AutoForwardingSettings! margins: MarginSettings! }
    type MarginSettings { defaultPercent: Decimal! floorPercent: Decimal! ceilingPercent: Decimal byCategory: [CategoryMargin!]! boundBy: Decimal }
    type CategoryMargin { category: String! percent: Decimal! }
    input UpdateSettingsInput { version: Int! autoForwarding: AutoForwardingSettingsInput margins: MarginSettingsInput }
    input MarginSettingsInput { defaultPercent: Decimal floorPercent: Decimal ceilingPercent: Decimal byCategory: [CategoryMarginInput!] }
    input CategoryMarginInput { category: String! percent: Decimal! }
    type UpdateSettingsPayload { settings: NetworkSettings userErrors: [UserError!]! }
    type PageInfo { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String }
";

#[test]
fn the_committed_schema_is_the_real_one() {
    let committed = include_str!("../../schema.graphql");
    assert!(committed == sdl(), "schema.graphql is out of date: cargo run -- schema > schema.graphql");
}

#[test]
fn everything_is_described() {
    let undescribed: Vec<_> =
        types(&sdl()).values().flat_map(parts).filter(|part| !part.described).map(|part| part.name).collect();
    assert!(undescribed.is_empty(), "these have no description: {undescribed:?}");
}

#[test]
fn what_is_promised_has_the_promised_shape() {
    let real: BTreeMap<_, _> = types(&sdl()).values().flat_map(parts).map(|part| (part.name, part.shape)).collect();
    for promised in types(CONTRACT).values().flat_map(parts) {
        assert_eq!(real.get(&promised.name), Some(&promised.shape), "{}", promised.name);
    }
}

/// A type, field, argument or value of a schema.
struct Part {
    name: String,
    /// Its type and default, where it has such.
    shape: String,
    described: bool,
}

fn types(text: &str) -> BTreeMap<String, TypeDefinition> {
    let definitions = parse_schema(text).expect("a schema").definitions.into_iter();
    let types = definitions.filter_map(|definition| match definition {
        TypeSystemDefinition::Type(ty) => Some((ty.node.name.node.to_string(), ty.node)),
        _ => None,
    });
    types.collect()
}

fn parts(ty: &TypeDefinition) -> Vec<Part> {
    let name = ty.name.node.as_str();
    let (kind, members) = match &ty.kind {
        TypeKind::Scalar => ("scalar", Vec::new()),
        TypeKind::Object(object) => ("type", fields(name, &object.fields)),
        TypeKind::Interface(interface) => ("interface", fields(name, &interface.fields)),
        TypeKind::Union(_) => ("union", Vec::new()),
        TypeKind::Enum(values) => {
            let value = |value: &async_graphql::parser::types::EnumValueDefinition| Part {
                name: format!("{name}.{}", value.value.node),
                shape: "value".to_owned(),
                described: value.description.is_some(),
            };
            ("enum", values.values.iter().map(|one| value(&one.node)).collect())
        }
        TypeKind::InputObject(input) => ("input", inputs(name, &input.fields)),
    };
    let whole = Part { name: name.to_owned(), shape: kind.to_owned(), described: ty.description.is_some() };
    std::iter::once(whole).chain(members).collect()
}

fn fields(ty: &str, fields: &[Positioned<FieldDefinition>]) -> Vec<Part> {
    let mut parts = Vec::new();
    for field in fields {
        let name = format!("{ty}.{}", field.node.name.node);
        parts.extend(inputs(&name, &field.node.arguments));
        parts.push(Part { name, shape: field.node.ty.node.to_string(), described: field.node.description.is_some() });
    }
    parts
}

fn inputs(of: &str, inputs: &[Positioned<InputValueDefinition>]) -> Vec<Part> {
    let default = |value: &Option<Positioned<Value>>| value.as_ref().map(|value| format!(" = {}", value.node));
    let part = |input: &InputValueDefinition| Part {
        name: format!("{of}({})", input.name.node),
        shape: format!("{}{}", input.ty.node, default(&input.default_value).unwrap_or_default()),
        described: input.description.is_some(),
    };
    inputs.iter().map(|input| part(&input.node)).collect()
}
