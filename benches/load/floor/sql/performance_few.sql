-- The same, where few are below $1: everyone below, a level at a time, and the orders of each. OFFSET 0 keeps the orders of all others from being read.
WITH RECURSIVE below (ids, level) AS (
    SELECT ARRAY[$1::uuid], 0
    UNION ALL
    SELECT next.ids, level + 1
    FROM below CROSS JOIN LATERAL (SELECT array_agg(id) AS ids FROM tenants WHERE parent_id = ANY (below.ids)) next
    WHERE next.ids IS NOT NULL
)
SELECT level, (placed_at / 86400000000)::int AS day, currency, count(*) AS orders, sum(amount_minor)::bigint AS revenue
FROM below CROSS JOIN LATERAL (
    SELECT placed_at, currency, amount_minor FROM orders
    WHERE owner_tenant_id = ANY (below.ids) AND status <> 'CANCELLED'
        AND placed_at >= $2::int::bigint * 86400000000 AND placed_at < ($3::int::bigint + 1) * 86400000000
    OFFSET 0
) placed
GROUP BY 1, 2, 3
UNION ALL
SELECT level, NULL, NULL, cardinality(ids), 0 FROM below
