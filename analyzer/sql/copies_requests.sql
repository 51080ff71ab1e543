-- Of which files are the staged requests copies? Those files cannot be removed without this one.
INSERT INTO copies
SELECT $source_id, r.source_id, count(*)
FROM staged
JOIN requests AS r ON r.request_id = coalesce(staged.request_id, $id_prefix || ':' || staged.line || staged.part)
WHERE NOT blank AND fault IS NULL
GROUP BY r.source_id;
