-- Which tables a rebill database holds (version 1).
CREATE TABLE IF NOT EXISTS meta (key VARCHAR PRIMARY KEY, value VARCHAR NOT NULL);

-- One row for each file that was loaded, written in the same transaction as its rows.
CREATE TABLE IF NOT EXISTS sources (
  source_id INTEGER PRIMARY KEY,
  file VARCHAR NOT NULL,              -- the name the user gave, without its folders
  sha256 VARCHAR NOT NULL UNIQUE,     -- of the file's bytes as given; the same bytes load once
  format VARCHAR NOT NULL,
  bytes BIGINT NOT NULL,
  rows_in BIGINT NOT NULL,            -- rows_loaded + duplicates + rejects + set_aside, always
  rows_loaded BIGINT NOT NULL,
  duplicates BIGINT NOT NULL,
  rejects BIGINT NOT NULL,
  set_aside BIGINT NOT NULL,          -- rows that the mapping's [where] leaves out
  first_ts_us BIGINT,
  last_ts_us BIGINT,
  loaded_at_us BIGINT NOT NULL
);

-- What was noticed of a file while it was loaded. Databases of an older rebill lack this table.
CREATE TABLE IF NOT EXISTS source_notes (
  source_id INTEGER NOT NULL,
  number INTEGER NOT NULL,            -- in the order they were said
  note VARCHAR NOT NULL               -- never holds log text
);

CREATE TABLE IF NOT EXISTS rejects (
  source_id INTEGER NOT NULL,
  file VARCHAR NOT NULL,
  line BIGINT NOT NULL,               -- 1-based line (row, for Parquet)
  reason VARCHAR NOT NULL,            -- names the field and the mend; never holds log text
  line_digest VARCHAR NOT NULL        -- keyed digest of the raw line
);

-- REPLAY.md §3. Texts are digests keyed with the database's secret; times are microseconds UTC.
CREATE TABLE IF NOT EXISTS requests (
  request_id VARCHAR NOT NULL,
  source_id INTEGER NOT NULL,
  ts_us BIGINT NOT NULL,
  latency_us BIGINT,
  provider VARCHAR,
  model VARCHAR NOT NULL,
  feature VARCHAR NOT NULL,           -- '(untagged)' where the log names none
  user_key UBIGINT,                   -- keyed digest
  session_key UBIGINT,                -- keyed digest
  status VARCHAR NOT NULL,            -- 'ok' or what the log says instead
  ok BOOLEAN NOT NULL,
  service_tier VARCHAR,
  input_tokens BIGINT NOT NULL,       -- total, cached and written tokens included
  cached_input_tokens BIGINT NOT NULL,
  cache_write_tokens BIGINT NOT NULL,
  cache_write_1h_tokens BIGINT NOT NULL,
  output_tokens BIGINT NOT NULL,      -- total, reasoning included
  reasoning_tokens BIGINT NOT NULL,
  prompt_chars BIGINT,
  response_chars BIGINT,
  prompt_key UBIGINT,                 -- keyed digest
  prefix_key UBIGINT,                 -- keyed digest
  prefix_tokens BIGINT NOT NULL,
  logged_cost_pico HUGEINT,
  served_from_cache BOOLEAN NOT NULL
);

-- Totals of a provider's usage export (REPLAY.md §7).
CREATE TABLE IF NOT EXISTS usage_buckets (
  source_id INTEGER NOT NULL,
  provider VARCHAR NOT NULL,
  model VARCHAR NOT NULL,
  feature VARCHAR NOT NULL,
  start_us BIGINT NOT NULL,
  end_us BIGINT NOT NULL,
  requests BIGINT,                    -- null where the export does not count them
  service_tier VARCHAR,
  input_tokens BIGINT NOT NULL,
  cached_input_tokens BIGINT NOT NULL,
  cache_write_tokens BIGINT NOT NULL,
  cache_write_1h_tokens BIGINT NOT NULL,
  output_tokens BIGINT NOT NULL,
  reasoning_tokens BIGINT NOT NULL,
  natural_key VARCHAR NOT NULL,       -- what makes an overlapping download's row the same row
  logged_cost_pico HUGEINT,           -- what a gateway says the total cost; null where it does not
  names_key VARCHAR                   -- the same as natural_key, without the period
);
ALTER TABLE usage_buckets ADD COLUMN IF NOT EXISTS logged_cost_pico HUGEINT;
ALTER TABLE usage_buckets ADD COLUMN IF NOT EXISTS names_key VARCHAR;

-- Money that a provider billed. Reconciled with the log, never added to it.
CREATE TABLE IF NOT EXISTS charges (
  source_id INTEGER NOT NULL,
  provider VARCHAR NOT NULL,
  model VARCHAR,
  feature VARCHAR NOT NULL,
  line_item VARCHAR,
  start_us BIGINT NOT NULL,
  end_us BIGINT NOT NULL,
  cost_pico HUGEINT NOT NULL,
  currency VARCHAR NOT NULL,
  natural_key VARCHAR NOT NULL,
  names_key VARCHAR
);
ALTER TABLE charges ADD COLUMN IF NOT EXISTS names_key VARCHAR;

-- Quality scores: the evidence behind a model or tier choice. model '*' holds difficulty.
CREATE TABLE IF NOT EXISTS evals (
  request_id VARCHAR NOT NULL,
  model VARCHAR NOT NULL,
  judge VARCHAR NOT NULL,             -- '' where none is named
  score DOUBLE NOT NULL,
  PRIMARY KEY (request_id, model, judge)
);

-- By what each file of totals groups them, so that the same money grouped otherwise is noticed.
CREATE TABLE IF NOT EXISTS groupings (
  source_id INTEGER NOT NULL,
  grouped_by VARCHAR NOT NULL
);

-- Rows of a file that were not loaded because an earlier file held them.
CREATE TABLE IF NOT EXISTS copies (
  source_id INTEGER NOT NULL,
  of_source_id INTEGER NOT NULL,
  rows BIGINT NOT NULL
);

-- What the user calls a feature that a log knows by an id only. Applied when requests are read.
CREATE TABLE IF NOT EXISTS feature_names (
  feature VARCHAR PRIMARY KEY,        -- as it stands in requests and usage_buckets
  name VARCHAR NOT NULL
);

-- Earlier answers about the whole log, by what they depend on, so that asking again is quick.
CREATE TABLE IF NOT EXISTS kept_answers (
  key VARCHAR PRIMARY KEY,            -- digest of the data and all else that it depends on
  data VARCHAR NOT NULL,              -- digest of the data alone
  kept_at_us BIGINT NOT NULL,
  answer BLOB NOT NULL                -- Arrow stream
);
