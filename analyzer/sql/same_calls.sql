-- How many of a file's requests have the second and the token counts of those of another file?
-- The most alike first; beside it, how many it has of the time that the other tells of.
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
),
alike AS (
  SELECT theirs.source_id, sum(least(mine.rows, theirs.rows))::BIGINT AS rows
  FROM mine
  JOIN theirs USING (second, input_tokens, output_tokens)
  GROUP BY ALL
),
shared AS (
  SELECT s.source_id, s.file, alike.rows, sum(mine.rows)::BIGINT AS shared
  FROM alike
  JOIN sources AS s ON s.source_id = alike.source_id
  JOIN mine ON mine.second BETWEEN s.first_ts_us // 1000000 AND s.last_ts_us // 1000000
  GROUP BY ALL
)
SELECT file, rows, shared
FROM shared
ORDER BY rows DESC, source_id;
