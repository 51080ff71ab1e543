-- How many rows does each feature have before and since a moment, by model? Priced ones only.
-- served: answered by a response cache that is there already.
SELECT
  f.feature_no AS feature,
  m.model_no AS model,
  r.ts_us >= $since_us AS since,
  count(*) AS rows,
  count(*) FILTER (r.served_from_cache) AS served
FROM featured_requests AS r
JOIN priced_models AS m
  ON r.model = m.model
  AND coalesce(r.provider, '') = m.provider
  AND r.ts_us >= m.priced_from_us
JOIN numbered_features AS f ON r.feature = f.feature
GROUP BY ALL
ORDER BY ALL;
