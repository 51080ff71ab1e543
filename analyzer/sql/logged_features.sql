-- Which features did the log name?
SELECT DISTINCT feature FROM requests ORDER BY feature;
