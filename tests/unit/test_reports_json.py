"""The JSON object of CONTRACT.md, field by field."""

from __future__ import annotations

import json

from analyzer.findings import EVIDENCE_CLASSES
from reports import json as report_json
from tests import findings_example as example

TALLY = {
    "usd",
    "pico_usd",
    "requests",
    "calls",
    "input_tokens",
    "output_tokens",
    "hits",
    "coalesced",
    "escalated",
    "truncated",
}


def test_one_feature_is_rendered_to_the_letter() -> None:
    found = json.loads(report_json.render(example.one_feature()))
    tally = {
        "usd": 0.038412,
        "pico_usd": "38412000007",
        "requests": 402_117,
        "calls": 402_117,
        "input_tokens": 326_519_004,
        "output_tokens": 57_502_731,
        "hits": 0,
        "coalesced": 0,
        "escalated": 0,
        "truncated": 0,
    }
    after = {**tally, "usd": 0.027412, "pico_usd": "27412000004"}
    assert found == {
        "policy": "field notes",
        "price_date": "2026-11-01",
        "window": {
            "start": "2026-10-01T00:00:00Z",
            "end": "2026-10-31T23:59:58.500000Z",
            "days": found["window"]["days"],
        },
        "coverage": {
            "requests": 403_321,
            "priced_requests": 402_117,
            "unpriced_requests": 1_204,
            "unpriced_tokens": 909_138,
            "unpriced_models": {"acme/in-house-7b": 1_190, "mystery-1": 14},
            "failed_requests": 5_663,
            "cacheable_requests": 268_078,
            "scored_requests": 20_105,
            "already_cached": 311,
            "bucket_requests": 0,
            "skipped": [
                {"lever": "caching", "feature": "code_review", "missing": "prompt_key"},
                {"lever": "batching", "feature": "translate", "missing": "prefix_key"},
            ],
        },
        "billed_usd": 0.037452,
        "steps": [
            {"lever": "baseline", **tally, "features": {"classify": tally}},
            {"lever": "caching", **after, "features": {"classify": after}},
        ],
        "attribution": {
            "caching": {
                "shapley_usd": 0.011,
                "shapley_pico_usd": "11000000003",
                "alone_usd": 0.012833,
                "least_usd": 0.007333,
                "most_usd": 0.014667,
                "evidence": {"measured": 0.0, "replayed": 0.011, "evidenced": 0.0, "assumed": 0.0},
                "features": {"classify": {"shapley_pico_usd": "11000000003"}},
            }
        },
        "projection": {
            "monthly_before_usd": 0.037715,
            "monthly_after_usd": 0.026915,
            "annual_saving_usd": 0.129605,
            "annual_saving_p10_usd": 0.122784,
            "annual_saving_p90_usd": 0.136426,
            "warnings": [
                "Routing scores answers by their length, which is weak evidence of quality."
            ],
        },
    }
    assert isinstance(found["window"]["days"], float)


def test_exact_integers_add_up_where_rounded_dollars_need_not() -> None:
    found = json.loads(report_json.render(example.example()))
    for step in found["steps"]:
        assert set(step) == TALLY | {"lever", "features"}
        features = step["features"].values()
        assert int(step["pico_usd"]) == sum(int(tally["pico_usd"]) for tally in features)
    before, after = (int(found["steps"][n]["pico_usd"]) for n in (0, -1))
    shares = found["attribution"].values()
    assert before - after == sum(int(share["shapley_pico_usd"]) for share in shares)
    assert all(set(share["evidence"]) == set(EVIDENCE_CLASSES) for share in shares)


def test_a_window_without_length_projects_null() -> None:
    projection = json.loads(report_json.render(example.one_moment()))["projection"]
    amounts = {key: value for key, value in projection.items() if key != "warnings"}
    assert len(amounts) == 5
    assert set(amounts.values()) == {None}


def test_the_same_findings_give_the_same_bytes_in_plain_ascii() -> None:
    first = report_json.render(example.hostile())
    assert first == report_json.render(example.hostile())
    assert first.isascii()
    names = json.loads(first)["steps"][0]["features"]
    assert set(names) == set(example.HOSTILE_NAMES)


def test_times_spell_microseconds_only_where_there_are_any() -> None:
    assert report_json.rfc3339(0) == "1970-01-01T00:00:00Z"
    assert report_json.rfc3339(1_500_000) == "1970-01-01T00:00:01.500000Z"
    assert report_json.rfc3339(-1) == "1969-12-31T23:59:59.999999Z"
