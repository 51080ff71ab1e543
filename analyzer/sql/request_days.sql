-- On which days, from which provider, and in which files are there requests?
SELECT
  coalesce(r.provider, '') AS provider,
  (r.ts_us // 86400000000)::INTEGER AS day,
  s.file,
  count(*)::BIGINT AS rows
FROM requests AS r
JOIN sources AS s ON r.source_id = s.source_id
GROUP BY ALL
ORDER BY ALL;
