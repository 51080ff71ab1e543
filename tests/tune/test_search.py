"""The choice that tuning makes is the cheapest allowed one, by the slow reference's bills."""

import json
import random
from decimal import Decimal
from itertools import product
from math import prod, sqrt

import pytest

from analyzer.commands.tune_unit import spell_unit
from analyzer.ingest.load import ingest_file
from analyzer.ingest.scores import load_evals
from analyzer.pricing.book import open_book
from analyzer.session import Session
from analyzer.store import Store
from analyzer.tune import search
from analyzer.tune.answers import Answers
from analyzer.tune.engine import tune_log
from analyzer.tune.options import Limits, options
from analyzer.tune.slots import rules_of, units_of
from analyzer.tune.traffic import Traffic
from analyzer.tune.tuned import Request
from tests.oracle.arithmetic import exact
from tests.oracle.compose import World
from tests.oracle.decide import first_rule, tiers_called
from tests.oracle.prices import as_date
from tests.oracle.replay import LEVERS, tally
from tests.oracle.requests import price, read
from tests.strategies.written import canonical_jsonl, policy_toml, prices_toml

START_US = 1_790_035_200_000_000
DAY_US = 86_400_000_000
FEATURES = ("chat", "search")
SMALL, MIDDLE, LARGE = "heron-small", "moose-mid", "moose-big"
PRICES = [
    {"model": SMALL, "input": "1", "output": "2", "cached_input": "0.1", "cache_write": "2"},
    {"model": MIDDLE, "input": "3", "output": "9", "cached_input": "0.3", "cache_write": "4"},
    {"model": LARGE, "input": "10", "output": "30", "cached_input": "1", "cache_write": "12.5"},
]
WORLDS = 12


class Case:
    """A small log, its evals and a policy, as files for the tool and as rows for the reference."""

    def __init__(self, folder, requests, evals, policy, limits):
        self.folder, self.policy, self.limits = folder, policy, limits
        self.evals = {(row["request_id"], row["model"]): exact(row["score"]) for row in evals}
        log = sorted((read(row) for row in requests), key=lambda r: (r.ts, r.request_id))
        self.date = max(one.day for one in log)
        self.requests = price(log, PRICES, self.date)
        texts = {
            "log.jsonl": canonical_jsonl(requests),
            "evals.jsonl": "".join(json.dumps(row) + "\n" for row in evals),
            "prices.toml": prices_toml(PRICES),
        }
        for name, text in texts.items():
            (folder / name).write_text(text)
        with Store.open(folder / "x.duckdb") as store:
            store.unlock_digests()
            ingest_file(store, folder / "log.jsonl")
            if evals:
                load_evals(store, folder / "evals.jsonl")

    def tuned(self):
        """What the tool finds on all days, and every option that it may choose from."""
        book = open_book((str(self.folder / "prices.toml"),))
        request = Request(policy_toml(self.policy).encode(), "p.toml", self.limits, 0)
        with Store.open(self.folder / "x.duckdb", read_only=True) as store:
            found = tune_log(store, Session(store, book), book, request)
            traffic = Traffic.of(store, Answers.of(store, book))
            offers = [options(slot, traffic, self.limits) for slot in found.slots]
        return found, offers

    def rules(self, slots, chosen):
        policy = {}
        for lever, slot, table in rules_of(slots, chosen):
            policy.setdefault(lever, []).append(table | {"features": list(slot.features)})
        return policy

    def bill(self, policy, features):
        """Pico-dollars of some features, by the slow reference."""
        world = World(self.requests, PRICES, as_date(self.date), policy, self.evals)
        figures = tally(world, frozenset(lever for lever in LEVERS if policy.get(lever)))
        return sum(figures[feature]["pico_usd"] for feature in features)

    def low(self, policy, feature):
        """The low end of the interval of a feature's mean score; None where nothing is scored."""
        scores = list(self._scores(policy, feature))
        return wilson_low(scores) if scores else None

    def _scores(self, policy, feature):
        for request in self.requests:
            if request.feature != feature or not request.live:
                continue
            route = first_rule(policy.get("routing", []), request)
            instead = first_rule(policy.get("model_selection", []), request)
            if route is not None:
                tiers = route[1]["tiers"]
                if any((request.request_id, tier["model"]) not in self.evals for tier in tiers):
                    continue
                model = tiers[tiers_called(route[1], request, self.evals)[-1]]["model"]
            else:
                model = request.model if instead is None else instead[1]["to"]
            if (request.request_id, model) in self.evals:
                yield self.evals[request.request_id, model]


def wilson_low(scores, z=1.959964):
    n, mean = len(scores), float(sum(scores) / len(scores))
    middle = mean + z * z / (2 * n)
    half = z * sqrt(mean * (1 - mean) / n + z * z / (4 * n * n))
    return (middle - half) / (1 + z * z / n)


