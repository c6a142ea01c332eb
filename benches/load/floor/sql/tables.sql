-- What a program keeps that counts whenever somebody joins: how many companies are on each level below a company, how they stand, and when those below it
-- joined.
CREATE TEMP TABLE floor_below AS
WITH RECURSIVE above (id, owner, level) AS (
    SELECT id, id, 0 FROM tenants
    UNION ALL
    SELECT above.id, parent_id, level + 1 FROM above JOIN tenants ON tenants.id = owner WHERE parent_id IS NOT NULL
), standing (id, frozen) AS (
    SELECT id, EXISTS (SELECT FROM freezes WHERE owner_tenant_id = tenants.id) FROM tenants WHERE parent_id IS NULL
    UNION ALL
    SELECT child.id, frozen OR EXISTS (SELECT FROM freezes WHERE owner_tenant_id = child.id)
    FROM standing JOIN tenants child ON child.parent_id = standing.id
)
SELECT owner, level, status = 'ACTIVE' AS active, frozen, (joined_at / 86400000000)::int AS joined
FROM above JOIN standing USING (id) JOIN tenants USING (id);
CREATE TABLE floor_levels AS
SELECT owner, level, count(*) AS companies, count(*) FILTER (WHERE active) AS active, count(*) FILTER (WHERE frozen) AS frozen
FROM floor_below GROUP BY owner, level ORDER BY owner, level;
CREATE INDEX floor_levels_owner ON floor_levels (owner, level) INCLUDE (companies, active, frozen);
CREATE TABLE floor_joined AS
SELECT owner, joined AS day, count(*) AS companies FROM floor_below WHERE level > 0 GROUP BY owner, joined ORDER BY owner, joined;
CREATE INDEX floor_joined_owner ON floor_joined (owner, day) INCLUDE (companies);
DROP TABLE floor_below;
