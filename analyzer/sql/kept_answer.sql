-- Which answer is kept under a key?
SELECT answer FROM kept_answers WHERE key = $key;
