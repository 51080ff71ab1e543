-- Which files hold staged totals with other figures?
SELECT DISTINCT t.source_id
FROM fresh AS f
JOIN usage_buckets AS t ON t.natural_key = f.natural_key
WHERE (t.input_tokens, t.output_tokens, t.cached_input_tokens, t.cache_write_tokens)
  IS DISTINCT FROM
  (f.input_tokens, f.output_tokens, f.cached_input_tokens, f.cache_write_tokens)
ORDER BY t.source_id;
