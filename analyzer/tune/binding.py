"""Which constraint stands in the way where nothing that was tried is allowed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from analyzer.tune.judge import Judge
from analyzer.tune.search import Tried


def binding(one: Tried, judge: Judge) -> Iterator[str]:
    """Yield a line for each constraint whose end alone would allow something; else all together."""
    broken = [judge.failures(one.unit, choice) for choice, _ in one.tried]
    if any(not names for names in broken):
        return
    alone = Counter(next(iter(names)) for names in broken if len(names) == 1)
    if alone:
        for name, choices in sorted(alone.items()):
            yield (
                f"{name} binds: without it, {choices:,} of {len(broken):,} choices are allowed"
                + (_nearest(one, judge, name))
            )
        return
    fewest = min(broken, key=lambda names: (len(names), sorted(names)))
    yield f"no one constraint is to blame: {' and '.join(sorted(fewest))} bind together"


def _nearest(one: Tried, judge: Judge, name: str) -> str:
    """How near the choices come to a bound on quality or latency."""
    kind, _, feature = name.partition(" of ")
    if kind == "quality":
        known = (judge.quality(one.unit, choice, feature) for choice, _ in one.tried)
        lows = [quality.low for quality in known if quality is not None]
        return f"; the best reaches {max(lows):.3f}" if lows else "; no choice is measured"
    if kind == "added latency":
        found = (judge.added(one.unit, choice, feature) for choice, _ in one.tried)
        most = [added.most_s for added in found if added is not None]
        return f"; the quickest adds {min(most):,.2f} s" if most else "; the log has no latency"
    return ""
