-- Which files that stay hold copies of files that are to go, and of how many rows?
SELECT s.file, c.file AS copied, sum(copies.rows)::BIGINT AS rows
FROM copies
JOIN sources AS s ON s.source_id = copies.source_id
JOIN sources AS c ON c.source_id = copies.of_source_id
WHERE list_contains($going, copies.of_source_id) AND NOT list_contains($going, copies.source_id)
GROUP BY ALL
ORDER BY ALL;
