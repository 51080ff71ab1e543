"""Decisions become calls: translation, compression, packs, prefix cache (sections 4 and 5)."""

from dataclasses import dataclass, replace

from tests.oracle.arithmetic import ceil_share, floor_share, microseconds, ppm, rounded
from tests.oracle.decide import answers, first_rule, targets
from tests.oracle.prices import Entry, in_force
from tests.oracle.requests import Request


@dataclass
class Call:
    """One paid call and what it is billed for. ``prefix`` is in the tokens of its own model."""

    request: Request
    model: str
    entry: Entry
    input: int
    cached: int
    write: int
    write_1h: int
    output: int
    prefix: int
    truncated: bool = False
    compressor: bool = False
    dynamic: bool = False
    shortened: bool = False


class World:
    """Everything that stays the same from one coalition of levers to the next."""

    def __init__(self, requests, prices, price_date, policy, scores):
        self.requests = requests
        self.prices = prices
        self.price_date = price_date
        self.policy = policy
        self.scores = scores

    def entry(self, request, model):
        """Return the price of a model at ``price_date``; the logged model keeps its provider."""
        if model == request.model:
            return request.entry
        entry = in_force(self.prices, None, model, self.price_date)
        if entry is None:
            raise ValueError(f"the policy names {model}, which no table prices")
        return entry


def calls_under(world, levers):
    """Compose one coalition. Returns (calls in replay order, {request_id: cache answer})."""
    policy = world.policy
    answered = answers(world.requests, policy["caching"]) if "caching" in levers else {}
    calls, prefixes_paid = [], set()
    for request in world.requests:
        if request.served or request.request_id in answered:
            continue
        if not request.ok:
            calls.append(call_to(world, request, request.model, None))
            continue
        made = [
            call_to(world, request, model, cap)
            for model, cap in targets(request, policy, levers, world.scores)
        ]
        if "compression" in levers:
            made = compress(world, request, made, prefixes_paid)
        calls += made
    if "batching" in levers:
        pack(calls, policy["batching"])
    if "prompt_cache" in levers:
        prefix_cache(calls, policy["prompt_cache"])
    return calls, answered


def translated(request, entry, tokens):
    """Return prompt tokens of the logged model in the tokens of another."""
    return rounded(tokens * entry.kappa, request.entry.kappa)


def call_to(world, request, model, cap):
    """Return the call of a request to a model: as logged, or translated with a cold cache."""
    entry = world.entry(request, model)
    if model == request.model:
        call = Call(
            request,
            model,
            entry,
            request.input,
            request.cached,
            request.write,
            request.write_1h,
            request.output,
            request.prefix_tokens,
        )
    else:
        output = rounded(
            request.output * entry.kappa * entry.verbosity,
            request.entry.kappa * request.entry.verbosity,
        )
        prompt = translated(request, entry, request.input)
        prefix = translated(request, entry, request.prefix_tokens)
        call = Call(request, model, entry, prompt, 0, 0, 0, output, prefix)
    if cap is not None and call.output > cap:
        call.output, call.truncated = cap, True
    return call


def compress(world, request, calls, prefixes_paid):
    """Compress the calls of one request; the compressor's call, where one is paid, comes first."""
    found = first_rule(world.policy["compression"], request)
    if found is None:
        return calls
    index, rule = found
    chars = request.input * 4 if request.prompt_chars is None else request.prompt_chars
    if chars < rule.get("min_chars", 500):
        return calls
    static = rule.get("mode", "dynamic") == "static_prefix"
    if static:
        replaced = min(request.prefix_tokens, request.input)
    else:
        replaced = floor_share(request.input, ppm(rule.get("compressible", 1)))
    compressor = compressor_call(world, request, rule, replaced)
    shorter = [compressed(request, call, rule, replaced, static=static) for call in calls]
    if static:
        due = (index, request.prefix_key) not in prefixes_paid
        prefixes_paid.add((index, request.prefix_key))
        return [compressor, *shorter] if due else shorter
    if rule.get("when", "always") == "profitable":
        saved = sum(map(list_cost, calls)) - sum(map(list_cost, shorter))
        if list_cost(compressor) >= saved:
            return calls
    return [compressor, *shorter]


def compressor_call(world, request, rule, replaced):
    """Return the call that shortens ``replaced`` tokens of a request's prompt."""
    entry = world.entry(request, rule["compressor"])
    prompt = translated(request, entry, replaced)
    return Call(
        request,
        rule["compressor"],
        entry,
        prompt + rule.get("instruction_tokens", 40),
        0,
        0,
        0,
        ceil_share(prompt, ppm(rule["ratio"])),
        0,
        compressor=True,
    )


def compressed(request, call, rule, replaced, *, static):
    """Return a call after compression: nothing of it is in the provider's cache any more."""
    long = translated(request, call.entry, replaced)
    short = ceil_share(long, ppm(rule["ratio"]))
    return replace(
        call,
        input=call.input - long + short,
        cached=0,
        write=0,
        write_1h=0,
        prefix=short if static else call.prefix,
        dynamic=not static,
    )


def list_cost(call):
    """Return what a call costs before the batch_api lever."""
    return call.entry.cost(call, call.entry.batch_discount if call.request.batch else 0)


def pack(calls, rules):
    """Pack calls that share a feature, a model, a prefix and a window (changes them in place)."""
    groups = {}
    for call in calls:
        found = first_rule(rules, call.request) if call.request.live else None
        if found is None or call.compressor:
            continue
        rule, request = found[1], call.request
        window = request.ts // microseconds(rule["window_seconds"])
        key = (request.feature, call.model, request.prefix_key, window)
        groups.setdefault(key, (rule, []))[1].append(call)
    for rule, members in groups.values():
        for place, call in enumerate(members):
            if place % rule["max_size"] != 0:
                shorten(call, rule)


def shorten(call, rule):
    """Take out of a packed call what the first call of its pack has already paid for."""
    shared = rule.get("shared_tokens")
    shared = call.prefix if shared is None else shared
    call.input = call.input - min(shared, call.input) + rule.get("item_tokens", 8)
    call.cached = min(call.cached, call.input)
    call.write = min(call.write, call.input - call.cached)
    call.write_1h = min(call.write_1h, call.input - call.cached - call.write)
    call.shortened = True


def prefix_cache(calls, rules):
    """Replay the provider's prefix cache over the calls that are made (changes them in place)."""
    last_use = {}
    for call in calls:
        request = call.request
        found = first_rule(rules, request) if request.live else None
        if found is None or request.prefix_key is None:
            continue
        if call.compressor or call.dynamic or call.shortened:
            continue
        rule = found[1]
        prefix = min(call.prefix, call.input)
        if prefix < rule.get("min_tokens", 1024):
            continue
        key = (call.model, request.prefix_key)
        ttl = microseconds(rule.get("ttl_seconds", 300))
        warm = key in last_use and request.ts - last_use[key] <= ttl
        billed = not warm and rule.get("write", "free") == "billed"
        call.cached = prefix if warm else 0
        call.write = prefix if billed else 0
        call.write_1h = 0
        last_use[key] = request.ts
