"""Writes a tuned policy as a file whose comments say why each value is what it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from analyzer import __version__
from analyzer.money import plain_usd, spell_percent, spell_usd
from analyzer.policy import parse_policy
from analyzer.policy_text import policy_text
from analyzer.tune.answers import Quality
from analyzer.tune.found import Found, Placebo
from analyzer.tune.searched import spell_searched
from analyzer.tune.slots import Slot, rules_of
from analyzer.tune.tuned import plain_tables
from analyzer.tuned_table import NAME as TUNED
from analyzer.tuned_table import fingerprint


def to_toml(found: Found, on: date | None = None) -> str:
    """Return the policy's text; ``read_policy`` reads it back.

    ``on``: the day of tuning, where it should be told.
    """
    tables = plain_tables(found)
    plain = {key: value for key, value in tables.items() if not isinstance(value, dict)}
    nested = {key: value for key, value in tables.items() if isinstance(value, dict)}
    parts = ["\n".join(_head(found)), policy_text(plain)]
    for lever, slot, table in rules_of(found.slots, found.chosen):
        why = [f"# {_one_line(line)}" for line in _why(found, slot, lever)]
        parts.append("\n".join([*why, policy_text({lever: [table]})]))
    if nested:
        parts.append(policy_text(nested))
    rules = parse_policy("\n".join(parts).encode(), "tuned.toml").rules
    parts.append(policy_text({TUNED: dict(_tuned(found, on, fingerprint(rules)))}))
    return "\n".join(parts)


def _tuned(found: Found, on: date | None, rules: str) -> Iterator[tuple[str, object]]:
    """The table that reports tell: figures of the days that tuning saw, and of those it did not."""
    if on is not None:
        yield "on", on
    first, last = (_day(day) for day in (found.train.first, found.test.until - 1))
    yield "log", f"{first} to {last}"
    yield "days", found.train.until - found.train.first
    yield "held_out_days", found.test.until - found.test.first
    for name, part in (("in_sample", found.train), ("out_of_sample", found.test)):
        yield f"{name}_today_usd", plain_usd(part.total(found.today))
        yield f"{name}_tuned_usd", plain_usd(part.total(found.tuned))
    yield "rules", rules


def _day(number: int) -> date:
    return date(1970, 1, 1) + timedelta(days=number)


def _head(found: Found) -> Iterator[str]:
    days = found.train.until - found.train.first
    yield f"# Tuned by rebill {__version__} on {days:,} days of the log."
    for title, part in (("In sample", found.train), ("Out of sample", found.test)):
        today, tuned = part.total(found.today), part.total(found.tuned)
        if part.first < part.until:
            yield f"# {title}: {spell_usd(today)} today, {spell_usd(part.total(found.start))} " + (
                f"under the policy given, {spell_usd(tuned)} under this one "
                f"({spell_percent(today - tuned, today)} less than today)."
            )
    if found.test.first == found.test.until:
        yield "# No day was held out: what it saves on days it has not seen is not known."


def _why(found: Found, slot: Slot, lever: str) -> Iterator[str]:
    """Where a rule's values come from, what they are worth, and what is known of the answers."""
    unit = next(unit for unit in found.units if set(slot.features) <= set(unit.features))
    how = spell_searched(unit.searched)
    yield f"{', '.join(slot.features)}: {unit.policies:,} policies replayed, {how}"
    where = f"{slot.lever} of {', '.join(slot.features)}: "
    moved = [line.removeprefix(where) for line in unit.changes if line.startswith(where)]
    yield f"changed: {'; '.join(moved)}" if moved else "kept as it was given"
    yield from _worth(found, lever)
    yield from _alike({name: f"quality: {said(unit.quality_in[name])}" for name in slot.features})
    yield from _alike(
        {
            name: f"quality on days held out: {said(found_out)}"
            for name in slot.features
            if (found_out := unit.quality_out[name]) is not None
        }
    )
    if lever == "routing":
        tested = {n: unit.placebos[n] for n in slot.features if n in unit.placebos}
        yield from _alike({name: _against_chance(one) for name, one in tested.items()})


def _alike(said_of: Mapping[str, str]) -> Iterator[str]:
    """Yield what is said of features, once where it is the same, by name where it is not."""
    texts = dict.fromkeys(said_of.values())
    for text in texts:
        names = ", ".join(name for name, said_too in said_of.items() if said_too == text)
        yield text if len(texts) == 1 else f"{names}: {text}"


def _worth(found: Found, lever: str) -> Iterator[str]:
    for test in found.levers:
        if test.lever == lever:
            seen = spell_percent(test.in_pico_usd, found.train.total(found.today))
            held = spell_percent(test.out_pico_usd, found.test.total(found.today))
            out = f", {held} on days held out" if found.held_out else ""
            yield f"all rules of {lever}, joining last, save {seen} of today's spend{out}"


def _against_chance(tested: Placebo) -> str:
    told = "no better than" if tested.is_noise else "better than"
    return (
        f"its scores route {told} chance: {tested.mean:.3f}, and {tested.shuffled_mean:.3f} with "
        f"them shuffled (19 in 20 up to {tested.shuffled_p95:.3f})"
    )


def said(quality: Quality | None) -> str:
    """Spell what is known of a quality."""
    if quality is None:
        return "assumed: no evals of these answers"
    return f"{quality.mean:.3f}, at least {quality.low:.3f} (95%, n = {quality.n:,})"


def _one_line(text: str) -> str:
    """Keep a name from ending a comment: the rest would be read as a rule."""
    return "".join(letter if letter.isprintable() else " " for letter in text)
