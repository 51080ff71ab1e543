"""What moves the saving, where it is gone, and what the next months may bring."""

from __future__ import annotations

from analyzer.board import BreakEven, Driver, Shock, Threshold
from analyzer.findings import Findings
from reports import spelling
from reports.footing import digits_of, summary_unit
from reports.grid import Grid
from reports.rollout import pays_for_itself
from reports.sentences import on_packed_calls

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
PPM = 1_000_000
MOST_TIMES = 100
"""A price or a length that may grow more than this many times is no limit at all."""

_MOVED = {
    "days": "The year\u2019s days, P10 to P90",
    "price": "New models\u2019 prices",
    "output": "New models\u2019 answers",
    "input": "New models\u2019 prompts",
    "volume": "Requests",
    "escalation": "Escalated requests",
    "hits": "Answers from the cache",
}


def driver_name(driver: Driver) -> str:
    """Spell what a bar of the tornado moves, and by how much."""
    if driver.kind == "drop":
        return f"Without {spelling.lever(driver.subject).lower()}"
    name = _MOVED[driver.kind]
    return name if driver.kind == "days" else f"{name}, \u00b1{_step(driver)}"


def _step(driver: Driver) -> str:
    return spelling.percent(driver.step_ppm, PPM, digits=0)


def driver_ends(findings: Findings, driver: Driver) -> tuple[str, str, str]:
    """Spell the low and the high end of a driver, and the span between them."""
    digits = digits_of(summary_unit(findings.projection.annual_saving_pico_usd or 0))
    low, high = driver.annual.low_pico_usd, driver.annual.high_pico_usd
    low_shown, high_shown, span = (
        spelling.money(amount, digits=digits) for amount in (low, high, high - low)
    )
    return low_shown, high_shown, span


def driver_grid(findings: Findings) -> Grid:
    """Return the annual saving at both ends of every driver, the widest first."""
    rows = tuple(
        (driver_name(driver), *driver_ends(findings, driver)) for driver in findings.board.drivers
    )
    return Grid(
        "sensitivity",
        "The same in figures",
        "New models: those that only the policy calls; their prompts and answers in tokens. Limits "
        "on answer length stay out of it. Whether answers are good enough is no bar here: "
        "it stands under evidence.",
        ("If this turns out otherwise", "Low", "High", "Span"),
        rows,
    )


def break_even_grid(findings: Findings) -> Grid:
    """Return how far each thing may go before the saving is gone."""
    return Grid(
        "break-even",
        "Where the saving is gone",
        "How far one thing may go, all else as found, before the policy costs as much as today.",
        ("Break-even", "In this replay", "Saving is zero at"),
        tuple(_break_even_row(row) for row in findings.board.break_evens if row.kind != "run_cost"),
    )


def _break_even_row(row: BreakEven) -> tuple[str, ...]:
    found, limit = row.found_ppm or 0, row.limit_ppm or 0
    if row.kind in ("price", "output"):
        name = {"price": "Prices of the policy\u2019s models", "output": "Length of their answers"}
        return name[row.kind], "as found", _times(limit)
    if row.kind == "redo":
        name_ = "Requests sent again to today\u2019s model, at today\u2019s cost"
        return name_, "none", f"{spelling.percent(limit, PPM)} of requests"
    name_ = f"Requests of {spelling.name(row.subject)} that escalate, its cascade alone"
    at = "never" if limit > PPM else spelling.percent(limit, PPM)
    return name_, spelling.percent(found, PPM), at


def _times(limit_ppm: int) -> str:
    if limit_ppm > MOST_TIMES * PPM:
        return f"more than {MOST_TIMES} times as much"
    tenths = limit_ppm * 10 // PPM
    return f"{tenths // 10}.{tenths % 10} times as much"


def threshold_grid(findings: Findings) -> Grid | None:
    """Return where compression and packing stop paying; None where neither is used."""
    rows = tuple(_threshold_row(row) for row in findings.board.thresholds)
    if not rows:
        return None
    return Grid(
        "thresholds",
        "Where compression and packing stop paying",
        "Compression pays while a token it takes off costs more at the main model than taking it "
        "off costs at the compressor. Packing pays while calls share more than the marker that "
        "each packed call brings.",
        ("Feature", "What decides", "In this replay", "Pays nothing at"),
        rows,
        words=frozenset({1}),
        wide=True,
    )


def _threshold_row(row: Threshold) -> tuple[str, ...]:
    name = spelling.name(row.feature)
    if row.kind == "main_price":
        found, limit = (spelling.money(pico * PPM) for pico in (row.found, row.limit))
        return name, "Price of a million input tokens", found, limit
    spared = f"{spelling.plural(row.found, 'token')} spared a call, net"
    return name, "Length of the shared prefix", spared, spelling.plural(row.limit, "token")


