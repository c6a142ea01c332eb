-- What the floor's statements read is in their indexes: none of them looks into a table.
CREATE INDEX floor_children ON tenants (parent_id, lower(name) COLLATE "C", id) INCLUDE (name);
CREATE INDEX floor_tree ON tenants (parent_id) INCLUDE (id, name, status);
CREATE INDEX floor_line ON tenants (id) INCLUDE (parent_id, name, status);
CREATE INDEX floor_orders ON orders (owner_tenant_id, placed_at) INCLUDE (status, currency, amount_minor);
CREATE INDEX floor_accounts ON ledger_accounts (owner_tenant_id) INCLUDE (currency, balance_minor, outstanding_minor);
CREATE INDEX floor_products ON products (sku) INCLUDE (id, name, category, list_price_minor, currency);
CREATE INDEX floor_prices ON price_overrides (owner_tenant_id, product_id) INCLUDE (price_minor, currency);
