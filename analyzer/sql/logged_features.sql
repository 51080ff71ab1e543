-- Which features did the log name?
SELECT DISTINCT feature FROM featured_requests ORDER BY feature;
