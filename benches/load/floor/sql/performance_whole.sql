-- The same out of the orders themselves, where most of the chain is below $1: all orders of these days, and everyone below, a level at a time. OFFSET 0 keeps
-- the orders from being looked up company by company.
WITH RECURSIVE below (ids, level) AS (
    SELECT ARRAY[$1::uuid], 0
    UNION ALL
    SELECT next.ids, level + 1
    FROM below CROSS JOIN LATERAL (SELECT array_agg(id) AS ids FROM tenants WHERE parent_id = ANY (below.ids)) next
    WHERE next.ids IS NOT NULL
)
SELECT level, day, currency, count(*) AS orders, sum(amount_minor)::bigint AS revenue
FROM (SELECT unnest(ids) AS id, level FROM below) company JOIN (
    SELECT owner_tenant_id, (placed_at / 86400000000)::int AS day, currency, amount_minor FROM orders
    WHERE placed_at >= $2::int::bigint * 86400000000 AND placed_at < ($3::int::bigint + 1) * 86400000000 AND status <> 'CANCELLED'
    OFFSET 0
) placed ON owner_tenant_id = id
GROUP BY level, day, currency
UNION ALL
SELECT level, NULL, NULL, cardinality(ids), 0 FROM below
