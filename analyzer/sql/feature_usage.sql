-- How many tokens did each feature use, by model and day? Names are looked up once for each sum.
-- longest is the longest prompt that was paid for; of totals it is 0: their tokens are many calls'.
SELECT
  'requests' AS held_as, f.feature_id, coalesce(n.name, f.feature_id) AS feature, f.provider,
  f.model, f.day, f.batch, false AS above, f.paid * f.longest AS longest, f.requests,
  f.paid * (f.input_tokens - f.cached - f.write - f.write_1h) AS uncached,
  f.paid * f.cached AS cached, f.paid * f.write AS write, f.paid * f.write_1h AS write_1h,
  f.paid * f.output AS output
FROM (
  SELECT
    feature AS feature_id, coalesce(provider, '') AS provider, model,
    ts_us // 86400000000 AS day, coalesce(service_tier = 'batch', false) AS batch,
    CASE WHEN served_from_cache THEN 0 ELSE 1 END AS paid, count(*) AS requests,
    max(input_tokens) AS longest, sum(input_tokens) AS input_tokens,
    sum(cached_input_tokens) AS cached, sum(cache_write_tokens) AS write,
    sum(cache_write_1h_tokens) AS write_1h, sum(output_tokens) AS output
  FROM sited_requests
  GROUP BY ALL
) AS f
LEFT JOIN feature_names AS n ON n.feature = f.feature_id
UNION ALL
SELECT
  'totals' AS held_as, feature_id, feature, provider, model, start_us // 86400000000 AS day,
  coalesce(service_tier = 'batch', false) AS batch, false AS above, 0 AS longest,
  coalesce(requests, 0) AS requests,
  input_tokens - cached_input_tokens - cache_write_tokens - cache_write_1h_tokens AS uncached,
  cached_input_tokens, cache_write_tokens, cache_write_1h_tokens, output_tokens
FROM featured_buckets;
