-- Of which files are the staged totals copies? Those files cannot be removed without this one.
INSERT INTO copies
SELECT $source_id, copied_from, count(*)
FROM fresh
WHERE copied_from IS NOT NULL
GROUP BY copied_from;
