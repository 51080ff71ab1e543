-- Which models did the log call, how often, and with how many tokens?
SELECT
  coalesce(provider, '') AS provider,
  model,
  count(*)::BIGINT AS requests,
  sum(input_tokens + output_tokens)::BIGINT AS tokens,
  min(ts_us) AS first_ts_us,
  max(ts_us) AS last_ts_us
FROM kept_requests
GROUP BY ALL
ORDER BY model, provider;
