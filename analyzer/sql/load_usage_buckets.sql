-- Load the totals that no earlier file held.
INSERT INTO usage_buckets BY NAME
SELECT
  $source_id AS source_id, provider, model, feature, start_us, end_us, requests, service_tier,
  input_tokens, cached_input_tokens, cache_write_tokens, cache_write_1h_tokens, output_tokens,
  reasoning_tokens, natural_key, names_key, logged_cost_pico
FROM fresh
WHERE copied_from IS NULL
ORDER BY seq;
