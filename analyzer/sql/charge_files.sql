-- Which files hold money that a provider billed?
SELECT file FROM sources WHERE source_id IN (SELECT source_id FROM charges) ORDER BY file;
