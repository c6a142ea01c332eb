-- The ten companies of the chain that $1 is the root of that ordered most from day $2 to day $3, in the root's currency, with all that they ordered.
-- Everyone is below the root: it is not looked up who is.
WITH leader AS MATERIALIZED (
    SELECT owner_tenant_id AS id, sum(revenue_minor)::bigint AS revenue FROM daily_figures
    WHERE level = 0 AND day >= $2 AND day <= $3 AND currency = (SELECT currency FROM tenants WHERE id = $1)
    GROUP BY owner_tenant_id HAVING sum(order_count) > 0
    ORDER BY revenue DESC, id LIMIT 10
)
SELECT id, (SELECT name FROM tenants WHERE tenants.id = leader.id), leader.revenue, own.currency, own.orders, own.revenue
FROM leader CROSS JOIN LATERAL (
    SELECT currency, sum(order_count)::bigint AS orders, sum(revenue_minor)::bigint AS revenue FROM daily_figures
    WHERE owner_tenant_id = leader.id AND level = 0 AND day >= $2 AND day <= $3 GROUP BY currency
) own
ORDER BY leader.revenue DESC, id, own.currency
