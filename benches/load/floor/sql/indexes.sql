-- What the floor's statements read is in their indexes: none of them looks into a table.
CREATE INDEX floor_children ON tenants (parent_id, lower(name) COLLATE "C", id) INCLUDE (name);
CREATE INDEX floor_tree ON tenants (parent_id) INCLUDE (id, name, status);
CREATE INDEX floor_below ON tenants (parent_id) INCLUDE (id);
CREATE INDEX floor_line ON tenants (id) INCLUDE (parent_id, name, status);
CREATE INDEX floor_orders ON orders (owner_tenant_id, placed_at) INCLUDE (status, currency, amount_minor);
CREATE INDEX floor_accounts ON ledger_accounts (owner_tenant_id) INCLUDE (currency, balance_minor, outstanding_minor);
CREATE INDEX floor_products ON products (sku) INCLUDE (id, name, category, list_price_minor, currency);
CREATE INDEX floor_prices ON price_overrides (owner_tenant_id, product_id) INCLUDE (price_minor, currency);
CREATE INDEX floor_placed ON orders (placed_at) INCLUDE (owner_tenant_id, status, currency, amount_minor);
CREATE INDEX floor_figures ON daily_figures (owner_tenant_id, day, level, currency) INCLUDE (order_count, revenue_minor);
CREATE INDEX floor_own ON daily_figures (day) INCLUDE (owner_tenant_id, currency, order_count, revenue_minor) WHERE level = 0;
CREATE INDEX floor_statuses ON daily_statuses (owner_tenant_id, day) INCLUDE (status, order_count);
CREATE INDEX floor_feed ON network_activity_feed (owner_tenant_id, type_id, position) INCLUDE (distance);
