-- What $1 and everyone below it ordered from day $2 to day $3, by day and by level: out of the figures that are kept for each day and level. The companies
-- on each level are in a table of the floor's own.
SELECT level, day, currency, sum(order_count)::bigint AS orders, sum(revenue_minor)::bigint AS revenue
FROM daily_figures WHERE owner_tenant_id = $1 AND day >= $2 AND day <= $3
GROUP BY GROUPING SETS ((day, currency), (level, currency))
UNION ALL
SELECT level, NULL, NULL, companies, 0 FROM floor_levels WHERE owner = $1
