-- Which sums were kept under a key?
SELECT cells, tallies, evals FROM prepared WHERE key = $key;
