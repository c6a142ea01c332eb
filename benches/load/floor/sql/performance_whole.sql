-- The same out of the orders themselves, where most of the chain is below $1: all orders of these days, and everyone below. OFFSET 0 keeps them from being
-- looked up company by company.
WITH RECURSIVE below (id, level) AS (
    SELECT $1::uuid, 0
    UNION ALL
    SELECT child.id, level + 1 FROM below JOIN tenants child ON child.parent_id = below.id
)
SELECT level, day, currency, count(*) AS orders, sum(amount_minor)::bigint AS revenue
FROM below JOIN (
    SELECT owner_tenant_id, (placed_at / 86400000000)::int AS day, currency, amount_minor FROM orders
    WHERE placed_at >= $2::int::bigint * 86400000000 AND placed_at < ($3::int::bigint + 1) * 86400000000 AND status <> 'CANCELLED'
    OFFSET 0
) placed ON owner_tenant_id = id
GROUP BY level, day, currency
UNION ALL
SELECT level, NULL, NULL, count(*), 0 FROM below GROUP BY level
