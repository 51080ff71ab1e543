-- Which models does the database name, in requests and in usage totals, and how much of each?
SELECT
  'requests' AS held_as,
  provider,
  model,
  count(*)::BIGINT AS requests,
  sum(input_tokens + output_tokens)::BIGINT AS tokens,
  min(ts_us) AS first_ts_us,
  max(ts_us) AS last_ts_us
FROM requests
GROUP BY ALL
UNION ALL
SELECT
  'totals' AS held_as,
  provider,
  model,
  sum(requests)::BIGINT AS requests,
  sum(input_tokens + output_tokens)::BIGINT AS tokens,
  min(start_us) AS first_ts_us,
  max(start_us) AS last_ts_us
FROM usage_buckets
GROUP BY ALL
ORDER BY tokens DESC, model, provider, held_as;
