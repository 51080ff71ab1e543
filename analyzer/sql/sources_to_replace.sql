-- Which loaded files have this name?
SELECT source_id FROM sources WHERE file = $file;
