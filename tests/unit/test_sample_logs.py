"""The sample company's files: made again they are the same, and they agree with each other."""

from __future__ import annotations

import csv
import gzip
import json
import subprocess
import sys
import tomllib
from collections import Counter, defaultdict
from decimal import Decimal
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "sample_logs"
USAGE = "openai_billing/completions_usage_2026-10-01_2026-10-31.csv"
COST = "openai_billing/cost_2026-10-01_2026-10-31.csv"
GATEWAY = "litellm/spend_logs_2026-10.jsonl.gz"
CONTENT = "canonical/content_2026-10.csv.gz"
RAW = {
    "openai_chat/summarization_2026-10.jsonl.gz": "proj_documents",
    "openai_chat/code_review_2026-10.jsonl.gz": "proj_engineering",
    "openai_chat/scratch_2026-10.jsonl.gz": "proj_engineering",
}
DATA = (USAGE, COST, GATEWAY, CONTENT, *RAW)
SNAPSHOT = {"gpt-4o": "gpt-4o-2024-08-06", "gpt-4o-mini": "gpt-4o-mini-2024-07-18"}
USD_PER_MTOK = {
    "gpt-4o-2024-08-06": {"input": "2.50", "cached input": "1.25", "output": "10"},
    "gpt-4o-mini-2024-07-18": {"input": "0.15", "cached input": "0.075", "output": "0.60"},
}
COUNTS = ("requests", "input", "cached", "output")


def content(path: Path) -> bytes:
    data = path.read_bytes()
    return gzip.decompress(data) if path.suffix == ".gz" else data


def objects(name: str) -> list[dict]:
    """The lines of a JSONL file that can be read."""
    rows = []
    for line in content(FOLDER / name).decode().splitlines():
        try:
            rows.append(json.loads(line))
        except json.JSONDecodeError:
            continue
    return rows


def rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(content(FOLDER / name).decode().splitlines()))


def once(found: list[dict]) -> list[dict]:
    return list({row["request_id"]: row for row in found}.values())


@pytest.fixture(scope="module")
def logged() -> dict[tuple[str, str, str], Counter]:
    """Counts of the logs by (day, project, model), read here without the generator."""
    sums: dict[tuple[str, str, str], Counter] = defaultdict(Counter)

    def add(day: str, project: str, model: str, *counts: int) -> None:
        sums[day, project, model].update(dict(zip(COUNTS, (1, *counts), strict=True)))

    for row in once(objects(GATEWAY)):
        if row["status"] == "success" and row["cache_hit"] == "False":
            details = json.loads(row["metadata"])["usage_object"]["prompt_tokens_details"]
            counts = (row["prompt_tokens"], details["cached_tokens"], row["completion_tokens"])
            add(row["startTime"][:10], "proj_gateway", SNAPSHOT[row["model"]], *counts)
    for name, project in RAW.items():
        for row in objects(name):
            usage = row["response"]["usage"]
            kind = ("prompt", "completion") if "prompt_tokens" in usage else ("input", "output")
            cached = usage[f"{kind[0]}_tokens_details"]["cached_tokens"]
            counts = (usage[f"{kind[0]}_tokens"], cached, usage[f"{kind[1]}_tokens"])
            add(row["timestamp"][:10], project, row["response"]["model"], *counts)
    for row in once(rows(CONTENT)):
        if row["status"] == "200":
            names = ("input_tokens", "cached_input_tokens", "output_tokens")
            add(row["ts"][:10], "proj_content", row["model"], *(int(row[name]) for name in names))
    return sums


def test_made_again_they_are_the_same(tmp_path: Path) -> None:
    command = [sys.executable, "-B", str(FOLDER / "generate.py"), "--output", str(tmp_path)]
    subprocess.run(command, check=True, capture_output=True)
    made = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert made == set(DATA)
    for name in DATA:  # unpacked: another build of zlib may pack the same bytes differently
        assert content(tmp_path / name) == content(FOLDER / name), name


def test_packed_files_hold_no_time_and_no_name() -> None:
    for name in DATA:
        if name.endswith(".gz"):
            header = (FOLDER / name).read_bytes()[:10]
            assert header[3] == 0, name
            assert header[4:8] == bytes(4), name


def test_they_are_small_enough_to_commit() -> None:
    assert sum((FOLDER / name).stat().st_size for name in DATA) <= 3_000_000


def test_the_usage_export_counts_what_the_logs_count(logged: dict) -> None:
    exported = {
        (row["start_time_iso"][:10], row["project_id"], row["model"]): {
            "requests": float(row["num_model_requests"]),
            "input": float(row["input_tokens"]),
            "cached": float(row["input_cached_tokens"]),
            "output": float(row["output_tokens"]),
        }
        for row in rows(USAGE)
    }
    assert exported == {key: dict(counts) for key, counts in logged.items()}


