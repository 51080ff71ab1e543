-- How many row numbers does the table of requests span?
SELECT coalesce(max(rowid), -1)::BIGINT + 1 AS rows FROM requests;
