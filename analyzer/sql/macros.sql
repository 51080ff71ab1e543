-- How does text from a log become a value? Each macro answers NULL for text it cannot read.

-- The first 64 bits of sha256(secret || text), as a number, as hex digits, and in a name.
CREATE OR REPLACE TEMP MACRO keyed(x) AS
  ('0x' || substr(sha256(getvariable('secret') || x), 1, 16))::UBIGINT;
CREATE OR REPLACE TEMP MACRO keyed_hex(x) AS
  substr(sha256(getvariable('secret') || x), 1, 16);
CREATE OR REPLACE TEMP MACRO keyed_name(x) AS 'redacted-' || keyed_hex(x);

-- Text that is stored as it stands: never an e-mail address, an API key, a long text or a JSON
-- object, as prompts are, and no control characters. What must not stand there is told apart by its digest.
CREATE OR REPLACE TEMP MACRO stored_text(x) AS CASE
  WHEN length(x) > 200 OR contains(x, '{"') THEN keyed_name(x)
  WHEN NOT regexp_matches(x, '[[:cntrl:]@]|\b(sk|pk|rk|hf|ghp|gho|gsk|xai|nvapi|pplx|csk|r8|xox[a-z]|AKIA|AIza|Bearer|eyJ)')
    THEN x
  WHEN regexp_matches(x, '[^@\s]+@[^@\s]+\.[A-Za-z]{2,}') THEN keyed_name(x)
  WHEN regexp_matches(x, '\b((sk|pk|rk)[-_][A-Za-z0-9_-]{16,}|(hf|ghp|gho)_[A-Za-z0-9]{16,}|(gsk|xai|nvapi|pplx|csk|r8)[-_][A-Za-z0-9_]{28,}|xox[a-z]-[A-Za-z0-9-]{10,}|AKIA[0-9A-Z]{16}|AIza[A-Za-z0-9_-]{30,}|Bearer \S{12,}|eyJ[A-Za-z0-9_-]{16,})')
    THEN keyed_name(x)
  ELSE regexp_replace(x, '[[:cntrl:]]', ' ', 'g')
END;

-- What a request is called by, such as its model: at most six words, or it may be a short prompt.
CREATE OR REPLACE TEMP MACRO stored_label(x) AS CASE
  WHEN len(regexp_extract_all(trim(x), '\s+')) > 5 THEN keyed_name(x)
  ELSE stored_text(x)
END;

-- The name of a feature: the same, and at most 80 characters.
CREATE OR REPLACE TEMP MACRO stored_name(x) AS CASE
  WHEN length(x) > 80 THEN keyed_name(x)
  ELSE stored_label(x)
END;

-- A whole number from 0 to 1e9 (of one request), or to 1e15 (of a bucket); 10.0 is one. Doubles
-- are exact in that range.
CREATE OR REPLACE TEMP MACRO whole_number(d) AS
  CASE WHEN d BETWEEN 0 AND 1e9 AND d = floor(d) THEN d::BIGINT END;
CREATE OR REPLACE TEMP MACRO whole_total(d) AS
  CASE WHEN d BETWEEN 0 AND 1e15 AND d = floor(d) THEN d::BIGINT END;
CREATE OR REPLACE TEMP MACRO count_of(x) AS whole_number(TRY_CAST(x AS DOUBLE));

-- Microseconds UTC. Epoch seconds go through DECIMAL: a double cannot hold a microsecond sum.
CREATE OR REPLACE TEMP MACRO epoch_seconds_us(d) AS
  CASE WHEN d BETWEEN 0 AND 4102444800 THEN round(d * 1000000)::BIGINT END;
CREATE OR REPLACE TEMP MACRO in_years_us(us) AS
  CASE WHEN us BETWEEN 0 AND 4102444800000000 THEN us END;
CREATE OR REPLACE TEMP MACRO written_us(x) AS
  in_years_us(epoch_us(TRY_CAST(upper(x) AS TIMESTAMPTZ)));
