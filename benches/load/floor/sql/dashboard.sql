-- All that the dashboard of $1, the root of a chain, shows of the days from $2 to $3, and of as many days before. What a product costs the root is its list
-- price; it takes the same for those for which it has set nothing: these are counted alone.
SELECT 0 AS kind, NULL::uuid AS id, NULL::text AS word, NULL::text AS currency, NULL::int AS day, count(*) AS number,
    count(*) FILTER (WHERE list_price_minor > 0) AS amount
FROM products
UNION ALL
SELECT 1, products.id, category, products.currency, NULL, list_price_minor, price_minor
FROM products LEFT JOIN price_overrides own
    ON own.owner_tenant_id = $1 AND product_id = products.id AND own.currency = products.currency
WHERE price_minor IS NOT NULL OR EXISTS (SELECT FROM network_settings WHERE owner_tenant_id = $1)
UNION ALL
SELECT 2, NULL, margins::text, NULL, NULL, 0, 0 FROM network_settings WHERE owner_tenant_id = $1
UNION ALL
SELECT 3, NULL, status, currency, (placed_at / 86400000000)::int, count(*), sum(amount_minor)::bigint FROM orders
WHERE owner_tenant_id = $1 AND placed_at >= $2::int::bigint * 86400000000 AND placed_at < ($3::int::bigint + 1) * 86400000000
GROUP BY status, currency, (placed_at / 86400000000)::int
UNION ALL
SELECT 4, NULL, NULL, currency, NULL, balance_minor, outstanding_minor FROM ledger_accounts WHERE owner_tenant_id = $1
UNION ALL
SELECT 5, NULL, NULL, currency, NULL, sum(order_count)::bigint, sum(revenue_minor)::bigint FROM daily_figures
WHERE owner_tenant_id = $1 AND day >= $2 AND day <= $3 AND level > 0 GROUP BY currency
UNION ALL
SELECT 6, NULL, status, NULL, NULL, sum(order_count)::bigint, 0 FROM daily_statuses
WHERE owner_tenant_id = $1 AND day >= $2 AND day <= $3 GROUP BY status
UNION ALL
SELECT 7, NULL, NULL, NULL, NULL, (sum(companies) FILTER (WHERE level = 1))::bigint, sum(companies)::bigint FROM floor_levels
WHERE owner = $1 AND level > 0
UNION ALL
SELECT 8, NULL, NULL, NULL, NULL, sum(active)::bigint, sum(frozen)::bigint FROM floor_levels WHERE owner = $1 AND level > 0
UNION ALL
SELECT 9, NULL, NULL, NULL, NULL, sum(companies)::bigint, 0 FROM floor_joined WHERE owner = $1 AND day >= $2 AND day <= $3
UNION ALL
SELECT 10, NULL, NULL, NULL, NULL, sum(order_count)::bigint, 0 FROM daily_figures
WHERE owner_tenant_id = $1 AND day >= 2 * $2 - $3 - 1 AND day < $2 AND level > 0
