-- Load the new requests, in replay order, so that reading them in that order is cheap.
INSERT INTO requests BY NAME
SELECT
  request_id, $source_id AS source_id, ts_us, latency_us, provider, model, feature, user_key,
  session_key, status, status = 'ok' AS ok, service_tier, input_tokens, cached_input_tokens,
  cache_write_tokens, cache_write_1h_tokens, output_tokens, reasoning_tokens, prompt_chars,
  response_chars, prompt_key, prefix_key, prefix_tokens, logged_cost_pico, served_from_cache
FROM fresh
ORDER BY ts_us, request_id;
