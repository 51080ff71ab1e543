-- How many tokens do usage exports count, by model and days, and what does a gateway say they cost?
-- Totals with a cost and without one stand apart. A local day may have 25 hours; a period stands on
-- the UTC days that it covers for the most part.
WITH totals AS (
  SELECT
    *,
    (start_us // 86400000000)::INTEGER AS day,
    end_us - start_us > 25 * 3600000000 AS is_long,
    CASE WHEN is_long THEN ((start_us + 43200000000) // 86400000000)::INTEGER
      ELSE ((start_us + end_us) // 2 // 86400000000)::INTEGER END AS first_day,
    CASE WHEN is_long THEN ((end_us + 43200000000) // 86400000000)::INTEGER - 1
      ELSE first_day END AS last_day,
    lower(coalesce(service_tier, '')) AS tier,
    logged_cost_pico IS NULL AS says_no_cost
  FROM usage_buckets
)
SELECT
  provider,
  model,
  day,
  first_day,
  last_day,
  tier,
  sum(requests)::BIGINT AS calls,
  sum(input_tokens - cached_input_tokens - cache_write_tokens - cache_write_1h_tokens)::HUGEINT
    AS input_tokens,
  sum(cached_input_tokens)::HUGEINT AS cached_tokens,
  sum(cache_write_tokens)::HUGEINT AS write_tokens,
  sum(cache_write_1h_tokens)::HUGEINT AS write_1h_tokens,
  sum(output_tokens)::HUGEINT AS output_tokens,
  count(logged_cost_pico)::BIGINT AS logged_calls,
  sum(logged_cost_pico)::HUGEINT AS logged_pico
FROM totals
GROUP BY provider, model, day, first_day, last_day, tier, says_no_cost
ORDER BY ALL;
