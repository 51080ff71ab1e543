-- How many of each feature's live requests have an answer of each length, day by day?
-- Up to full marks; null where the log does not say.
SELECT feature, (ts_us // 86_400_000_000)::INTEGER AS day, least(response_chars, $most) AS chars,
  count(*) AS requests
FROM featured_requests
WHERE ok AND NOT served_from_cache
GROUP BY ALL
ORDER BY ALL;
