-- Which live requests carry a prompt key, in one part of the keys?
SELECT
  r.rowid,
  r.ts_us,
  r.latency_us,
  f.feature_no AS feature,
  m.name_no AS model_name,
  r.user_key,
  r.prompt_key
FROM featured_requests AS r
JOIN priced_models AS m
  ON r.model = m.model
  AND coalesce(r.provider, '') = m.provider
  AND r.ts_us >= m.priced_from_us
JOIN numbered_features AS f ON r.feature = f.feature
WHERE r.prompt_key % $parts::UBIGINT = $part::UBIGINT AND r.ok AND NOT r.served_from_cache;