def test_the_cost_export_is_the_same_money(logged: dict) -> None:
    expected: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for (day, _, model), counts in logged.items():
        classes = {
            "input": counts["input"] - counts["cached"],
            "cached input": counts["cached"],
            "output": counts["output"],
        }
        for item, tokens in classes.items():
            usd = tokens * Decimal(USD_PER_MTOK[model][item]) / 1_000_000
            expected[day, f"{model}, {item}"] += usd
    found = {
        (row["start_time_iso"][:10], row["line_item"]): Decimal(row["amount_value"])
        for row in rows(COST)
    }
    assert found == {key: usd for key, usd in expected.items() if usd}


def test_the_gateway_logs_what_each_call_cost() -> None:
    for row in objects(GATEWAY):
        details = json.loads(row["metadata"])["usage_object"]["prompt_tokens_details"]
        price = {k: Decimal(v) for k, v in USD_PER_MTOK[SNAPSHOT[row["model"]]].items()}
        cached = details["cached_tokens"]
        usd = (row["prompt_tokens"] - cached) * price["input"] + cached * price["cached input"]
        usd += row["completion_tokens"] * price["output"]
        paid = row["status"] == "success" and row["cache_hit"] == "False"
        assert Decimal(str(row["spend"])) == (usd / 1_000_000 if paid else 0), row["request_id"]


def test_cached_tokens_follow_openais_rules(logged: dict) -> None:
    seen = [row["response"]["usage"] for row in objects("openai_chat/code_review_2026-10.jsonl.gz")]
    cached = {usage["prompt_tokens_details"]["cached_tokens"] for usage in seen}
    assert len(cached) > 1
    assert all(tokens % 128 == 0 and (tokens == 0 or tokens >= 1024) for tokens in cached)
    assert all(counts["cached"] <= counts["input"] for counts in logged.values())


def test_the_readme_counts_rows_and_bytes() -> None:
    table = (FOLDER / "README.md").read_text()
    for name in DATA:
        header = 0 if ".jsonl" in name else 1
        lines = len(content(FOLDER / name).splitlines()) - header
        size = (FOLDER / name).stat().st_size
        assert f"| {lines:,} | {size:,} |" in table, name


def test_the_flaws_are_the_ones_the_readme_lists() -> None:
    gateway, reviews = objects(GATEWAY), "openai_chat/code_review_2026-10.jsonl.gz"
    assert len(gateway) - len(once(gateway)) == 8
    lines = content(FOLDER / reviews).decode().splitlines()
    assert len(lines) - len(objects(reviews)) == 1
    assert sum(row["cache_hit"] == "True" for row in gateway) > 0
    assert 0.02 < sum(row["status"] == "failure" for row in gateway) / len(gateway) < 0.06
    cut = [row for row in gateway if "(litellm_truncated skipped " in row["response"]]
    assert len(once(cut)) == 450
    assert not any("metadata" in row["request"] for row in objects(list(RAW)[2]))
    for name in list(RAW)[:2]:
        assert b"@example.com" in content(FOLDER / name)


def test_claims_say_what_kind_they_are_and_what_was_claimed() -> None:
    claims = tomllib.loads((FOLDER / "claims.toml").read_text())["claim"]
    assert len({claim["id"] for claim in claims}) == len(claims)
    assert {claim["kind"] for claim in claims} == {
        "total_saving_percent", "feature_saving_percent", "cache_hit_rate_percent",
        "lever_saving_percent", "prompt_saving", "shares_sum", "price_ratio",
    }  # fmt: skip
    assert all(claim["text"] and claim["claimed"] for claim in claims)


def test_policy_and_claims_name_features_that_the_logs_hold() -> None:
    policy = tomllib.loads((FOLDER / "policy.toml").read_text())
    claims = tomllib.loads((FOLDER / "claims.toml").read_text())["claim"]
    logged = {row["feature"] for row in rows(CONTENT)}
    for row in objects(GATEWAY):
        logged.add(json.loads(row["metadata"])["spend_logs_metadata"]["feature"])
    for name in list(RAW)[:2]:
        logged |= {row["request"]["metadata"]["feature"] for row in objects(name)}
    rules = [rule for lever in policy.values() if isinstance(lever, list) for rule in lever]
    named = {claim["feature"] for claim in claims if "feature" in claim}
    for rule in rules:
        named |= set(rule.get("features", [rule.get("feature")]))
    assert {name for name in named if "*" not in name} <= logged
    assert any(name.startswith("nightly_") for name in logged)
