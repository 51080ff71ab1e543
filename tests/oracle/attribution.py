"""Who saved what: exact Shapley values, alone, least and most (section 6)."""

from fractions import Fraction
from itertools import combinations
from math import factorial


def coalitions(levers):
    """Return every subset of the levers."""
    sizes = range(len(levers) + 1)
    return [frozenset(subset) for size in sizes for subset in combinations(levers, size)]


def shapley(levers, saved):
    """Return {lever: exact Shapley value}, where ``saved[coalition]`` is what it saves."""
    count = len(levers)
    values = {}
    for lever in levers:
        values[lever] = sum(
            Fraction(factorial(len(before)) * factorial(count - len(before) - 1), factorial(count))
            * (saved[before | {lever}] - saved[before])
            for before in coalitions(levers)
            if lever not in before
        )
    return values


def whole(levers, values):
    """Round exact values to whole pico by largest remainder; a tie goes to the earlier lever."""
    floors = {lever: values[lever].__floor__() for lever in levers}
    missing = sum(values.values()) - sum(floors.values())
    by_remainder = sorted(levers, key=lambda lever: floors[lever] - values[lever])
    for lever in by_remainder[: int(missing)]:
        floors[lever] += 1
    return floors


def attribute(levers, features, cost):
    """Attribute the saving, where ``cost[coalition]`` holds pico-dollars by feature and in total.

    ``cost[coalition][None]`` is the total.
    """
    subsets = coalitions(levers)
    saved = {
        name: {subset: cost[frozenset()][name] - cost[subset][name] for subset in subsets}
        for name in [None, *features]
    }
    by_feature = {name: whole(levers, shapley(levers, saved[name])) for name in features}
    return {
        lever: _share(lever, subsets, saved[None], {f: by_feature[f][lever] for f in features})
        for lever in levers
    }


def _share(lever, subsets, saved, parts):
    marginals = [saved[s | {lever}] - saved[s] for s in subsets if lever not in s]
    return {
        "shapley_pico_usd": sum(parts.values()),
        "alone_pico_usd": saved[frozenset({lever})] - saved[frozenset()],
        "least_pico_usd": min(marginals),
        "most_pico_usd": max(marginals),
        "features": {name: {"shapley_pico_usd": part} for name, part in parts.items()},
    }
