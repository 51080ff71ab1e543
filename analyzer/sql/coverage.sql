-- What share of each file's requests can the levers work with?
SELECT
  source_id,
  count(*) AS requests,
  count(*) FILTER (feature <> '(untagged)') AS tagged,
  count(prompt_key) AS keyed,
  count(prefix_key) AS prefixed,
  count(response_chars) AS measured,
  count(latency_us) AS timed
FROM featured_requests
GROUP BY source_id
ORDER BY source_id;
