"""Requests of the slow reference: one canonical log row, read as section 3 says."""

from dataclasses import dataclass
from datetime import date, timedelta

from tests.oracle.arithmetic import US_PER_DAY, exact
from tests.oracle.prices import Entry, in_force

COUNTS = (
    "input_tokens",
    "cached_input_tokens",
    "cache_write_tokens",
    "cache_write_1h_tokens",
    "output_tokens",
    "prefix_tokens",
)


@dataclass
class Request:
    """A row, with its price at its own time and at ``price_date``."""

    request_id: str
    ts: int
    latency: int | None
    provider: str | None
    model: str
    feature: str
    user: str | None
    ok: bool
    batch: bool
    input: int
    cached: int
    write: int
    write_1h: int
    output: int
    prefix_tokens: int
    prompt_chars: int | None
    response_chars: int | None
    prompt_key: str | None
    prefix_key: str | None
    served: bool
    own_entry: Entry | None = None
    entry: Entry | None = None

    @property
    def day(self):
        """The UTC date of the request."""
        return date(1970, 1, 1) + timedelta(days=self.ts // US_PER_DAY)

    @property
    def live(self):
        """Whether a lever may touch the request at all."""
        return self.ok and not self.served


def _is_ok(status):
    if status is None or status == "ok":
        return True
    return str(status).isdigit() and 200 <= int(status) <= 299


def read(row):
    """Read one row; missing is null, a missing count is 0."""
    counts = [row.get(name) or 0 for name in COUNTS]
    latency = row.get("latency_ms")
    return Request(
        request_id=row["request_id"],
        ts=row["ts_us"],
        latency=None if latency is None else int(exact(latency) * 1000),
        provider=row.get("provider"),
        model=row["model"],
        feature=row.get("feature") or "(untagged)",
        user=row.get("user"),
        ok=_is_ok(row.get("status")),
        batch=row.get("service_tier") == "batch",
        input=counts[0],
        cached=counts[1],
        write=counts[2],
        write_1h=counts[3],
        output=counts[4],
        prefix_tokens=counts[5],
        prompt_chars=row.get("prompt_chars"),
        response_chars=row.get("response_chars"),
        prompt_key=row.get("prompt_key"),
        prefix_key=row.get("prefix_key"),
        served=bool(row.get("served_from_cache")),
    )


def price(requests, prices, price_date):
    """Give each request its two prices. Unpriced on either day: it leaves (both entries needed)."""
    for request in requests:
        request.own_entry = in_force(prices, request.provider, request.model, request.day)
        request.entry = in_force(prices, request.provider, request.model, price_date)
    return [r for r in requests if r.own_entry is not None and r.entry is not None]
