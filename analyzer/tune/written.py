"""Writes a tuned policy as a file whose comments say why each value is what it is."""

from __future__ import annotations

from collections.abc import Iterator

from analyzer import __version__
from analyzer.money import spell_percent, spell_usd
from analyzer.policy_text import policy_text
from analyzer.tune.answers import Quality
from analyzer.tune.slots import rules_of
from analyzer.tune.tuned import Found, UnitFound, plain_tables


def to_toml(found: Found) -> str:
    """Return the policy's text; ``read_policy`` reads it back."""
    tables = plain_tables(found)
    plain = {key: value for key, value in tables.items() if not isinstance(value, dict)}
    nested = {key: value for key, value in tables.items() if isinstance(value, dict)}
    parts = ["\n".join(_head(found)), policy_text(plain)]
    for lever, slot, table in rules_of(found.slots, found.chosen):
        why = [f"# {_one_line(line)}" for line in _why(found, slot.features)]
        parts.append("\n".join([*why, policy_text({lever: [table]})]))
    if nested:
        parts.append(policy_text(nested))
    return "\n".join(parts)


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


def _why(found: Found, features: tuple[str, ...]) -> Iterator[str]:
    unit = next(unit for unit in found.units if set(features) <= set(unit.features))
    yield f"{', '.join(features)}: {unit.policies:,} policies replayed, {_searched(unit)}"
    for feature in features:
        yield f"quality: {said(unit.quality_in[feature])}"


def _searched(unit: UnitFound) -> str:
    return "every combination" if unit.whole else "one rule after the other until nothing moved"


def said(quality: Quality | None) -> str:
    """Spell what is known of a quality."""
    if quality is None:
        return "assumed: no evals of these answers"
    return f"{quality.mean:.3f}, at least {quality.low:.3f} (95%, n = {quality.n:,})"


def _one_line(text: str) -> str:
    """Keep a name from ending a comment: the rest would be read as a rule."""
    return "".join(letter if letter.isprintable() else " " for letter in text)
