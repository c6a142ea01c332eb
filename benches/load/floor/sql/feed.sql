-- The 50 newest events of type $2 before position $3 in the feed of $1, and one more, which tells that there are more.
WITH page AS MATERIALIZED (
    SELECT position, distance FROM network_activity_feed
    WHERE owner_tenant_id = $1 AND type_id = (SELECT id FROM event_types WHERE name = $2) AND position < $3
    ORDER BY position DESC LIMIT 51
)
SELECT page.position, distance, occurred_at, recorded_at, tenants.id, tenants.name, data::text
FROM page JOIN events USING (position) JOIN tenants ON tenants.id = subject_tenant_id
ORDER BY position DESC
