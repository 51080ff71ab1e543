"""Usage buckets of the slow reference: one total at a time, in exact fractions (section 7).

Where section 7 is silent: shares of a bucket multiply and each count is rounded once; cached and
written counts are cut to the rounded input; a long-context step is told by the mean input.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from math import floor

from tests.oracle.arithmetic import PPM, US_PER_DAY, ceil_share, floor_share, ppm, rounded
from tests.oracle.decide import first_rule
from tests.oracle.prices import CLASSES, Entry, in_force

TOKENS = (
    "input_tokens",
    "cached_input_tokens",
    "cache_write_tokens",
    "cache_write_1h_tokens",
    "output_tokens",
)


@dataclass
class Bucket:
    """One row of a usage export. ``n`` is None where the export does not count requests."""

    provider: str
    model: str
    feature: str
    start: int
    end: int
    n: int | None
    batch: bool
    input: int
    cached: int
    write: int
    write_1h: int
    output: int
    own_entry: Entry | None = None
    entry: Entry | None = None

    @property
    def day(self):
        """The UTC date on which the bucket starts: all of it stands there."""
        return date(1970, 1, 1) + timedelta(days=self.start // US_PER_DAY)

    @property
    def days(self):
        """Every day of the bucket, as days since 1970; its end is not part of it."""
        return range(self.start // US_PER_DAY, max(self.start, self.end - 1) // US_PER_DAY + 1)


@dataclass
class Paid:
    """The calls of one bucket to one model."""

    entry: Entry
    calls: int
    input: int
    cached: int
    write: int
    write_1h: int
    output: int
    cut: bool
    mean: Fraction | None
    """The input of one call, before any of the bucket's requests is left out."""

    def cost(self, discount):
        """Return pico-dollars, every unit price discounted and rounded."""
        limit = self.entry.table.get("above_tokens")
        above = limit is not None and self.mean is not None and self.mean > int(limit)
        uncached = self.input - self.cached - self.write - self.write_1h
        tokens = (uncached, self.cached, self.write, self.write_1h, self.output)
        prices = (self.entry.unit(kind, above=above) for kind in CLASSES)
        return sum(
            count * rounded(price * (PPM - discount), PPM)
            for count, price in zip(tokens, prices, strict=True)
        )


def read(row):
    """Read one row of an export; requests of none that used tokens are not a count."""
    counts = [row.get(name) or 0 for name in TOKENS]
    n = row.get("requests")
    return Bucket(
        provider=row["provider"],
        model=row["model"],
        feature=row.get("feature") or "(untagged)",
        start=row["start_us"],
        end=row["end_us"],
        n=None if n == 0 and (counts[0] or counts[4]) else n,
        batch=row.get("service_tier") == "batch",
        input=counts[0],
        cached=counts[1],
        write=counts[2],
        write_1h=counts[3],
        output=counts[4],
    )


def told_once(requests, buckets, prefer):
    """Leave out what is told twice: requests and buckets that share a provider and a day."""

    def same(request, bucket):
        mine = request.provider in (None, bucket.provider)
        return mine and request.ts // US_PER_DAY in bucket.days

    if prefer == "totals":
        return [r for r in requests if not any(same(r, b) for b in buckets)], buckets
    return requests, [b for b in buckets if not any(same(r, b) for r in requests)]


def price(buckets, prices, price_date):
    """Give each bucket its price on its own day and on ``price_date``; without both, it leaves."""
    for bucket in buckets:
        bucket.own_entry = in_force(prices, bucket.provider, bucket.model, bucket.day)
        bucket.entry = in_force(prices, bucket.provider, bucket.model, price_date)
    return [b for b in buckets if b.own_entry is not None and b.entry is not None]


def billed(bucket):
    """Return what a bucket was billed, at the prices of its own day."""
    n = bucket.n
    counts = (bucket.input, bucket.cached, bucket.write, bucket.write_1h, bucket.output)
    mean = Fraction(bucket.input, n) if n else None
    paid = Paid(bucket.own_entry, n or 0, *counts, cut=False, mean=mean)
    return paid.cost(bucket.own_entry.batch_discount if bucket.batch else 0)


def can_act(lever, rule, bucket):
    """Return whether a rule can act on a total, or lacks something that a total does not tell."""
    if lever in {"batching", "prompt_cache"}:
        return False
    if lever == "caching":
        return rule.get("assumed_hit_rate") is not None
    if lever == "compression":
        return rule.get("mode", "dynamic") == "dynamic" and bucket.n is not None
    if lever == "routing":
        capped = any("max_output_tokens" in tier for tier in rule["tiers"])
        return rule["score"] == "pass_rate" and not (capped and bucket.n is None)
    return True


def rules_on(policy, levers, bucket):
    """Return {lever: rule} of the levers that act on a bucket."""
    found = {lever: first_rule(policy.get(lever, []), bucket) for lever in levers}
    return {
        lever: rule[1]
        for lever, rule in found.items()
        if rule is not None and can_act(lever, rule[1], bucket)
    }


def skipped(policy, buckets):
    """Return the (lever, feature) that a policy asks for and some total cannot answer."""
    return {
        (lever, bucket.feature)
        for bucket in buckets
        for lever, rules in policy.items()
        if isinstance(rules, list)
        and (rule := first_rule(rules, bucket)) is not None
        and not can_act(lever, rule[1], bucket)
    }


