-- How many requests fall in each equal stretch of the window?
SELECT (ts_us - $first_us) // $width_us AS stretch, count(*)::BIGINT AS requests
FROM requests
GROUP BY stretch
ORDER BY stretch;
