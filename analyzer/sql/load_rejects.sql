-- Keep what could not be loaded: where, why, and the digest of the line.
INSERT INTO rejects
SELECT $source_id, $file, line, fault, line_digest
FROM staged
WHERE NOT blank AND fault IS NOT NULL
ORDER BY seq;
