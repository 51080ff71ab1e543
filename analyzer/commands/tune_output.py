"""What tuning found, as tables for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from analyzer.commands.eval_tables import columns
from analyzer.commands.tune_unit import cut, some, spell_unit, wrapped
from analyzer.money import spell_percent, spell_usd

if TYPE_CHECKING:
    from analyzer.tune.days import Days
    from analyzer.tune.found import Found, LeverTest, Rival

NOT_DONE = (
    "compressed and packed answers have no evals: their quality stays assumed, and neither a "
    "ratio nor a pack size goes beyond what the policy allows",
    "a provider's share, latency and quality are bounded on the days that tuning saw",
)
"""Said with every result."""
_BARS_SHOWN = 6
_BARS = {
    "drop": "without",
    "price": "prices of the policy's models",
    "output": "length of their answers",
    "input": "their prompt tokens",
    "volume": "number of requests",
    "escalation": "escalated requests",
    "hits": "cache hits",
    "days": "the year's days",
}
_RIVALS = {
    "today": "today",
    "cheapest": "all on the cheapest: {}",
    "best single": "all on the best one: {}",
    "oracle": "oracle (known afterwards)",
    "policy": "the policy as given",
    "tuned": "tuned",
}


def spell(found: Found) -> str:
    """Spell the spend in and out of sample, what changed and why, and what was not done."""
    lines = [_title(found), "", *_rivals(found), "", *_features(found), "", *_levers(found)]
    lines += [*_folds(found), *_share(found), *_whole(found), *_hangs_on(found), ""]
    for unit in found.units:
        lines += [*spell_unit(unit), ""]
    lines += [f"{found.policies:,} policies were replayed. Know that:"]
    return "\n".join([*lines, *(row for line in NOT_DONE for row in wrapped(line, "  "))])


def why_not(found: Found) -> str:
    """Say in one line which constraints bind."""
    said = [line for unit in found.units if not unit.feasible for line in unit.binding]
    if found.share is not None and not found.share.kept:
        said.append(_share_binds(found))
    return "; ".join(said)


def _title(found: Found) -> str:
    from analyzer.tune.days import in_days

    seen = f"Tuned on {in_days(len(found.train))}"
    if not found.held_out:
        return (
            f"{seen}. No day was held out (--holdout 0): these figures are in sample, and flatter."
        )
    return f"{seen}, tested on the {in_days(len(found.test))} after, which tuning did not see."


def _rivals(found: Found) -> Iterator[str]:
    today = found.rivals[0]
    heads = ["over all features", "", "in sample", "saved"]
    heads += ["out of sample", "saved"] if found.held_out else []
    rows = [_rival(rival, today, found.held_out) for rival in found.rivals]
    yield from columns([*heads, "quality"], rows)
    for rival in found.rivals:
        if rival.note:
            yield from wrapped(f"{rival.name}: {rival.note}")


def _rival(rival: Rival, today: Rival, held_out: bool) -> list[str]:
    row = [cut(_RIVALS[rival.name].format(rival.model)), ""]
    pairs = [(rival.in_pico_usd, today.in_pico_usd)]
    pairs += [(rival.out_pico_usd, today.out_pico_usd)] if held_out else []
    for mine, before in pairs:
        row += [spell_usd(mine), "" if rival is today else spell_percent(before - mine, before)]
    known = rival.quality_out if held_out else rival.quality_in
    return [*row, "assumed" if known is None else f"{known.mean:.3f}"]


def _features(found: Found) -> list[str]:
    parts = [part for part in (found.train, found.test) if len(part)]
    heads = ["feature", "", "in sample", "tuned", "saved", "out of sample", "tuned", "saved"]
    features = sorted(found.today, key=lambda name: -found.train.of(found.today[name]))
    rows = [_feature(name, [name], found, parts) for name in features]
    rows.append(_feature("all features", features, found, parts))
    return columns(heads[: 2 + 3 * len(parts)], rows)


def _feature(title: str, features: Sequence[str], found: Found, parts: Sequence[Days]) -> list[str]:
    row = [cut(title), ""]
    for part in parts:
        today, tuned = (
            sum(part.of(spend.get(name, {})) for name in features)
            for spend in (found.today, found.tuned)
        )
        row += [spell_usd(today), spell_usd(tuned), spell_percent(today - tuned, today)]
    return row


def _levers(found: Found) -> Iterator[str]:
    """What each lever saves on the days seen and not seen, as a share of today's spend."""
    if not found.levers:
        return
    today = [part.total(found.today) for part in (found.train, found.test)]
    if not found.held_out:
        rows = [
            (_lever(test), "", spell_percent(test.in_pico_usd, today[0])) for test in found.levers
        ]
        yield from columns(("lever, joining last", "", "in sample"), rows)
        return
    heads = ("lever, joining last", "", "in sample", "out of sample", "gap", "blind pick, out")
    yield from columns(heads, [_tested(test, *today) for test in found.levers])
    yield "Gap: points that tuning promised and did not keep. Blind pick: any allowed value of the"
    yield "lever's rules; what tuning adds to it is what its choice of values is worth."


