-- Which loaded answers does this file tell more of? They take its counts.
UPDATE requests
SET
  input_tokens = s.input_tokens,
  cached_input_tokens = s.cached_input_tokens,
  cache_write_tokens = s.cache_write_tokens,
  cache_write_1h_tokens = s.cache_write_1h_tokens,
  output_tokens = s.output_tokens,
  reasoning_tokens = s.reasoning_tokens,
  logged_cost_pico = s.logged_cost_pico
FROM staged AS s
WHERE requests.request_id = s.request_id
  AND NOT s.blank AND s.fault IS NULL
  AND s.output_tokens > requests.output_tokens;
