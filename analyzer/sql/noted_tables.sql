-- Does the database have a place for notes about its files? One of an older rebill does not.
SELECT count(*) > 0 AS has_place FROM duckdb_tables() WHERE table_name = 'source_notes';
