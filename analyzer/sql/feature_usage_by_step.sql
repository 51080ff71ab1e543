-- The same of the models and days in stepped_days, told apart by the step of their price.
SELECT
  'requests' AS held_as, feature_id, feature, batch, price_no, above, count(*) AS requests,
  sum(paid * (input_tokens - cached_input_tokens - cache_write_tokens - cache_write_1h_tokens))
    AS uncached,
  sum(paid * cached_input_tokens) AS cached, sum(paid * cache_write_tokens) AS write,
  sum(paid * cache_write_1h_tokens) AS write_1h, sum(paid * output_tokens) AS output
FROM (
  SELECT
    r.*, s.price_no, coalesce(r.service_tier = 'batch', false) AS batch,
    CASE WHEN r.served_from_cache THEN 0 ELSE 1 END AS paid,
    paid = 1 AND r.input_tokens > s.above_tokens AS above
  FROM featured_requests AS r
  JOIN stepped_days AS s
    ON coalesce(r.provider, '') = s.provider AND r.model = s.model
    AND r.ts_us // 86400000000 = s.day
)
GROUP BY ALL;
