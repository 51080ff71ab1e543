-- Which rows of one file were rejected, and why?
SELECT file, line, reason FROM rejects WHERE source_id = $source_id ORDER BY line;
