-- Keep by what a file groups its totals.
INSERT INTO groupings VALUES ($source_id, $grouped_by);
