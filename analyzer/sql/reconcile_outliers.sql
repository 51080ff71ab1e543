-- Which requests does the log bill far beyond what their tokens cost?
-- Beside a model's usual ratio of logged cost to priced cost (or, unpriced, to tokens), a row stands
-- out where it says ten times as much and at least a dollar more.
WITH costed AS (
  SELECT
    r.request_id,
    r.source_id,
    coalesce(r.provider, '') AS provider,
    r.model,
    (r.ts_us // 86400000000)::INTEGER AS day,
    r.logged_cost_pico,
    p.input IS NOT NULL AS priced,
    CASE WHEN p.input IS NOT NULL THEN
      (r.input_tokens - r.cached_input_tokens - r.cache_write_tokens - r.cache_write_1h_tokens)
        ::HUGEINT * p.input
      + r.cached_input_tokens::HUGEINT * p.cached_input
      + r.cache_write_tokens::HUGEINT * p.cache_write
      + r.cache_write_1h_tokens::HUGEINT * p.cache_write_1h
      + r.output_tokens::HUGEINT * p.output
    ELSE r.input_tokens::HUGEINT + r.output_tokens END AS weight
  FROM requests AS r
  LEFT JOIN day_prices AS p
    ON coalesce(r.provider, '') = p.provider
    AND r.model = p.model
    AND (r.ts_us // 86400000000)::INTEGER = p.day
    AND (lower(coalesce(r.service_tier, '')) = 'batch') = p.batch
    AND (r.input_tokens > p.above_tokens) = p.above
  WHERE r.logged_cost_pico IS NOT NULL AND NOT r.served_from_cache
),
usual AS (
  SELECT
    provider,
    model,
    priced,
    count(*) AS n,
    median(logged_cost_pico::DOUBLE / weight::DOUBLE) AS ratio
  FROM costed
  WHERE weight > 0 AND logged_cost_pico > 0
  GROUP BY ALL
),
expected AS (
  SELECT
    c.*,
    c.weight::DOUBLE * CASE WHEN u.n >= 5 THEN u.ratio WHEN c.priced THEN 1 END AS usual_pico
  FROM costed AS c
  LEFT JOIN usual AS u
    ON c.provider = u.provider AND c.model = u.model AND c.priced = u.priced
)
SELECT
  e.request_id,
  s.file,
  e.provider,
  e.model,
  e.day,
  e.priced,
  e.logged_cost_pico AS logged_pico,
  CASE WHEN e.priced THEN e.weight END AS cost_pico
FROM expected AS e
JOIN sources AS s ON e.source_id = s.source_id
WHERE e.logged_cost_pico::DOUBLE > 10 * e.usual_pico
  AND e.logged_cost_pico::DOUBLE >= e.usual_pico + 1e12
ORDER BY e.logged_cost_pico DESC, e.request_id
LIMIT 1000;
