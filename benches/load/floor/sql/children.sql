-- Everything about the children of $1 in one answer; the orders are those placed from $2 until before $3. The page is that of a company that
-- may sell everything. Its products stand together in the index of prices where they came into the database by sku: hence the bounds,
-- which are always right and then leave out most of what each company has set.
WITH RECURSIVE line (id, parent_id, step) AS (
    SELECT id, parent_id, 0 FROM tenants WHERE id = $1
    UNION ALL
    SELECT above.id, above.parent_id, line.step + 1 FROM line JOIN tenants above ON above.id = line.parent_id
), child AS MATERIALIZED (
    SELECT id, name, row_number() OVER (ORDER BY lower(name) COLLATE "C", id) AS place
    FROM tenants WHERE parent_id = $1 ORDER BY lower(name) COLLATE "C", id LIMIT 50
), page AS MATERIALIZED (
    SELECT id, sku, name, category, list_price_minor, currency FROM products ORDER BY sku LIMIT 5
), owner AS MATERIALIZED (
    SELECT id FROM child UNION ALL SELECT id FROM line
)
SELECT 0 AS kind, id, NULL::uuid AS other, name AS word, NULL::text AS category, NULL::text AS name, NULL::text AS currency,
    place AS number, 0::bigint AS amount
FROM child
UNION ALL
SELECT 1, owner_tenant_id, NULL, status, NULL, NULL, currency, count(*), sum(amount_minor)::bigint
FROM child JOIN orders ON owner_tenant_id = child.id AND placed_at >= $2 AND placed_at < $3
GROUP BY owner_tenant_id, status, currency
UNION ALL
SELECT 2, owner_tenant_id, NULL, NULL, NULL, NULL, currency, balance_minor, outstanding_minor
FROM child JOIN ledger_accounts ON owner_tenant_id = child.id
UNION ALL
SELECT 3, id, NULL, NULL, NULL, NULL, NULL, step, 0 FROM line
UNION ALL
SELECT 4, id, NULL, sku, category, name, currency, list_price_minor, 0 FROM page
UNION ALL
SELECT 5, owner_tenant_id, product_id, NULL, NULL, NULL, currency, price_minor, 0 FROM price_overrides
WHERE owner_tenant_id = ANY (ARRAY(SELECT id FROM owner)) AND product_id = ANY (ARRAY(SELECT id FROM page))
    AND product_id >= (SELECT id FROM page ORDER BY id LIMIT 1) AND product_id <= (SELECT id FROM page ORDER BY id DESC LIMIT 1)
UNION ALL
SELECT 6, owner_tenant_id, NULL, margins::text, NULL, NULL, NULL, 0, 0
FROM owner JOIN network_settings ON owner_tenant_id = owner.id
UNION ALL
SELECT 7, owner_tenant_id, granted_by_tenant_id, categories::text, NULL, NULL, NULL, all_categories::int, 0
FROM owner JOIN catalog_access ON owner_tenant_id = owner.id
UNION ALL
SELECT 8, NULL, NULL, NULL, NULL, NULL, NULL, count(*), 0 FROM products
