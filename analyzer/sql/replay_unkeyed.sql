-- Which live requests carry no prompt key?
SELECT r.rowid, r.request_id, r.prompt_key, f.feature_no AS feature
FROM featured_requests AS r
JOIN priced_models AS m
  ON r.model = m.model
  AND coalesce(r.provider, '') = m.provider
  AND r.ts_us >= m.priced_from_us
JOIN numbered_features AS f ON r.feature = f.feature
WHERE r.prompt_key IS NULL AND r.ok AND NOT r.served_from_cache;