def shock_grid(findings: Findings) -> Grid | None:
    """Return what each provider can do to the policy; None where it pays nobody."""
    rows = tuple(_shock_row(shock) for shock in findings.board.shocks)
    if not rows:
        return None
    return Grid(
        "shocks",
        "If a provider doubles its prices, or is down for a day",
        "A year\u2019s spend at twice its prices, all else as found. A day\u2019s calls elsewhere: "
        "at list price, nothing cached, all at one model that another provider has in play; "
        f"whether its answers are good enough is not asked.{on_packed_calls(findings)}",
        (
            "Provider under the policy", "Doubled: today", "Doubled: policy", "Calls a day",
            "A day costs", "Elsewhere, least", "Elsewhere, most",
        ),
        rows,
        wide=True,
    )  # fmt: skip


def _shock_row(shock: Shock) -> tuple[str, ...]:
    elsewhere = tuple(
        spelling.NOTHING if way is None else f"{spelling.money(way.pico_usd)} ({way.model})"
        for way in (shock.cheapest, shock.dearest)
    )
    return (
        spelling.name(shock.provider),
        spelling.money(shock.doubled.before_pico_usd),
        spelling.money(shock.doubled.after_pico_usd),
        spelling.count(shock.day_calls),
        spelling.money(shock.day_pico_usd),
        *elsewhere,
    )


def run_cost_grid(findings: Findings) -> Grid:
    """Return what each lever adds when it joins last, beside the run cost that it may bear."""
    stated = {cost.lever: cost.monthly_pico_usd for cost in findings.board.costs}
    rows = tuple(
        (
            spelling.lever(row.subject),
            *_run_cost(row.monthly_pico_usd or 0, stated.get(row.subject)),
        )
        for row in findings.board.break_evens
        if row.kind == "run_cost"
    )
    return Grid(
        "lever-run-costs",
        "What each lever may cost to run",
        "What would be lost a month without it, the others in place. A lever that costs more than "
        "that to run is better left out.",
        ("Lever", "Saves a month, last of all", "Run cost stated", "So"),
        rows,
        words=frozenset({3}),
    )


def _run_cost(saves: int, costs: int | None) -> tuple[str, str, str]:
    said = spelling.NOTHING if costs is None else spelling.money(costs)
    worth = "" if costs is None else "pays for itself"
    verdict = worth if pays_for_itself(saves, costs) else "leave it out"
    return spelling.money(saves), said, verdict


def weekday_grid(findings: Findings) -> Grid | None:
    """Return spend by weekday against the mean day; None where the window is too short."""
    outlook = findings.board.forecast
    if outlook is None or not outlook.weekdays_ppm:
        return None
    shares = tuple(spelling.percent(ppm, PPM, digits=0) for ppm in outlook.weekdays_ppm)
    return Grid(
        "weekdays",
        "The week",
        "Today\u2019s spend by weekday, of the mean day. First and last day left out.",
        ("Weekday", *WEEKDAYS),
        (("Of the mean day", *shares),),
        wide=True,
    )


def scenario_grid(findings: Findings) -> Grid | None:
    """Return the next twelve months under each growth; None where nothing can be projected."""
    outlook = findings.board.forecast
    if outlook is None:
        return None
    rows = tuple(
        (
            _growth(row.growth_ppm),
            spelling.money(row.spend.before_pico_usd),
            spelling.money(row.spend.after_pico_usd),
            spelling.money(row.spend.before_pico_usd - row.spend.after_pico_usd),
        )
        for row in outlook.scenarios
    )
    return Grid(
        "scenarios",
        "The next twelve months",
        "Spend of twelve months if requests grow so much each month, their mix and the prices as "
        "they are. Scenarios, not predictions.",
        ("Growth of requests", "As today", "Under the policy", "Saving"),
        rows,
    )


def _growth(ppm: int) -> str:
    if ppm == 0:
        return "None"
    sign = "+" if ppm > 0 else ""
    return f"{sign}{spelling.percent(ppm, PPM, digits=0)} a month"


def spread_grid(findings: Findings) -> Grid | None:
    """Return how a day's spend varies before and after; None under a week."""
    spread = findings.board.day_spread
    if spread is None:
        return None
    rows = tuple(
        (
            name,
            *(
                spelling.money(getattr(pair, side))
                for pair in (spread.p10, spread.median, spread.p90)
            ),
        )
        for name, side in (("Today", "before_pico_usd"), ("Under the policy", "after_pico_usd"))
    )
    return Grid(
        "day-spread",
        "A usual day",
        "Eight days in ten cost between P10 and P90.",
        ("", "P10", "Median", "P90"),
        rows,
    )
