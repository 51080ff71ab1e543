-- On which days (UTC) does the database hold tokens of each model?
SELECT coalesce(provider, '') AS provider, model, (ts_us // 86400000000)::INTEGER AS day
FROM requests
UNION
SELECT provider, model, (start_us // 86400000000)::INTEGER AS day
FROM usage_buckets
ORDER BY ALL;
