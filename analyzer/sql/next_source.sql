-- Which number does the next file get?
SELECT coalesce(max(source_id), 0)::INTEGER + 1 AS source_id FROM sources;
