-- How does each request read as a line of the canonical log, with the day that it is filed under?
-- Digests travel as whole numbers of 64 bits: a reader without unsigned numbers keeps them as they are.
SELECT
  request_id,
  make_timestamptz(ts_us) AS ts,
  (latency_us::DECIMAL(18, 0) * 0.001::DECIMAL(4, 3))::DECIMAL(18, 3) AS latency_ms,
  provider,
  model,
  feature,
  CAST(CAST(user_key AS BIT) AS BIGINT) AS "user",
  CAST(CAST(session_key AS BIT) AS BIGINT) AS "session",
  status,
  service_tier,
  input_tokens,
  cached_input_tokens,
  cache_write_tokens,
  cache_write_1h_tokens,
  output_tokens,
  reasoning_tokens,
  prompt_chars,
  response_chars,
  CAST(CAST(prompt_key AS BIT) AS BIGINT) AS prompt_key,
  CAST(CAST(prefix_key AS BIT) AS BIGINT) AS prefix_key,
  prefix_tokens,
  (logged_cost_pico::DECIMAL(25, 0) * 0.000000000001::DECIMAL(13, 12))::DECIMAL(38, 12) AS logged_cost,
  served_from_cache,
  strftime(make_timestamptz(ts_us), '%Y-%m-%d') AS day
FROM featured_requests;
