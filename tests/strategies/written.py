"""The drawn worlds as the files a user would write: canonical JSONL, price and policy TOML."""

import json
from datetime import UTC, date, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def timestamp(ts_us):
    """Return RFC 3339 text that keeps every microsecond."""
    return (EPOCH + timedelta(microseconds=ts_us)).isoformat(timespec="microseconds")


def canonical_line(request):
    """Return one request as a line of the canonical log."""
    row = {("ts" if name == "ts_us" else name): value for name, value in request.items()}
    return json.dumps(row | {"ts": timestamp(request["ts_us"])})


def canonical_jsonl(requests):
    """Return a canonical log, one line for each request."""
    return "".join(canonical_line(request) + "\n" for request in requests)


def usage_csv(buckets):
    """Return buckets as OpenAI's usage export writes them; each row has an API key of its own."""
    lines = ["start_time,end_time,start_time_iso,end_time_iso,project_id,num_model_requests,"
             "user_id,api_key_id,model,batch,service_tier,input_tokens,output_tokens,"
             "input_cached_tokens,input_cache_write_tokens"]  # fmt: skip
    for number, row in enumerate(buckets):
        cells = (
            row["start_us"] // 1_000_000,
            row["end_us"] // 1_000_000,
            "",
            "",
            row.get("feature", ""),
            row.get("requests", ""),
            "",
            f"key_{number}",
            row["model"],
            row.get("service_tier") == "batch",
            "default",
            row.get("input_tokens", 0),
            row.get("output_tokens", 0),
            row.get("cached_input_tokens", 0),
            row.get("cache_write_tokens", 0),
        )
        lines.append(",".join(map(str, cells)))
    return "".join(f"{line}\n" for line in lines)


def evals_jsonl(evals):
    """Return evals as JSONL."""
    return "".join(json.dumps(row) + "\n" for row in evals)


def prices_toml(prices):
    """Return a price file."""
    return 'currency = "USD"\n' + "".join(_table("price", price) for price in prices)


def policy_toml(policy):
    """Return a policy file."""
    plain = {name: value for name, value in policy.items() if not isinstance(value, list)}
    head = "".join(f"{name} = {_value(value)}\n" for name, value in plain.items())
    tables = [
        _table(lever, rule)
        for lever, rules in policy.items()
        if isinstance(rules, list)
        for rule in rules
    ]
    return head + "".join(tables)


def _table(name, values):
    lines = (f"{key} = {_value(value)}\n" for key, value in values.items())
    return f"\n[[{name}]]\n" + "".join(lines)


def _value(value):
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_value(v)}" for key, v in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    return value.isoformat() if isinstance(value, date) else json.dumps(value)
