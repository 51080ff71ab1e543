-- How many of each feature's live requests have an answer of each length, up to full marks?
SELECT feature, least(response_chars, $most) AS chars, count(*) AS requests
FROM featured_requests
WHERE ok AND NOT served_from_cache AND response_chars IS NOT NULL
GROUP BY ALL
ORDER BY ALL;