CREATE OR REPLACE TEMP MACRO has_clock(x) AS regexp_full_match(x,
  '\d{4}-\d\d-\d\d[Tt ]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?([Zz]|[+-]([01]\d|2[0-3])(:?[0-5]\d)?)');
CREATE OR REPLACE TEMP MACRO has_clock_or_none(x) AS regexp_full_match(x,
  '\d{4}-\d\d-\d\d[Tt ]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?([Zz]| ?UTC|[+-]([01]\d|2[0-3])(:?[0-5]\d)?)?');
CREATE OR REPLACE TEMP MACRO time_us(x) AS CASE
  WHEN has_clock(x) THEN written_us(x)
  ELSE epoch_seconds_us(TRY_CAST(x AS DECIMAL(38, 15)))
END;
-- A number that is no moment from 2001 to 2033: a date, a month, a day of a spreadsheet.
CREATE OR REPLACE TEMP MACRO bare_number(x) AS
  TRY_CAST(x AS DECIMAL(38, 15)) NOT BETWEEN 1000000000 AND 2000000000;
-- The same where a time without offset is UTC, as gateways and exports write it.
CREATE OR REPLACE TEMP MACRO utc_time_us(x) AS CASE
  WHEN has_clock_or_none(x) THEN written_us(x)
  ELSE epoch_seconds_us(TRY_CAST(x AS DECIMAL(38, 15)))
END;

-- Durations up to about four months, in microseconds, rounded half up.
CREATE OR REPLACE TEMP MACRO scaled_us(d, factor) AS
  CASE WHEN d BETWEEN 0 AND 10000000000 THEN round(d * factor)::BIGINT END;
CREATE OR REPLACE TEMP MACRO ms_us(x) AS scaled_us(TRY_CAST(x AS DECIMAL(38, 20)), 1000);

-- Dollars as exact pico-dollars; beyond twelve decimals rounded half up.
CREATE OR REPLACE TEMP MACRO pico(d) AS
  CASE WHEN abs(d) <= 1000000000000 THEN (d * 1000000000000)::HUGEINT END;
CREATE OR REPLACE TEMP MACRO usd_pico(x) AS pico(TRY_CAST(x AS DECIMAL(38, 12)));

-- The code of a currency (ISO 4217): three letters. A sign such as $ is several currencies'.
CREATE OR REPLACE TEMP MACRO currency_code(x) AS
  CASE WHEN regexp_full_match(upper(trim(x)), '[A-Z]{3}') THEN upper(trim(x)) END;

CREATE OR REPLACE TEMP MACRO flag(x) AS CASE
  WHEN lower(x) IN ('true', '1', '1.0', 't', 'yes') THEN true
  WHEN lower(x) IN ('false', '0', '0.0', 'f', 'no', 'none', 'null') THEN false
END;

-- ok, error, or an HTTP status, of which 2xx is ok.
CREATE OR REPLACE TEMP MACRO http_status(x) AS CASE
  WHEN lower(x) IN ('ok', 'error') THEN lower(x)
  WHEN count_of(x) BETWEEN 200 AND 299 THEN 'ok'
  WHEN count_of(x) BETWEEN 100 AND 599 THEN count_of(x)::VARCHAR
END;

CREATE OR REPLACE TEMP MACRO is_json(x) AS starts_with(x, '{') OR starts_with(x, '[');

-- The characters of the strings in a list of JSON values; other values have none.
CREATE OR REPLACE TEMP MACRO strings_chars(values_) AS coalesce(list_sum(list_transform(values_,
  lambda v: CASE WHEN starts_with(v, '"') THEN length(v ->> '$') END)), 0);
