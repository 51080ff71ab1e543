"""Sets a report beside an earlier one in sentences and tables."""

from __future__ import annotations

from analyzer.earlier.record import Change, FeatureMonth, Told
from reports import spelling
from reports.footing import digits_of, foot, summary_unit, to_unit
from reports.grid import Grid, Section
from reports.sections import TARGET_PERCENT

PPM = 1_000_000
NOTHING = FeatureMonth(0, 0, 0)
_PARTS = {
    "volume": ("Volume", "more or fewer requests, each at the mean cost of then"),
    "mix": ("Mix", "requests of dearer or cheaper features; features that are gone"),
    "unit_cost": ("Cost of a request", "longer or shorter, another model, another price"),
    "new_features": ("New features", "that the earlier report does not know"),
}


def sections_of(change: Change) -> tuple[Section, ...]:
    """Return the whole comparison."""
    return (
        Section("changed", "Then and now", _said(change), (_summary(change), _parts(change))),
        Section("realised", "What came of the saving", _realised(change)),
        Section("changed-features", "Feature by feature", (), (_features(change), _levers(change))),
    )


def _said(change: Change) -> tuple[str, ...]:
    then, now = change.earlier, change.now
    said = []
    if _is_one_log(change):
        said.append(
            "Both reports rest on the same files: what differs is policy, prices or version."
        )
    elif change.error_ppm is not None:
        met = "within" if abs(change.error_ppm) * 100 <= TARGET_PERCENT * PPM else "outside"
        said.append(
            f"The earlier report expected {spelling.money(then.before_pico_usd)} a month without "
            f"the policy; the newer log comes to {spelling.money(now.before_pico_usd)}: a forecast "
            f"error of {spelling.percent_change(change.error_ppm, PPM)}, {met} "
            f"{TARGET_PERCENT}%."
        )
    if then.policy_sha256 and then.policy_sha256 != now.policy_sha256:
        said.append("The two policies are not the same text.")
    if then.price_date != now.price_date:
        said.append("Prices of different dates: part of what moved is that.")
    return tuple(said)


def _is_one_log(change: Change) -> bool:
    return bool(change.earlier.files) and change.earlier.files == change.now.files


def _realised(change: Change) -> tuple[str, ...]:
    found = change.realised
    if _is_one_log(change):
        return ("Nothing yet: a saving shows in a log of later days. Load one, and compare again.",)
    if not found.features:
        return ("No feature has requests in both reports: nothing can be held against it.",)
    promised = spelling.money(found.promised_pico_usd)
    first = (
        f"A month of today\u2019s requests would cost {spelling.money(found.unchanged_pico_usd)} "
        f"at the earlier cost of a request, and {promised} at the one that the earlier report "
        f"promised. The newer log comes to {spelling.money(found.actual_pico_usd)}, feature by "
        "feature."
    )
    if found.share_ppm is None:
        return (first, "The earlier report promised no saving on these features.")
    share = spelling.percent(found.share_ppm, PPM, digits=0)
    return (
        first,
        f"If that policy has been in place for the whole of the newer log, {share} of its saving "
        "came. If it has not, this says nothing of it.",
    )


def _summary(change: Change) -> Grid:
    then, now = change.earlier, change.now
    lines = (
        ("Policy", *(spelling.name(told.policy, characters=28) for told in (then, now))),
        ("Log", *map(_days, (then, now))),
        ("Prices of", *(spelling.date(told.price_date) for told in (then, now))),
        ("Requests a month", *(spelling.count(_requests(told)) for told in (then, now))),
        ("Spend a month, without the policy", *_months(change, "before_pico_usd")),
        ("Under the policy", *_months(change, "after_pico_usd")),
        ("Annual saving, P10 to P90", *(_annual(told) for told in (then, now))),
        ("Version", *(spelling.visible(told.version) or "not stated" for told in (then, now))),
    )
    columns = ("", "Earlier report", "Now")
    return Grid("changed", "The two reports", "", columns, lines, wide=True)


def _days(told: Told) -> str:
    first, last = spelling.day(told.window.start_us), spelling.day(told.window.end_us)
    return f"{first} to {last}, {told.window.days:.1f} days"


def _requests(told: Told) -> int:
    return sum(month.requests for month in told.features.values())


def _months(change: Change, side: str) -> tuple[str, str]:
    then, now = (getattr(told, side) for told in (change.earlier, change.now))
    return spelling.money(then), spelling.money(now)


def _annual(told: Told) -> str:
    if told.annual is None:
        return spelling.NOTHING
    unit = summary_unit(told.before_pico_usd)
    low, high = spelling.span(told.annual.low_pico_usd, told.annual.high_pico_usd, least_unit=unit)
    return low if low == high else f"{low} to {high}"


def _parts(change: Change) -> Grid:
    then, now = change.earlier.before_pico_usd, change.now.before_pico_usd
    amounts = [part.pico_usd for part in change.parts]
    unit = summary_unit(max(then, now, *map(abs, amounts)))
    digits = digits_of(unit)
    shown = foot(amounts, to_unit(now - then, unit), unit)
    rows = tuple(
        (*_PARTS[part.name], spelling.change(amount, digits=digits))
        for part, amount in zip(change.parts, shown, strict=True)
    )
    total = spelling.change(to_unit(now - then, unit), digits=digits)
    return Grid(
        "changed-parts",
        "Why a month without the policy costs more or less",
        "Dollars a month. The parts add up to the change.",
        ("Part", "What it is", "Change"),
        rows,
        ("Change", "", total),
        words=frozenset({1}),
        wide=True,
    )


def _features(change: Change) -> Grid:
    then, now = change.earlier.features, change.now.features
    names = sorted(
        {*then, *now}, key=lambda n: (-now.get(n, then.get(n, NOTHING)).before_pico_usd, n)
    )
    rows = tuple((spelling.name(name), *_feature(then.get(name), now.get(name))) for name in names)
    return Grid(
        "changed-features",
        "A month of each feature",
        "Each amount is rounded by itself. A dash: the report does not know the feature.",
        (
            "Feature",
            "Requests then",
            "now",
            "Without the policy then",
            "now",
            "Under the policy then",
            "now",
        ),
        rows,
        wide=True,
    )


def _feature(then: FeatureMonth | None, now: FeatureMonth | None) -> tuple[str, ...]:
    cells = []
    for field in ("requests", "before_pico_usd", "after_pico_usd"):
        spell = spelling.count if field == "requests" else spelling.money
        cells += [
            spelling.NOTHING if month is None else spell(getattr(month, field))
            for month in (then, now)
        ]
    return tuple(cells)


def _levers(change: Change) -> Grid:
    then, now = change.earlier.levers, change.now.levers
    rows = tuple(
        (
            spelling.name(spelling.lever(lever)),
            *(
                spelling.money(told[lever]) if lever in told else spelling.NOTHING
                for told in (then, now)
            ),
        )
        for lever in dict.fromkeys((*now, *then))
    )
    return Grid(
        "changed-levers",
        "What each lever saves a month",
        "Shapley values.",
        ("Lever", "Earlier report", "Now"),
        rows,
    )
