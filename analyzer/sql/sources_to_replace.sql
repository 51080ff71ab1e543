-- Which loaded files have this name, or these bytes?
SELECT source_id FROM sources WHERE file = $file OR sha256 = $sha256;