def drawn(folder, seed):
    """A world of two features that ask again, with prefixes, lengths and scores."""
    chance = random.Random(seed)
    requests = [
        {
            "request_id": f"r{n}", "ts_us": START_US + n * DAY_US // 9 + chance.randrange(9**9),
            "latency_ms": 500, "model": LARGE, "feature": chance.choice(FEATURES),
            "input_tokens": 2000 + n, "output_tokens": 20 + n, "prompt_chars": 8000 - 250 * n,
            "response_chars": chance.choice((3, 90, 150, 170, 400)),
            "prompt_key": f"k{chance.randrange(6)}", "prefix_key": "p", "prefix_tokens": 1500,
        }
        for n in range(24)
    ]  # fmt: skip
    for row in requests[12:16]:
        row["ts_us"] = requests[12]["ts_us"] + chance.randrange(9_000_000)
    evals = []
    for row in requests:
        hard = chance.choice((0.2, 0.5, 0.8))
        evals += [
            {"request_id": row["request_id"], "model": model, "score": score}
            for model, score in (
                ("*", hard), (SMALL, int(hard < chance.random())),
                (MIDDLE, int(hard < 0.3 + chance.random())), (LARGE, int(chance.random() < 0.95)),
            )
        ]  # fmt: skip
    policy, limits = drawn_policy(chance)
    return Case(folder, requests, evals, policy, limits)


def drawn_policy(chance):
    """Two or three rules, so that a unit has few enough combinations for the slow reference."""
    score = chance.choice(("difficulty", "evals", "length"))
    tiers = [{"model": SMALL, "accept": 0.5}, {"model": LARGE}]
    if chance.random() < 0.5:
        tiers.insert(1, {"model": MIDDLE, "accept": 0.8, "max_output_tokens": 30})
    ttl_s = chance.choice((3600, 50_000, 90_000))
    cache = {"features": ["*"], "ttl_seconds": ttl_s}
    compress = {"features": ["search"], "compressor": SMALL, "ratio": 0.9, "min_chars": 4000}
    many = {
        "routing": [{"features": ["chat"], "score": score, "tiers": tiers}],
        "model_selection": [{"features": ["search"], "to": MIDDLE}],
        "caching": [cache | chance.choice(({}, {"scope": "global"}))],
        "compression": [compress],
        "batching": [{"features": ["*"], "max_size": 2, "window_seconds": 5}],
        "prompt_cache": [{"features": ["*"], "ttl_seconds": 86_400, "min_tokens": 0}],
        "batch_api": [{"features": ["search"]}],
    }
    kept = chance.sample(sorted(many), 2)
    floor = chance.choice((None, 0.3, 0.5, 0.99))
    models = () if "prompt_cache" in kept else chance.choice(((), (SMALL,), (SMALL, MIDDLE)))
    wait_s = chance.choice((None, Decimal(1)))
    stale_s = chance.choice((None, Decimal(40_000)))
    limits = Limits(least_quality=floor, models=models, max_wait_s=wait_s, max_staleness_s=stale_s)
    return {lever: many[lever] for lever in kept}, limits


def allowed(case, given, policy, features):
    """Whether a policy keeps every bound; without a floor, the quality of the one given."""
    limits = case.limits
    policy = {
        lever: mine
        for lever, rules in policy.items()
        if (mine := [rule for rule in rules if set(rule["features"]) & set(features)])
    }
    if limits.max_staleness_s is not None and any(
        rule["ttl_seconds"] > limits.max_staleness_s for rule in policy.get("caching", [])
    ):
        return False
    if limits.max_wait_s is not None and (
        policy.get("batch_api")
        or any(rule["window_seconds"] > limits.max_wait_s for rule in policy.get("batching", []))
    ):
        return False
    for feature in features:
        low = case.low(policy, feature)
        floor = limits.least_quality
        floor = case.low(given, feature) if floor is None else floor
        if low is None or low < floor - 1e-12:
            return False
    return True


def every_policy(case, found, offers, unit):
    """Yield every policy that a unit's options come to, the other units as they were given."""
    start = [slot.given for slot in found.slots]
    for choice in product(*(offers[number] for number in unit.slots)):
        chosen = list(start)
        for number, option in zip(unit.slots, choice, strict=True):
            chosen[number] = option
        yield case.rules(found.slots, chosen)


@pytest.mark.parametrize("seed", range(WORLDS))
def test_what_is_chosen_is_the_cheapest_of_all_that_is_allowed(tmp_path, seed):
    case = drawn(tmp_path, seed)
    found, offers = case.tuned()
    given = case.rules(found.slots, [slot.given for slot in found.slots])
    for unit, told in zip(units_of(found.slots, [frozenset(FEATURES)]), found.units, strict=True):
        assert told.searched in ("whole", "apart")
        bills = [
            case.bill(policy, unit.features)
            for policy in every_policy(case, found, offers, unit)
            if allowed(case, given, policy, unit.features)
        ]
        assert told.feasible == bool(bills)
        wanted = min(bills) if bills else case.bill(given, unit.features)
        assert told.tuned_in_pico_usd == wanted
    tuned = case.rules(found.slots, found.chosen)
    assert found.train.total(found.tuned) == case.bill(tuned, sorted(found.tuned))


