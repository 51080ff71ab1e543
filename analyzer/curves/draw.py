"""Replays a policy with one value moved, and keeps what each value comes to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from analyzer.analyze import Question
from analyzer.curve import Curve, CurvePoint, Curves, Score, Unmoved
from analyzer.curves.ages import staleness
from analyzer.curves.values import Moved, moved
from analyzer.findings import Findings
from analyzer.lever import Rule
from analyzer.levers.routing import Routing
from analyzer.money import PPM, round_half_up
from analyzer.policy import Policy
from analyzer.replay.requests import DAY_US
from analyzer.savings.project import MONTHS_A_YEAR, YEAR_US
from analyzer.session import Session
from analyzer.store import Store
from analyzer.tune.answers import Answers
from analyzer.tune.days import Days
from analyzer.tune.watch import Watch

MOST_CURVES = 3
"""Of one lever: the dearest features first."""
LEAST_OF_SPEND = 1_000
"""A curve that moves less than this part of today's spend explains no choice."""


@dataclass(frozen=True, slots=True)
class Subject:
    """One curve to draw: a value that moves, and the features that are watched meanwhile."""

    lever: str
    place: int
    """Of the rule, among its lever's, from 0."""
    moved: Moved
    features: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What some features come to under one policy."""

    spend_pico_usd: int
    requests: int
    hits: int
    escalated: int


def with_curves(findings: Findings, store: Store, question: Question, watch: Watch) -> Findings:
    """Return the findings with a curve for each value that the policy sets, and answers' ages."""
    policy = question.policy
    session = Session(store, question.book, question.preferred)
    answers = Answers.of(store, question.book)
    subjects = [*_subjects(policy, findings)]
    shown = [*_few_of_each(subjects)]
    desk = Desk(session, policy, findings, answers)
    drawn = []
    for number, subject in enumerate(shown):
        watch.step("drawing curves", number, len(shown))
        drawn.append(desk.draw(subject))
    least = findings.before_pico_usd // LEAST_OF_SPEND
    flat = [curve for curve in drawn if _span(curve) <= least]
    log = session.bill(policy, steps="whole").log
    found = Curves(
        curves=tuple(curve for curve in drawn if curve not in flat),
        flat=tuple(dict.fromkeys(Unmoved(curve.lever, curve.features) for curve in flat)),
        not_drawn=len(subjects) - len(shown),
        staleness=staleness(store, log, policy),
    )
    return replace(findings, curves=found)


def _subjects(policy: Policy, findings: Findings) -> Iterator[Subject]:
    """A cascade is weighed feature by feature: evals are. Other rules, as a whole."""
    spend = {name: tally.pico_usd for name, tally in findings.steps[0].features.items()}
    dearest = sorted(spend, key=lambda name: (-spend[name], name))
    window_us = findings.window.end_us - findings.window.start_us
    for lever, rules in policy.rules.items():
        free = set(dearest)
        for place, rule in enumerate(rules):
            covered = tuple(name for name in dearest if name in free and rule.covers(name))
            free.difference_update(covered)
            groups = [(name,) for name in covered] if isinstance(rule, Routing) else [covered]
            for move in moved(rule, window_us):
                yield from (Subject(lever, place, move, group) for group in groups if group)


def _few_of_each(subjects: Sequence[Subject]) -> Iterator[Subject]:
    drawn: dict[str, int] = {}
    for subject in subjects:
        drawn[subject.lever] = drawn.get(subject.lever, 0) + 1
        if drawn[subject.lever] <= MOST_CURVES:
            yield subject


def _span(curve: Curve) -> int:
    spends = [point.spend_pico_usd for point in curve.points]
    return max(spends) - min(spends)


class Desk:
    """Replays one changed rule after the other over an open session."""

    def __init__(
        self, session: Session, policy: Policy, findings: Findings, answers: Answers
    ) -> None:
        self._session, self._policy = session, policy
        self._findings, self._answers = findings, answers

    def draw(self, subject: Subject) -> Curve:
        """Return one curve."""
        move = subject.moved
        off = None if move.off is None else self._outcome(subject, move.off).spend_pico_usd
        points = tuple(self._point(subject, value, off) for value in move.values)
        run_cost = self._run_cost(subject.lever)
        return Curve(
            lever=subject.lever,
            rule=subject.place + 1,
            varied=move.varied,
            tier=move.tier,
            features=subject.features,
            points=points,
            run_cost_pico_usd=run_cost,
            break_even=break_even(points, run_cost),
        )

    def _point(self, subject: Subject, value: int, off: int | None) -> CurvePoint:
        rule = subject.moved.at(value)
        found = self._outcome(subject, rule)
        # Escalated are requests beyond the first tier: how many pass a later one is not counted.
        parts = {("caching", 0): found.hits, ("routing", 1): found.escalated}
        part = parts.get((subject.lever, subject.moved.tier))
        return CurvePoint(
            value=value,
            spend_pico_usd=found.spend_pico_usd,
            saving_pico_usd=None if off is None else off - found.spend_pico_usd,
            share_ppm=_share(part, found.requests),
            score=self._score(subject, rule),
            chosen=value == subject.moved.chosen,
        )

    def _outcome(self, subject: Subject, rule: Rule) -> Outcome:
        rules = list(self._policy.rules[subject.lever])
        rules[subject.place] = rule
        changed = replace(self._policy, rules={**self._policy.rules, subject.lever: tuple(rules)})
        billed = self._session.bill(changed, steps="whole")
        wanted = {billed.log.features.index(name) for name in subject.features}
        ledger = billed.ledger
        spend = ledger[ledger.everything].by_feature
        counts = [
            row
            for row in billed.replay.outcomes(ledger.everything).iter_rows(named=True)
            if row["feature"] in wanted
        ]
        requests, hits, escalated = (
            sum(int(row[name]) for row in counts) for name in ("requests", "hits", "escalated")
        )
        return Outcome(sum(spend.get(n, 0) for n in wanted), requests, hits, escalated)

    def _score(self, subject: Subject, rule: Rule) -> Score | None:
        if not isinstance(rule, Routing):
            return None
        window = self._findings.window
        days = Days(window.start_us // DAY_US, window.end_us // DAY_US + 1)
        (feature,) = subject.features
        found = self._answers.of_route(feature, rule, days)
        if found is None:
            return None
        return Score(found.n, round(found.mean * PPM), round(found.low * PPM))

    def _run_cost(self, lever: str) -> int:
        """The lever's stated cost of a month, for the length of the window."""
        cost = self._policy.rollout.costs.get(lever)
        if cost is None or len(self._policy.rules[lever]) > 1:
            return 0  # What each of several rules costs to run, nobody has said.
        window = self._findings.window
        covered_us = window.end_us - window.start_us
        return round_half_up(cost.monthly_pico_usd * MONTHS_A_YEAR * covered_us, YEAR_US)


def _share(part: int | None, whole: int) -> int | None:
    return None if part is None or not whole else round_half_up(part * PPM, whole)


def break_even(points: Sequence[CurvePoint], run_cost: int) -> int | None:
    """Return the first value at which a saving passes its run cost; None where it never does.

    On a straight line between the two points around it.
    """
    nets = [
        (point.value, point.saving_pico_usd - run_cost)
        for point in points
        if point.saving_pico_usd is not None
    ]
    sided = [net for net in nets if net[1]]
    for (low, before), (high, after) in pairwise(sided):
        if (before < 0) != (after < 0):
            exact = [value for value, net in nets if low < value < high and not net]
            between = round_half_up(abs(before) * (high - low), abs(before) + abs(after))
            return exact[0] if exact else low + between
    return None
