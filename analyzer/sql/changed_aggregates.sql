-- Which files hold staged totals with other figures?
SELECT DISTINCT copied_from AS source_id FROM fresh WHERE changed ORDER BY source_id;
