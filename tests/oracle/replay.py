"""The slow reference from end to end: rows, prices, policy and evals in, every figure out."""

from collections import Counter

from tests.oracle import buckets as totals
from tests.oracle.arithmetic import exact, ppm
from tests.oracle.attribution import attribute, coalitions
from tests.oracle.compose import World, calls_under
from tests.oracle.decide import cache_key, first_rule
from tests.oracle.prices import as_date
from tests.oracle.requests import price, read

LEVERS = (
    "model_selection",
    "routing",
    "caching",
    "compression",
    "batching",
    "prompt_cache",
    "batch_api",
)
FIGURES = (
    "pico_usd",
    "requests",
    "calls",
    "input_tokens",
    "output_tokens",
    "hits",
    "coalesced",
    "escalated",
    "truncated",
)


def simulate(requests, prices, policy, evals, buckets=(), prefer="requests"):
    """Replay a log under a policy. Returns the JSON of ``rebill simulate`` with exact integers.

    ``prefer`` names what is billed where requests and usage buckets tell the same money.
    """
    log = sorted((read(row) for row in requests), key=lambda r: (r.ts, r.request_id))
    log, rows = totals.told_once(log, [totals.read(row) for row in buckets], prefer)
    price_date = _price_date([*log, *rows], policy)
    priced = price(log, prices, price_date)
    held = totals.price(rows, prices, price_date)
    scores = {(row["request_id"], row["model"]): exact(row["score"]) for row in evals}
    world = World(priced, prices, price_date, policy, scores)
    levers = [lever for lever in LEVERS if policy.get(lever)]
    tallies = {subset: tally(world, subset, held) for subset in coalitions(levers)}
    features = sorted({one.feature for one in [*priced, *held]})
    cost = {
        subset: {name: figures["pico_usd"] for name, figures in by_feature.items()}
        for subset, by_feature in tallies.items()
    }
    return {
        "price_date": None if price_date is None else price_date.isoformat(),
        "coverage": coverage(log, priced, policy, scores, rows, held),
        "skipped_on_totals": dict.fromkeys(totals.skipped(policy, held), True),
        "billed_pico_usd": sum(map(billed, priced)) + sum(map(totals.billed, held)),
        "steps": [
            _step(lever, tallies[frozenset(levers[:place])], features)
            for place, lever in enumerate(["baseline", *levers])
        ],
        "attribution": attribute(levers, features, cost),
    }


def _price_date(log, policy):
    if policy.get("price_date") is not None:
        return as_date(policy["price_date"])
    return max((one.day for one in log), default=None)


def billed(request):
    """Return what a request was billed: as logged, at the price in force at its own time."""
    if request.served:
        return 0
    entry = request.own_entry
    return entry.cost(request, entry.batch_discount if request.batch else 0)


def coverage(log, priced, policy, scores, rows, held):
    """Count what the figures rest on, and what they leave out; buckets by their requests."""
    kept = {request.request_id for request in priced}
    unpriced = [request for request in log if request.request_id not in kept]
    out = [bucket for bucket in rows if not any(bucket is one for one in held)]
    scored = {request_id for request_id, _ in scores}
    models = Counter(request.model for request in unpriced)
    for bucket in out:
        if bucket.n or bucket.input or bucket.output:  # an empty total leaves nothing out
            models[bucket.model] += bucket.n or 0
    return {
        "requests": len(log) + sum(bucket.n or 0 for bucket in rows),
        "priced_requests": len(priced) + sum(bucket.n or 0 for bucket in held),
        "unpriced_requests": models.total(),
        "unpriced_tokens": sum(one.input + one.output for one in [*unpriced, *out]),
        "unpriced_models": dict(models),
        "failed_requests": sum(not request.ok for request in priced),
        "cacheable_requests": sum(_cacheable(request, policy) for request in priced),
        "scored_requests": sum(request.request_id in scored for request in priced),
        "already_cached": sum(request.served for request in priced),
        "bucket_requests": sum(bucket.n or 0 for bucket in rows),
    }


def _cacheable(request, policy):
    found = first_rule(policy.get("caching", []), request) if request.live else None
    return found is not None and cache_key(found[1], request) is not None


def tally(world, levers, held=()):
    """Return the figures of one coalition: {feature: figures}, the total under None."""
    figures = {None: dict.fromkeys(FIGURES, 0)}
    calls, answered = calls_under(world, levers)

    def add(request, **amounts):
        for name in (None, request.feature):
            row = figures.setdefault(name, dict.fromkeys(FIGURES, 0))
            for figure, amount in amounts.items():
                row[figure] += amount

    for request in world.requests:
        answer = answered.get(request.request_id)
        tiers = sum(c.request is request and not c.compressor for c in calls)
        add(
            request,
            requests=1,
            hits=int(answer is not None),
            coalesced=int(answer == "coalesced"),
            escalated=int(tiers > 1),
        )
    for call in calls:
        add(
            call.request,
            calls=1,
            pico_usd=call.entry.cost(call, discount(world, call, levers)),
            input_tokens=call.input,
            output_tokens=call.output,
            truncated=int(call.truncated),
        )
    for bucket in held:
        add(bucket, **totals.figures(world, bucket, levers))
    return figures


def discount(world, call, levers):
    """Return the discount of a call in ppm: the logged batch tier's, else batch_api's, else 0."""
    request = call.request
    if request.batch:
        return call.entry.batch_discount
    found = None
    if "batch_api" in levers and request.live:
        found = first_rule(world.policy["batch_api"], request)
    if found is None:
        return 0
    own = found[1].get("discount")
    return call.entry.batch_discount if own is None else ppm(own)


def _step(lever, by_feature, features):
    step = {"lever": lever, **by_feature[None]}
    step["features"] = {name: by_feature[name] for name in features}
    return step
