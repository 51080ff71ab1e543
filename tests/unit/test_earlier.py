"""A report beside an earlier one: parts that add up, and a saving that came or did not."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from analyzer.earlier.change import change, told_of
from analyzer.earlier.read import read_report, told_by
from analyzer.earlier.record import FeatureMonth, Told
from analyzer.errors import RebillError
from analyzer.findings import Window
from reports import changed_page, report_json
from tests import findings_example as example

USD = 10**12
MONTH_US = 2_629_800_000_000


def told(**features: tuple[int, int, int]) -> Told:
    """Return a report's months: dollars before, dollars after and requests of each feature."""
    months = {name: FeatureMonth(b * USD, a * USD, n) for name, (b, a, n) in features.items()}
    return Told(
        policy="p",
        policy_sha256="ab",
        version="1",
        price_date="2026-10-01",
        window=Window(0, MONTH_US),
        files=(),
        before_pico_usd=sum(month.before_pico_usd for month in months.values()),
        after_pico_usd=sum(month.after_pico_usd for month in months.values()),
        features=months,
        levers={},
        annual=None,
    )


def parts(found) -> dict[str, int]:
    return {part.name: part.pico_usd // USD for part in found.parts}


def test_volume_mix_and_cost_of_a_request_are_told_apart():
    earlier = told(chat=(100, 20, 100), mail=(300, 300, 100))
    twice = told(chat=(200, 40, 200), mail=(600, 600, 200))
    assert parts(change(earlier, twice)) == {
        "volume": 400, "mix": 0, "unit_cost": 0, "new_features": 0,
    }  # fmt: skip
    dearer = told(chat=(150, 20, 100), mail=(300, 300, 100))
    assert parts(change(earlier, dearer))["unit_cost"] == 50
    shifted = told(chat=(150, 30, 150), mail=(150, 150, 50))
    assert parts(change(earlier, shifted)) == {
        "volume": 0, "mix": -100, "unit_cost": 0, "new_features": 0,
    }  # fmt: skip
    new = told(chat=(100, 20, 100), mail=(300, 300, 100), jobs=(7, 7, 0))
    assert parts(change(earlier, new))["new_features"] == 7


def test_the_parts_add_up_to_the_change_to_the_pico():
    earlier, now = told(a=(17, 3, 7), b=(5, 5, 3)), told(a=(13, 2, 11), c=(9, 9, 2))
    found = change(earlier, now)
    assert sum(part.pico_usd for part in found.parts) == now.before_pico_usd - 22 * USD


def test_parts_larger_than_either_month_are_spelled_in_cents_at_most():
    earlier = told(chat=(5, 0, 1), mail=(0, 0, 999))
    small = replace(earlier, before_pico_usd=5 * USD // 1000)
    found = changed_page.to_markdown(change(small, told(chat=(0, 0, 1), mail=(0, 0, 99_999))))
    assert "$495.00 |" in found


def test_a_saving_is_realised_where_the_bill_fell_and_not_where_traffic_did():
    earlier = told(chat=(100, 20, 100))
    assert change(earlier, told(chat=(60, 20, 100))).realised.share_ppm == 500_000
    assert change(earlier, told(chat=(50, 10, 50))).realised.share_ppm == 0
    assert change(earlier, told(chat=(40, 40, 200))).realised.share_ppm == 1_000_000
    assert change(told(chat=(100, 100, 100)), earlier).realised.share_ppm is None
    assert change(earlier, told(mail=(1, 1, 1))).realised.features == ()


def test_the_forecast_error_is_of_what_was_spent():
    assert change(told(a=(110, 1, 1)), told(a=(100, 1, 1))).error_ppm == 100_000
    assert change(told(a=(110, 1, 1)), told(a=(0, 0, 1))).error_ppm is None


def test_a_report_reads_back_as_it_was_told(tmp_path: Path):
    found = example.hostile()
    file = tmp_path / "old.json"
    file.write_text(report_json.render(found), encoding="utf-8")
    back, direct = told_by(read_report(file), "old.json"), told_of(found)
    assert replace(back, annual=None) == replace(direct, annual=None)
    assert abs(back.annual.low_pico_usd - direct.annual.low_pico_usd) < USD


def test_hostile_names_stay_text():
    found = change(told_of(example.hostile()), told_of(example.hostile()))
    page = changed_page.to_html(found)
    assert page.count("<script") == 1
    assert "<img" not in page
    assert "'=cmd|" in changed_page.to_csv(found)
    assert json.loads(changed_page.to_json(found))["error_ppm"] == 0
    assert "<script" not in changed_page.to_markdown(found).replace("\\<", "")


def test_a_log_of_one_moment_has_no_month():
    with pytest.raises(RebillError, match="one moment"):
        told_of(example.one_moment())
