-- How many staged totals are copies, and how many of those say other figures than the one loaded?
SELECT
  (SELECT count(*) FROM staged WHERE NOT blank AND fault IS NULL)
    - count(*) FILTER (u.natural_key IS NULL) AS duplicates,
  count(*) FILTER (
    (u.input_tokens, u.output_tokens, u.cached_input_tokens, u.cache_write_tokens)
    IS DISTINCT FROM
    (f.input_tokens, f.output_tokens, f.cached_input_tokens, f.cache_write_tokens)
    AND u.natural_key IS NOT NULL
  ) AS changed
FROM fresh AS f
LEFT JOIN usage_buckets AS u ON u.natural_key = f.natural_key;
