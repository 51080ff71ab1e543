-- What did each model's calls cost on each day, at the price in force and as logged?
WITH calls AS (
  SELECT
    r.*,
    coalesce(r.provider, '') AS seller,
    (r.ts_us // 86400000000)::INTEGER AS day,
    lower(coalesce(r.service_tier, '')) AS tier,
    r.input_tokens - r.cached_input_tokens - r.cache_write_tokens - r.cache_write_1h_tokens
      AS uncached_tokens
  FROM requests AS r
  WHERE NOT r.served_from_cache
),
costed AS (
  SELECT
    c.*,
    p.input IS NOT NULL AS priced,
    c.uncached_tokens::HUGEINT * p.input AS input_pico,
    c.cached_input_tokens::HUGEINT * p.cached_input AS cached_pico,
    c.cache_write_tokens::HUGEINT * p.cache_write AS write_pico,
    c.cache_write_1h_tokens::HUGEINT * p.cache_write_1h AS write_1h_pico,
    c.output_tokens::HUGEINT * p.output AS output_pico
  FROM calls AS c
  LEFT JOIN day_prices AS p
    ON c.seller = p.provider
    AND c.model = p.model
    AND c.day = p.day
    AND (c.tier = 'batch') = p.batch
    AND (c.input_tokens > p.above_tokens) = p.above
),
summed AS (
  SELECT *, input_pico + cached_pico + write_pico + write_1h_pico + output_pico AS cost_pico
  FROM costed
)
SELECT
  seller AS provider,
  model,
  day,
  tier,
  count(*)::BIGINT AS calls,
  count(*) FILTER (priced)::BIGINT AS priced_calls,
  sum(uncached_tokens)::HUGEINT AS input_tokens,
  sum(cached_input_tokens)::HUGEINT AS cached_tokens,
  sum(cache_write_tokens)::HUGEINT AS write_tokens,
  sum(cache_write_1h_tokens)::HUGEINT AS write_1h_tokens,
  sum(output_tokens)::HUGEINT AS output_tokens,
  sum(input_pico) AS input_pico,
  sum(cached_pico) AS cached_pico,
  sum(write_pico) AS write_pico,
  sum(write_1h_pico) AS write_1h_pico,
  sum(output_pico) AS output_pico,
  count(logged_cost_pico)::BIGINT AS logged_calls,
  sum(logged_cost_pico) AS logged_pico,
  sum(cost_pico) FILTER (logged_cost_pico IS NOT NULL) AS logged_priced_pico,
  sum(logged_cost_pico) FILTER (NOT priced) AS logged_unpriced_pico,
  sum(logged_cost_pico - cost_pico) FILTER (NOT ok AND logged_cost_pico < cost_pico) AS failed_pico,
  sum(-cost_pico) FILTER (ok AND logged_cost_pico = 0) AS zero_pico
FROM summed
GROUP BY ALL
ORDER BY ALL;
