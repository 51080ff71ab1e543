-- Of which files are the staged totals copies? Those files cannot be removed without this one.
INSERT INTO copies
SELECT $source_id, t.source_id, count(*)
FROM fresh
JOIN charges AS t ON t.natural_key = fresh.natural_key
GROUP BY t.source_id;
