-- What do the staged totals say, and the loaded ones of the same names and periods?
CREATE OR REPLACE TEMP TABLE told AS
SELECT natural_key AS stem, seq, row_key, NULL::INTEGER AS source_id, NULL::BIGINT AS place,
  logged_cost_pico AS usd_pico, (input_tokens + output_tokens)::HUGEINT AS size,
  [requests, input_tokens, cached_input_tokens, cache_write_tokens, cache_write_1h_tokens,
    output_tokens, logged_cost_pico]::VARCHAR AS figures
FROM staged
WHERE NOT blank AND fault IS NULL
UNION ALL
SELECT split_part(natural_key, '-', 1) AS stem, NULL, NULL, source_id,
  split_part(natural_key, '-', 2)::BIGINT, NULL, NULL,
  [requests, input_tokens, cached_input_tokens, cache_write_tokens, cache_write_1h_tokens,
    output_tokens, logged_cost_pico]::VARCHAR
FROM usage_buckets
WHERE stem IN (SELECT natural_key FROM staged);
