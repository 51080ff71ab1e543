-- What was noticed of each file while it was loaded?
SELECT source_id, note FROM source_notes ORDER BY source_id, number;
