-- Which priced requests of a stretch of time are replayed, with names as numbers?
SELECT
  r.rowid,
  r.ts_us,
  r.latency_us,
  f.feature_no AS feature,
  m.model_no AS model,
  m.name_no AS model_name,
  r.ok,
  r.served_from_cache,
  coalesce(r.service_tier = 'batch', false) AS batch,
  r.input_tokens,
  r.cached_input_tokens,
  r.cache_write_tokens,
  r.cache_write_1h_tokens,
  r.output_tokens,
  r.prompt_chars,
  r.response_chars,
  r.user_key,
  r.prompt_key,
  r.prefix_key,
  r.prefix_tokens
FROM featured_requests AS r
JOIN priced_models AS m
  ON r.model = m.model
  AND coalesce(r.provider, '') = m.provider
  AND r.ts_us >= m.priced_from_us
JOIN numbered_features AS f ON r.feature = f.feature
WHERE r.ts_us >= $from_us AND r.ts_us < $until_us;
