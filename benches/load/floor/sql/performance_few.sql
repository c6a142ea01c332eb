-- The same, where few are below $1: everyone below, and the orders of each. OFFSET 0 keeps the orders of all others from being read.
WITH RECURSIVE below (id, level) AS (
    SELECT $1::uuid, 0
    UNION ALL
    SELECT child.id, level + 1 FROM below JOIN tenants child ON child.parent_id = below.id
)
SELECT level, (placed_at / 86400000000)::int AS day, currency, count(*) AS orders, sum(amount_minor)::bigint AS revenue
FROM below CROSS JOIN LATERAL (
    SELECT placed_at, currency, amount_minor FROM orders
    WHERE owner_tenant_id = below.id AND status <> 'CANCELLED'
        AND placed_at >= $2::int::bigint * 86400000000 AND placed_at < ($3::int::bigint + 1) * 86400000000
    OFFSET 0
) placed
GROUP BY 1, 2, 3
UNION ALL
SELECT level, NULL, NULL, count(*), 0 FROM below GROUP BY level
