-- $1 and everyone below, parents before their children. Counts and places follow from the rows, and cost less outside of the database.
WITH RECURSIVE below (id, parent_id, name, status) AS (
    SELECT id, NULL::uuid, name, status FROM tenants WHERE id = $1
    UNION ALL
    SELECT child.id, below.id, child.name, child.status FROM below JOIN tenants child ON child.parent_id = below.id
)
SELECT id, parent_id, name, status FROM below