def part(count, share):
    """Return a share of a count, rounded half up."""
    return floor(count * share + Fraction(1, 2))


def figures(world, bucket, levers):
    """Return one bucket's figures under a coalition of levers."""
    rules = rules_on(world.policy, levers, bucket)
    hit_rate = ppm(rules["caching"]["assumed_hit_rate"]) if "caching" in rules else 0
    reached = 1 - Fraction(hit_rate, PPM)
    answers = [
        paid(world, bucket, model, share, cap)
        for model, share, cap in answering(rules, bucket, reached)
    ]
    calls = answers
    if "compression" in rules:
        calls = compressed(world, bucket, rules["compression"], answers, reached)
    n = bucket.n or 0
    return {
        "pico_usd": sum(c.cost(discount(rules, bucket, c)) for c, _ in calls),
        "requests": n,
        "calls": sum(c.calls for c, _ in calls),
        "input_tokens": sum(c.input for c, _ in calls),
        "output_tokens": sum(c.output for c, _ in calls),
        "hits": n - part(n, reached),
        "escalated": answers[1][0].calls if len(answers) > 1 else 0,
        "truncated": sum(c.calls for c, _ in calls if c.cut),
    }


def answering(rules, bucket, reached):
    """Return the (model, share of the bucket, cap) of each call that answers."""
    if "routing" not in rules:
        model = rules["model_selection"]["to"] if "model_selection" in rules else bucket.model
        return [(model, reached, None)]
    calls = []
    for tier in rules["routing"]["tiers"]:
        calls.append((tier["model"], reached, tier.get("max_output_tokens")))
        reached *= 1 - Fraction(ppm(tier.get("pass_rate", 0)), PPM)
    return calls


def in_tokens_of(bucket, entry, tokens):
    """Return prompt tokens of the logged model in those of another."""
    return rounded(tokens * entry.kappa, bucket.entry.kappa)


def paid(world, bucket, model, share, cap):
    """Return (the calls of a share of a bucket to a model, that share)."""
    entry, n = world.entry(bucket, model), bucket.n
    prompt, output = part(bucket.input, share), part(bucket.output, share)
    cached = write = write_1h = 0
    whole = bucket.input
    if model == bucket.model:
        cached = min(part(bucket.cached, share), prompt)
        write = min(part(bucket.write, share), prompt - cached)
        write_1h = min(part(bucket.write_1h, share), prompt - cached - write)
    else:
        prompt, whole = (in_tokens_of(bucket, entry, count) for count in (prompt, whole))
        output = rounded(
            output * entry.kappa * entry.verbosity, bucket.entry.kappa * bucket.entry.verbosity
        )
    most = output if cap is None else part(n * cap, share)
    mean = Fraction(whole, n) if n else None
    call = Paid(entry, part(n or 0, share), prompt, cached, write, write_1h, min(output, most),
                cut=output > most, mean=mean)  # fmt: skip
    return call, share


def compressed(world, bucket, rule, answers, reached):
    """Return the calls of a bucket whose prompts are shortened, with the compressor's."""
    n = bucket.n
    if 4 * bucket.input < rule.get("min_chars", 500) * n:
        return answers
    replaced = floor_share(bucket.input, ppm(rule.get("compressible", 1)))
    ratio = ppm(rule["ratio"])
    shorter = [(shortened(bucket, c, share, replaced, ratio), share) for c, share in answers]
    entry = world.entry(bucket, rule["compressor"])
    instructions = n * rule.get("instruction_tokens", 40)
    prompt = in_tokens_of(bucket, entry, part(replaced, reached))
    whole = in_tokens_of(bucket, entry, replaced) + instructions
    compressor = Paid(
        entry,
        part(n, reached),
        prompt + part(instructions, reached),
        0,
        0,
        0,
        ceil_share(prompt, ratio),
        cut=False,
        mean=Fraction(whole, n) if n else None,
    )
    if rule.get("when", "always") == "profitable":
        before, after = (
            sum(c.cost(c.entry.batch_discount if bucket.batch else 0) for c, _ in calls)
            for calls in (answers, shorter)
        )
        own = compressor.cost(compressor.entry.batch_discount if bucket.batch else 0)
        if own >= before - after:
            return answers
    return [(compressor, reached), *shorter]


def shortened(bucket, call, share, replaced, ratio):
    """Return calls after compression: nothing of them is in the provider's cache any more."""
    long = in_tokens_of(bucket, call.entry, part(replaced, share))
    whole = in_tokens_of(bucket, call.entry, replaced)
    mean = call.mean and call.mean + Fraction(ceil_share(whole, ratio) - whole, bucket.n)
    return Paid(
        call.entry,
        call.calls,
        call.input - long + ceil_share(long, ratio),
        0,
        0,
        0,
        call.output,
        cut=call.cut,
        mean=mean,
    )


def discount(rules, bucket, call):
    """Return the discount of a bucket's calls in ppm, as for a request."""
    if bucket.batch:
        return call.entry.batch_discount
    if "batch_api" not in rules:
        return 0
    own = rules["batch_api"].get("discount")
    return call.entry.batch_discount if own is None else ppm(own)
