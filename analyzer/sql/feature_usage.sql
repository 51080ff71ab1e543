-- How many tokens did each feature use, by the price that was in force? price_no is NULL for none.
SELECT
  used.held_as, used.feature_id, used.feature, priced.price_no, used.batch,
  -- A total's tokens are many calls': they say nothing about the length of one.
  used.held_as = 'requests' AND coalesce(used.input_tokens > priced.above_tokens, false) AS above,
  sum(used.requests)::BIGINT AS requests,
  sum(used.input_tokens - used.cached - used.write - used.write_1h)::HUGEINT AS uncached,
  sum(used.cached)::HUGEINT AS cached,
  sum(used.write)::HUGEINT AS write,
  sum(used.write_1h)::HUGEINT AS write_1h,
  sum(used.output_tokens)::HUGEINT AS output
FROM (
  SELECT
    'requests' AS held_as, feature_id, feature, coalesce(provider, '') AS provider, model,
    ts_us // 86400000000 AS day, coalesce(service_tier = 'batch', false) AS batch, 1 AS requests,
    CASE WHEN served_from_cache THEN 0 ELSE 1 END AS paid,
    input_tokens * paid AS input_tokens, cached_input_tokens * paid AS cached,
    cache_write_tokens * paid AS write, cache_write_1h_tokens * paid AS write_1h,
    output_tokens * paid AS output_tokens
  FROM featured_requests
  UNION ALL
  SELECT
    'totals' AS held_as, feature_id, feature, provider, model, start_us // 86400000000 AS day,
    coalesce(service_tier = 'batch', false) AS batch, coalesce(requests, 0) AS requests,
    1 AS paid, input_tokens, cached_input_tokens, cache_write_tokens, cache_write_1h_tokens,
    output_tokens
  FROM featured_buckets
) AS used
JOIN priced_days AS priced
  ON used.provider = priced.provider AND used.model = priced.model AND used.day = priced.day
GROUP BY ALL
ORDER BY ALL;
