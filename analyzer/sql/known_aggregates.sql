-- How many staged totals are copies, and how many of those say other figures than the one loaded?
-- How many stand in the file more than once, and what do those times beyond the first come to?
SELECT
  (SELECT count(*) FROM told WHERE source_id IS NULL)
    - count(*) FILTER (copied_from IS NULL) AS duplicates,
  count(*) FILTER (changed) AS changed,
  (SELECT count(*) FROM told WHERE source_id IS NULL) - count(*) AS repeated,
  (SELECT sum(usd_pico) FROM told WHERE source_id IS NULL)
    - (SELECT sum(usd_pico) FROM told WHERE seq IN (SELECT seq FROM fresh)) AS repeated_pico
FROM fresh;
