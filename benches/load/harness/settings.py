"""Margins, floors, ceilings and granted categories for some resellers, by SQL: whether the floor makes prices as the server does."""

# So many of a hundred resellers, chosen by their names.
CHOSEN = "abs(hashtext(external_id || '{salt}')) % 100 < {percent}"

MARGINS = """
INSERT INTO network_settings (owner_tenant_id, version, margins, updated_at)
SELECT id, 1, jsonb_build_object(
    'default', abs(hashtext(slug)) % 100000,
    'floor', abs(hashtext(slug || 'floor')) % 20000,
    'ceiling', CASE WHEN {some} THEN 30000 + abs(hashtext(slug || 'ceiling')) % 200000 END,
    'byCategory', jsonb_build_object('Bags', abs(hashtext(slug || 'bags')) % 150000)
), 0 FROM tenants WHERE {many}"""

# What somebody granted who is not above the reseller does not count.
GRANTS = """
INSERT INTO catalog_access (owner_tenant_id, granted_by_tenant_id, all_categories, categories, updated_at)
SELECT id, CASE WHEN {few} THEN id ELSE parent_id END, {some}, '["Bags", "Furniture", "Paper"]'::jsonb, 0
FROM tenants WHERE parent_id IS NOT NULL AND {many}
UNION ALL
SELECT id, parent_id, false, '["Desks", "Paper", "Tools"]'::jsonb, 0
FROM tenants WHERE parent_id IS NOT NULL AND NOT {many} AND {few}"""


def write(postgres):
    """Writes them into the database `chain`, whose servers have not begun yet."""
    for number, statement in enumerate((MARGINS, GRANTS)):
        which = {
            name: CHOSEN.format(salt=f"{number}{name}", percent=percent)
            for name, percent in (("few", 10), ("some", 30), ("many", 40))
        }
        postgres.run("chain", statement.format(**which))