def _tested(test: LeverTest, today_in: int, today_out: int) -> tuple[str, ...]:
    return (
        _lever(test),
        "",
        spell_percent(test.in_pico_usd, today_in),
        spell_percent(test.out_pico_usd, today_out),
        _points(_ratio(test.in_pico_usd, today_in) - _ratio(test.out_pico_usd, today_out)),
        spell_percent(test.blind_out_pico_usd, today_out),
    )


def _lever(test: LeverTest) -> str:
    return test.lever.replace("_", " ")


def _points(share: float) -> str:
    return f"{share * 100 + 0:+.1f}"


def _folds(found: Found) -> Iterator[str]:
    """The walk forward: what tuning promised on the days it saw, and kept on the next."""
    if not found.folds:
        return
    rows = []
    gaps: dict[str, list[float]] = {}
    for fold in found.folds:
        promised = _ratio(fold.today_in - fold.tuned_in, fold.today_in)
        kept = _ratio(fold.today_out - fold.tuned_out, fold.today_out)
        title = f"days 1 to {len(fold.train):,}, then {len(fold.test):,}"
        rows.append((title, "", f"{promised:.1%}", f"{kept:.1%}", _points(promised - kept)))
        for test in fold.levers:
            gap = _gap(test, fold.today_in, fold.today_out)
            gaps.setdefault(_lever(test), []).append(gap)
    yield ""
    yield from columns(("walking forward, saved", "", "seen", "next", "gap"), rows)
    means = (f"{lever} {_points(sum(of) / len(of))}" for lever, of in gaps.items())
    yield from wrapped(f"Mean gap by lever: {', '.join(means)}")


def _gap(test: LeverTest, today_in: int, today_out: int) -> float:
    return _ratio(test.in_pico_usd, today_in) - _ratio(test.out_pico_usd, today_out)


def _ratio(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _share(found: Found) -> Iterator[str]:
    if found.share is None:
        return
    yield ""
    if not found.share.kept:
        yield _share_binds(found)
        return
    yield (
        f"No provider above {found.share.most_ppm / 1e6:.1%}: the largest share is "
        f"{found.share.share:.1%}, {found.share.provider}"
    )
    if not found.share.proven:
        yield "The search for this was cut short: a cheaper policy within the bound may exist."


def _share_binds(found: Found) -> str:
    share = found.share
    assert share is not None  # noqa: S101 - narrows the type
    return (
        f"provider share binds: {share.provider} gets at least {share.share:.1%} of spend whatever "
        f"is chosen, and {share.most_ppm / 1e6:.1%} are allowed"
    )


def _hangs_on(found: Found) -> Iterator[str]:
    """The widest bars of the tornado, and each provider's shocks; the report has all of it."""
    if found.hangs_on is None or not found.hangs_on.drivers:
        return
    yield ""
    rows = [
        (
            f"{_BARS.get(d.kind, d.kind)} {d.subject}".replace("_", " ").strip()
            + (f", {d.step_ppm / 1e4:.0f}% more or less" if d.step_ppm else ""),
            "",
            spell_usd(d.annual.low_pico_usd),
            spell_usd(d.annual.high_pico_usd),
        )
        for d in found.hangs_on.drivers[:_BARS_SHOWN]
    ]
    yield from columns(("annual saving, if this moves", "", "low", "high"), rows)
    for shock in found.hangs_on.shocks:
        ways = {way.model: way for way in (shock.cheapest, shock.dearest) if way is not None}
        elsewhere = " to ".join(f"{spell_usd(w.pico_usd)} on {w.model}" for w in ways.values())
        yield from wrapped(
            f"If {shock.provider} doubles: {spell_usd(shock.doubled.after_pico_usd)} a year tuned, "
            f"{spell_usd(shock.doubled.before_pico_usd)} as today. Down for a day: "
            f"{shock.day_calls:,} calls for {spell_usd(shock.day_pico_usd)}; elsewhere "
            f"{elsewhere or 'at no model in play'}."
        )


def _whole(found: Found) -> Iterator[str]:
    if len(found.frontier) < 2:
        return
    yield ""
    rows = [
        (
            "", "", spell_usd(point.in_pico_usd),
            *((spell_usd(point.out_pico_usd),) if found.held_out else ()),
            "assumed" if point.mean is None else f"{point.mean:.3f}",
            "assumed" if point.low is None else f"{point.low:.3f}",
            "unknown" if point.added_s is None else f"{point.added_s:,.2f} s",
        )
        for point in some(found.frontier)
    ]  # fmt: skip
    heads = ["frontier of the whole log", "", "in sample", "quality", "at least", "added"]
    heads[3:3] = ["out"] if found.held_out else []
    yield from columns(heads, rows)
