-- Which files hold a provider's totals or charges, and no requests?
SELECT file
FROM sources
WHERE source_id IN (SELECT source_id FROM usage_buckets UNION SELECT source_id FROM charges)
ORDER BY file;
