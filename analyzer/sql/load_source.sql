-- Keep the account of one file.
INSERT INTO sources VALUES (
  $source_id, $file, $sha256, $format, $bytes, $rows_in, $rows_loaded, $duplicates, $rejects,
  $set_aside, $first_ts_us, $last_ts_us, $loaded_at_us
);
