-- How many of a file's requests have the second and the token counts of another file's, by file?
WITH mine AS (
  SELECT ts_us // 1000000 AS second, input_tokens, output_tokens, count(*) AS rows
  FROM requests
  WHERE source_id = $source_id AND input_tokens + output_tokens > 0
  GROUP BY ALL
),
theirs AS (
  SELECT source_id, ts_us // 1000000 AS second, input_tokens, output_tokens, count(*) AS rows
  FROM requests
  WHERE source_id <> $source_id
  GROUP BY ALL
)
SELECT s.file, sum(least(mine.rows, theirs.rows))::BIGINT AS rows
FROM mine
JOIN theirs USING (second, input_tokens, output_tokens)
JOIN sources AS s ON s.source_id = theirs.source_id
GROUP BY s.source_id, s.file
ORDER BY rows DESC, s.source_id
LIMIT 1;