BOUND_S = Decimal("5.2")


@pytest.fixture
def tempting(tmp_path):
    """A cascade and a long wait are too slow together, and only without the cascade is a wait good.

    Requests of one long prefix come two seconds apart: packs of one second hold one of them.
    """
    requests = [
        {
            "request_id": f"r{n}", "ts_us": START_US + n * 2_000_000, "latency_ms": 500,
            "model": SMALL if n == 0 else LARGE, "feature": "chat", "input_tokens": 2000,
            "output_tokens": 20, "response_chars": 300, "prompt_key": f"k{n}", "prefix_key": "p",
            "prefix_tokens": 1800,
        }
        for n in range(12)
    ]  # fmt: skip
    evals = [
        {"request_id": row["request_id"], "model": model, "score": score}
        for n, row in enumerate(requests)
        for model, score in ((SMALL, n % 2), (LARGE, 1))
    ]
    tiers = [{"model": SMALL, "accept": 0.5}, {"model": LARGE}]
    policy = {
        "routing": [{"features": ["chat"], "score": "evals", "tiers": tiers}],
        "batching": [{"features": ["chat"], "max_size": 20, "window_seconds": 1}],
    }
    limits = Limits(max_wait_s=Decimal(60), max_added_s=BOUND_S)
    return Case(tmp_path, requests, evals, policy, limits)


def is_quick(policy):
    """Every call takes half a second."""
    windows = (Decimal(rule["window_seconds"]) for rule in policy.get("batching", []))
    calls = (len(rule["tiers"]) - 1 for rule in policy.get("routing", []))
    return sum(windows) + sum(calls) * Decimal("0.5") <= BOUND_S


def test_a_better_policy_two_rules_away_is_found_where_one_rule_at_a_time_is_stuck(
    tempting, monkeypatch
):
    monkeypatch.setattr(search, "MOST_COMBINATIONS", 1)
    found, offers = tempting.tuned()
    (unit,), (told,) = units_of(found.slots, [frozenset(FEATURES)]), found.units
    given = tempting.rules(found.slots, [slot.given for slot in found.slots])
    least = min(
        tempting.bill(policy, unit.features)
        for policy in every_policy(tempting, found, offers, unit)
        if is_quick(policy) and allowed(tempting, given, policy, unit.features)
    )
    assert (told.searched, told.tuned_in_pico_usd) == ("optimiser", least)
    assert tempting.tuned()[0].chosen == found.chosen

    monkeypatch.setattr(search, "is_installed", lambda: False)
    stuck = tempting.tuned()[0].units[0]
    assert stuck.searched == "descent"
    assert stuck.tuned_in_pico_usd > least
    assert "rebill[tune]" in "".join(spell_unit(stuck))


def test_features_under_one_cache_are_searched_whole_side_by_side(tmp_path):
    """Their combinations multiply; what is replayed does not."""
    case = drawn(tmp_path, 0)
    case.policy = {
        "caching": [{"features": ["*"], "ttl_seconds": 90_000, "scope": "global"}],
        "batching": [{"features": ["*"], "max_size": 10, "window_seconds": 1}],
    }
    case.limits = Limits()
    found, offers = case.tuned()
    (unit,), (told,) = units_of(found.slots, [frozenset(FEATURES)]), found.units
    combinations = prod(len(offers[number]) for number in unit.slots)
    assert told.searched == "apart"
    assert told.policies < combinations
    wanted = min(
        case.bill(policy, unit.features) for policy in every_policy(case, found, offers, unit)
    )
    assert told.tuned_in_pico_usd == wanted


@pytest.mark.parametrize(("prefixes", "units"), [(("p", "p"), 1), (("p", "q"), 2)])
def test_warm_prefixes_tie_only_features_that_send_one_in_common(tmp_path, prefixes, units):
    requests = [
        {
            "request_id": f"r{n}", "ts_us": START_US + n * 60_000_000, "model": MIDDLE,
            "feature": FEATURES[n % 2], "input_tokens": 3000 + n, "output_tokens": 10,
            "prefix_key": prefixes[n % 2], "prefix_tokens": 2000,
        }
        for n in range(10)
    ]  # fmt: skip
    policy = {
        "model_selection": [{"features": ["search"], "to": SMALL}],
        "prompt_cache": [{"features": ["*"], "ttl_seconds": 100, "min_tokens": 0}],
    }
    case = Case(tmp_path, requests, [], policy, Limits())
    found, _ = case.tuned()
    assert len(found.units) == units
    for spend, rules in (
        (found.start, policy),
        (found.tuned, case.rules(found.slots, found.chosen)),
    ):
        assert found.train.total(spend) == case.bill(rules, FEATURES)
