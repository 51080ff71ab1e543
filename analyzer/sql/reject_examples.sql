-- What are the first reasons of one file, and where do they stand?
SELECT line, reason FROM rejects WHERE source_id = $source_id ORDER BY line LIMIT $most;
