-- The same page for companies that may sell the categories $1 alone, with the prices that the companies $2 have set by hand. Nobody in the
-- generated chain needs it.
WITH page AS MATERIALIZED (
    SELECT id, sku, name, category, list_price_minor, currency FROM products WHERE category = ANY ($1) ORDER BY sku LIMIT 5
)
SELECT 4 AS kind, id, NULL::uuid AS other, sku AS word, category, name, currency, list_price_minor AS number, 0::bigint AS amount
FROM page
UNION ALL
SELECT 5, owner_tenant_id, product_id, NULL, NULL, NULL, currency, price_minor, 0 FROM price_overrides
WHERE owner_tenant_id = ANY ($2) AND product_id = ANY (ARRAY(SELECT id FROM page))
UNION ALL
SELECT 8, NULL, NULL, NULL, NULL, NULL, NULL, count(*), 0 FROM products WHERE category = ANY ($1)