-- The characters of the texts in a JSON array of messages, parts and tool results included. Most
-- messages hold one string each.
CREATE OR REPLACE TEMP MACRO messages_chars(m) AS CASE
  WHEN NOT regexp_matches(m, '"content":[^"n]') THEN coalesce(list_sum(list_transform(
    json_extract_string(m, '$[*].content'), lambda content: length(content))), 0)
  ELSE strings_chars(json_extract(m, '$[*].content')) + CASE WHEN contains(m, '"content":[') THEN
    strings_chars(json_extract(m, '$[*].content[*].text'))
    + strings_chars(json_extract(m, '$[*].content[*].content'))
    + strings_chars(json_extract(m, '$[*].content[*].content[*].text'))
  ELSE 0 END
END;
-- The characters of the text at a path: a string, an array of parts, or an array of messages.
CREATE OR REPLACE TEMP MACRO value_chars(v) AS CASE
  WHEN starts_with(v, '"') THEN length(v ->> '$')
  WHEN starts_with(v, '[')
    THEN CASE WHEN contains(v, '"text"') THEN strings_chars(json_extract(v, '$[*].text')) ELSE 0 END
      + messages_chars(v)
END;
CREATE OR REPLACE TEMP MACRO chars_at(document, path) AS
  -- The list gives the value a name, so that it is extracted once and not at each mention.
  CASE WHEN is_json(document) THEN TRY(list_transform([json_extract(document, path)::VARCHAR],
    lambda v: value_chars(v))[1]) END;

-- Whether a message instructs a model. Most begin with their role, and need no parsing.
CREATE OR REPLACE TEMP MACRO instructs(message) AS CASE
  WHEN starts_with(message, '{"role":"user"') OR starts_with(message, '{"role":"assistant"')
    THEN false
  WHEN starts_with(message, '{"role":"system"') OR starts_with(message, '{"role":"developer"')
    THEN true
  ELSE json_extract_string(message, '$.role') IN ('system', 'developer')
END;
-- The messages that instruct a model, as one text; NULL without any. Mostly it is the first alone.
CREATE OR REPLACE TEMP MACRO instructions_in(messages) AS CASE
  WHEN NOT contains(messages, 'system') AND NOT contains(messages, 'developer') THEN NULL
  WHEN starts_with(messages, '[{"role":"system"')
    AND NOT regexp_matches(messages[18:], '"role"\s*:\s*"(system|developer)"')
    THEN TRY(json_extract(messages, '$[0]')::VARCHAR)
  ELSE nullif(TRY(array_to_string(list_filter(messages::JSON[],
    lambda message: instructs(message)), ',')), '')
END;

-- Whether a name stands twice among the keys of an object. Few keys are compared one by one.
CREATE OR REPLACE TEMP MACRO stands_twice(names) AS CASE
  WHEN len(names) > 64 THEN list_unique(names) < len(names)
  ELSE list_bool_or(list_transform(names, lambda name, place: list_position(names, name) <> place))
END;

-- The events of a stream, from a list of them or from their text as it was sent, and the message
-- that Anthropic's events make. Later counts take the place of earlier ones; without a last count
-- the output is unknown.
CREATE OR REPLACE TEMP MACRO stream_events(x) AS CASE
  WHEN starts_with(x, '[') THEN TRY(json_extract(x, '$[*]'))
  ELSE TRY(CAST(regexp_extract_all(x, '(?m)^data: ?(\{.*\})\s*$', 1) AS JSON[]))
END;
CREATE OR REPLACE TEMP MACRO events_of(events, kind) AS
  list_filter(events, lambda event: event ->> '$.type' = kind);
CREATE OR REPLACE TEMP MACRO streamed_message(x) AS list_transform([stream_events(x)],
  lambda events: json_merge_patch(
    json_extract(events_of(events, 'message_start')[1], '$.message'),
    '{"usage": {"output_tokens": null}}',
    json_object(
      'usage', coalesce(json_extract(events_of(events, 'message_delta')[-1], '$.usage'), '{}'),
      'content', [json_object('type', 'text', 'text', array_to_string(list_transform(
        events_of(events, 'content_block_delta'), lambda event: event ->> '$.delta.text'), ''))]
    )
  )::VARCHAR)[1];

