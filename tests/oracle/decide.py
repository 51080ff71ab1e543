"""What caching, model selection and routing decide about each request (section 4)."""

from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from fractions import Fraction

from tests.oracle.arithmetic import draw, exact, microseconds


def first_rule(rules, request):
    """Return (index, rule) of the first rule that matches, or None."""
    for index, rule in enumerate(rules):
        globs = rule["features"] if "features" in rule else [rule["feature"]]
        fits = any(fnmatchcase(request.feature, glob) for glob in globs)
        if fits and fnmatchcase(request.model, rule.get("from", "*")):
            return index, rule
    return None


@dataclass
class Shelf:
    """What a cache knows of one key: its misses as (start, fill), and the hits that refreshed."""

    misses: list = field(default_factory=list)
    refreshed: list = field(default_factory=list)


def cache_key(rule, request):
    """Return the key of a request under a rule, or None where it is not cacheable."""
    scope = rule.get("scope", "feature")
    whose = {"feature": request.feature, "global": "", "user": request.user}[scope]
    if request.prompt_key is None or whose is None:
        return None
    if rule.get("key", "prompt+model") == "prompt":
        return whose, request.prompt_key
    return whose, request.prompt_key, request.model


def answers(requests, rules):
    """Replay the response caches. Returns {request_id: "hit" | "coalesced"} of what they answer."""
    answered = {}
    shelves = {}
    for request in requests:
        found = first_rule(rules, request) if request.live else None
        if found is None:
            continue
        index, rule = found
        key = cache_key(rule, request)
        if key is None:
            outcome = _assumed(rule, request)
        else:
            outcome = _look_up(shelves.setdefault((index, key), Shelf()), rule, request)
        if outcome != "miss":
            answered[request.request_id] = outcome
    return answered


def _look_up(shelf, rule, request):
    t = request.ts
    clocks = [fill for _, fill in shelf.misses if fill <= t] + shelf.refreshed
    if clocks and t - max(clocks) < microseconds(rule["ttl_seconds"]):
        if rule.get("refresh", False):
            shelf.refreshed.append(t)
        return "hit"
    if rule.get("coalesce", False) and any(start <= t < fill for start, fill in shelf.misses):
        return "coalesced"
    shelf.misses.append((t, t + (request.latency or 0)))
    return "miss"


def _assumed(rule, request):
    rate = rule.get("assumed_hit_rate")
    if request.prompt_key is not None or rate is None:
        return "miss"
    u = draw(rule.get("seed", 0), request.request_id, "cache")
    return "hit" if u < exact(rate) else "miss"


def tiers_called(rule, request, scores):
    """Return the indices of the tiers that a routed request calls, in order."""
    last = len(rule["tiers"]) - 1
    if rule["score"] == "difficulty":
        difficulty = scores.get((request.request_id, "*"))
        for index, tier in enumerate(rule["tiers"][:last]):
            if difficulty is not None and difficulty <= exact(tier["accept"]):
                return [index]
        return [last]
    called = []
    for index, tier in enumerate(rule["tiers"]):
        called.append(index)
        if index == last or _accepted(rule, index, tier, request, scores):
            break
    return called


def _accepted(rule, index, tier, request, scores):
    if rule["score"] == "pass_rate":
        u = draw(rule.get("seed", 0), request.request_id, index)
        return u < exact(tier["pass_rate"])
    if rule["score"] == "evals":
        score = scores.get((request.request_id, tier["model"]))
    else:
        score = length_score(request.response_chars)
    return score is not None and score >= exact(tier["accept"])


def length_score(response_chars):
    """Score an answer by its length: 0 under 5 characters, 1 from 200 on."""
    if response_chars is None:
        return None
    if response_chars < 5:
        return Fraction(0)
    return min(Fraction(1), Fraction(response_chars, 200))


def targets(request, policy, levers, scores):
    """Return the (model, max_output_tokens) that a request calls, tier by tier."""
    if "routing" in levers:
        found = first_rule(policy["routing"], request)
        if found is not None:
            tiers = [found[1]["tiers"][i] for i in tiers_called(found[1], request, scores)]
            return [(tier["model"], tier.get("max_output_tokens")) for tier in tiers]
    if "model_selection" in levers:
        found = first_rule(policy["model_selection"], request)
        if found is not None:
            return [(found[1]["to"], None)]
    return [(request.model, None)]
