-- Does the database have a place for prepared sums? One of an older rebill does not.
SELECT count(*) AS tables FROM duckdb_tables() WHERE table_name = 'prepared';
