-- How many tokens do usage exports count, by model and day, and what does a gateway say they cost?
-- Totals with a cost and without one stand apart.
SELECT
  provider,
  model,
  (start_us // 86400000000)::INTEGER AS day,
  lower(coalesce(service_tier, '')) AS tier,
  sum(requests)::BIGINT AS calls,
  sum(input_tokens - cached_input_tokens - cache_write_tokens - cache_write_1h_tokens)::HUGEINT
    AS input_tokens,
  sum(cached_input_tokens)::HUGEINT AS cached_tokens,
  sum(cache_write_tokens)::HUGEINT AS write_tokens,
  sum(cache_write_1h_tokens)::HUGEINT AS write_1h_tokens,
  sum(output_tokens)::HUGEINT AS output_tokens,
  count(logged_cost_pico)::BIGINT AS logged_calls,
  sum(logged_cost_pico)::HUGEINT AS logged_pico
FROM usage_buckets
GROUP BY provider, model, day, tier, logged_cost_pico IS NULL
ORDER BY ALL;
