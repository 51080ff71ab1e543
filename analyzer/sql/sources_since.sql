-- Which files were loaded at or after a moment?
SELECT source_id FROM sources WHERE loaded_at_us >= $moment_us;
