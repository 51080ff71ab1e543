-- Which staged totals are new?
-- Equal rows of one file are one row; rows that differ only in their
-- figures are told apart by their place, so that a file never loses any of them.
CREATE OR REPLACE TEMP TABLE fresh AS
WITH once AS (
  SELECT natural_key AS stem, row_key, min(seq) AS seq
  FROM staged
  WHERE NOT blank AND fault IS NULL
  GROUP BY ALL
),
placed AS (
  SELECT *, stem || '-' || row_number() OVER (PARTITION BY stem ORDER BY seq) AS placed_key
  FROM once
)
SELECT staged.* REPLACE (placed.placed_key AS natural_key)
FROM staged
JOIN placed ON staged.seq = placed.seq;
