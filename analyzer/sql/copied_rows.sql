-- How many of each loaded file's totals stand in the staged one as well?
SELECT copied_from AS source_id, count(*) AS rows
FROM fresh
WHERE copied_from IS NOT NULL
GROUP BY copied_from
ORDER BY copied_from;
