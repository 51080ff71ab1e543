-- By what does the staged export group its totals: which names, and how long a time?
SELECT
  coalesce((
    SELECT string_agg(DISTINCT name, ', ' ORDER BY name)
    FROM (SELECT unnest(string_split(grouped_by, chr(30))) AS name FROM fresh)
    WHERE name <> ''
  ), 'nothing') || CASE
    WHEN max(end_us - start_us) <= 60000000 THEN ', by minute'
    WHEN max(end_us - start_us) <= 3600000000 THEN ', by hour'
    WHEN max(end_us - start_us) <= 86400000000 THEN ', by day'
    WHEN max(end_us - start_us) <= 604800000000 THEN ', by week'
    WHEN max(end_us - start_us) <= 2678400000000 THEN ', by month'
    ELSE ', by a longer time'
  END AS grouped_by
FROM fresh;