-- OpenTelemetry writes attributes as a list: [{"key": ..., "value": {"intValue": "5"}}]. As one
-- JSON object, so that a path finds each: values are bare, lists of values are lists of bare ones.
CREATE OR REPLACE TEMP MACRO otlp_value(v) AS coalesce(
  v.stringValue::VARCHAR, v.intValue::VARCHAR, v.doubleValue::VARCHAR, v.boolValue::VARCHAR,
  CASE WHEN v.arrayValue IS NOT NULL
    THEN json_extract(v.arrayValue, '$.values[*].*')::JSON::VARCHAR END,
  v.kvlistValue::VARCHAR, 'null');
CREATE OR REPLACE TEMP MACRO otlp_pairs(list) AS list_filter(TRY(from_json(list,
  '[{"key": "VARCHAR", "value": {"stringValue": "JSON", "intValue": "JSON", "doubleValue": "JSON", "boolValue": "JSON", "arrayValue": "JSON", "kvlistValue": "JSON"}}]'
  )), lambda pair: pair.key IS NOT NULL);
CREATE OR REPLACE TEMP MACRO otlp_attributes(list) AS CASE WHEN starts_with(list, '[') THEN
  '{' || array_to_string(list_transform(otlp_pairs(list),
    lambda pair: to_json(pair.key)::VARCHAR || ':' || otlp_value(pair.value)), ',') || '}'
END;
-- The text of one attribute of such a list.
CREATE OR REPLACE TEMP MACRO otlp_text(list, name) AS
  json_extract_string(otlp_attributes(list), '$."' || name || '"');
-- The attributes whose names begin alike, as one text: equal where they hold the same values.
CREATE OR REPLACE TEMP MACRO otlp_under(list, beginning) AS nullif(array_to_string(list_sort(
  list_transform(
    list_filter(otlp_pairs(list), lambda pair: starts_with(pair.key, beginning)),
    lambda pair: pair.key || chr(31) || otlp_value(pair.value))), chr(30)), '');
-- The characters of the attributes whose names match; NULL where there is none.
CREATE OR REPLACE TEMP MACRO otlp_chars(list, pattern) AS list_sum(list_transform(
  list_filter(otlp_pairs(list), lambda pair: regexp_full_match(pair.key, pattern)),
  lambda pair: length(pair.value.stringValue ->> '$')));
-- Nanoseconds since 1970 as seconds, which keep each of them; 0 stands for none.
CREATE OR REPLACE TEMP MACRO nano_seconds(x) AS
  nullif(TRY_CAST(x AS DECIMAL(28, 0)), 0) * 0.000000001;

-- The fields of one CSV record, or NULL where a quote stands inside an unquoted field. Split at
-- quotes, every second part was quoted; an empty part between two of them is a doubled quote.
CREATE OR REPLACE TEMP MACRO csv_quotes_fit(parts, delimiter) AS
  len(parts) % 2 = 1 AND list_aggregate(list_transform(parts, lambda part, i:
    i % 2 = 0 OR part = '' OR (
      (i = 1 OR starts_with(part, delimiter)) AND (i = len(parts) OR ends_with(part, delimiter))
    )), 'bool_and');
CREATE OR REPLACE TEMP MACRO csv_unquoted(parts, delimiter) AS
  string_split(array_to_string(list_transform(parts, lambda part, i: CASE
    WHEN i % 2 = 0 THEN part
    WHEN part = '' AND i > 1 AND i < len(parts) THEN '"'
    ELSE replace(part, delimiter, chr(31))
  END), ''), chr(31));
CREATE OR REPLACE TEMP MACRO csv_fields(record, delimiter) AS CASE
  WHEN NOT contains(record, '"') THEN string_split(record, delimiter)
  WHEN csv_quotes_fit(string_split(record, '"'), delimiter)
    THEN csv_unquoted(string_split(record, '"'), delimiter)
END;
