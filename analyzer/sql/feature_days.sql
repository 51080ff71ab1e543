-- Which models were used on which days, in requests and in usage totals?
SELECT DISTINCT coalesce(provider, '') AS provider, model, ts_us // 86400000000 AS day
FROM requests
UNION
SELECT DISTINCT provider, model, start_us // 86400000000 AS day
FROM usage_buckets;
