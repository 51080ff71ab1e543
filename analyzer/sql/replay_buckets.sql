-- Which usage totals does the database hold, and in which file does each stand?
SELECT
  u.provider,
  u.model,
  u.feature,
  u.start_us,
  greatest(u.end_us, u.start_us) AS end_us,
  u.requests,
  coalesce(u.service_tier = 'batch', false) AS batch,
  u.input_tokens,
  u.cached_input_tokens,
  u.cache_write_tokens,
  u.cache_write_1h_tokens,
  u.output_tokens,
  s.file
FROM featured_buckets AS u
JOIN sources AS s ON u.source_id = s.source_id
ORDER BY u.start_us, u.provider, u.model, u.feature, u.natural_key;
