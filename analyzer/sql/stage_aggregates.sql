-- Which staged totals are new, and which loaded row is each of the others?
-- Equal rows of one file are one row. Rows that differ only in their figures are told apart by a
-- number, so that a file never loses any of them: the number of the loaded row with those
-- figures, else of one that no other row is, else the next. No row of other money is a loaded one.
CREATE OR REPLACE TEMP TABLE fresh AS
WITH once AS (
  SELECT stem, row_key, any_value(figures) AS figures, any_value(size) AS size, min(seq) AS seq
  FROM told
  WHERE source_id IS NULL
  GROUP BY stem, row_key
),
mine AS (
  SELECT *, row_number() OVER (PARTITION BY stem, figures ORDER BY seq) AS nth FROM once
),
held AS (
  SELECT *, row_number() OVER (PARTITION BY stem, figures ORDER BY place) AS nth
  FROM told
  WHERE source_id IS NOT NULL AND NOT $is_other_money
),
same AS (
  SELECT mine.stem, mine.seq, held.place FROM mine JOIN held USING (stem, figures, nth)
),
rest AS (
  SELECT stem, seq, row_number() OVER (PARTITION BY stem ORDER BY seq) AS nth
  FROM mine
  WHERE seq NOT IN (SELECT seq FROM same)
),
next AS (
  SELECT stem, coalesce(max(place), 0) AS last FROM told GROUP BY stem
),
free AS (
  SELECT stem, place, false AS is_next FROM held ANTI JOIN same USING (stem, place)
  UNION ALL
  SELECT stem, next.last + rest.nth, true FROM rest JOIN next USING (stem)
),
ranked AS (
  SELECT stem, place, row_number() OVER (PARTITION BY stem ORDER BY is_next, place) AS nth FROM free
),
placed AS (
  FROM same
  UNION ALL
  SELECT stem, seq, place FROM rest JOIN ranked USING (stem, nth)
)
SELECT
  staged.* REPLACE (placed.stem || '-' || placed.place AS natural_key),
  once.size,
  held.source_id AS copied_from,
  held.source_id IS NOT NULL AND held.figures <> once.figures AS changed
FROM placed
JOIN staged USING (seq)
JOIN once USING (seq)
LEFT JOIN held ON held.stem = placed.stem AND held.place = placed.place;
