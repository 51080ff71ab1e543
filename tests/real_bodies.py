"""python -m tests.real_bodies FOLDER: how many real response bodies cost what a reference says.

The bodies and their prices are not part of this project: they are ``tests/dataset/usages.json`` of
https://github.com/pydantic/genai-prices (MIT), of autumn 2025. FOLDER holds that file. Each body is
logged as an application would log it, loaded, priced by the bundled book, and held against the
price that the reference worked out from the body itself.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

from analyzer.ingest.load import ingest_file
from analyzer.pricing.book import PriceBook, open_book
from analyzer.pricing.price import TokenSums
from analyzer.store import Store

DAY = date(2025, 11, 1)
NOON = 1761998400
HALF_CENT_PICO = 5 * 10**9
FLAVOURS = {
    "chat": ("chat", "default"),
    "responses": ("responses",),
    "messages": ("default", "anthropic"),
    "gemini": ("default",),
    "converse": ("default",),
}
"""The kinds of bodies, and what the reference calls the ways to read them."""
COLUMNS = (
    "request_id, provider, model, input_tokens, cached_input_tokens, cache_write_tokens, "
    "cache_write_1h_tokens, output_tokens"
)


def kind_of(body: dict) -> str:
    """Tell a body by its usage, as its provider's endpoint writes it."""
    usage = body.get("usage")
    if not isinstance(usage, dict):
        return "gemini" if "usageMetadata" in body else "of no format that rebill reads"
    marks = {"prompt_tokens": "chat", "cache_read_input_tokens": "messages",
             "input_tokens": "responses", "inputTokens": "converse"}  # fmt: skip
    return next((k for mark, k in marks.items() if mark in usage), "of no format that rebill reads")


def logged(kind: str, number: int, entry: dict) -> dict:
    """Return a body as it is logged: by the application, or in AWS's invocation log."""
    body = entry["body"]
    if kind == "converse":
        usage = body["usage"]
        read, written = "cacheReadInputTokens", "cacheWriteInputTokens"
        counts = {
            "inputTokenCount": usage["inputTokens"],
            "cacheReadInputTokenCount": usage.get(read),
            "cacheWriteInputTokenCount": usage.get(written),
        }
        return {
            "schemaType": "ModelInvocationLog", "requestId": f"r{number}",
            "timestamp": "2025-11-01T12:00:00Z", "modelId": "amazon.nova-pro-v1:0", "input": counts,
            "output": {"outputBodyJson": body, "outputTokenCount": usage["outputTokens"]},
        }  # fmt: skip
    answer = {"id": f"r{number}", "responseId": f"r{number}", **body}
    answer |= {"chat": {"object": "chat.completion"}, "responses": {"object": "response"},
               "messages": {"type": "message"}}.get(kind, {})  # fmt: skip
    return {"timestamp": NOON, "response": answer}


def asked(entry: dict, provider: str, kind: str) -> Iterator[tuple[int, dict]]:
    """Yield what a provider asks for a body by the reference, in each way to read it."""
    for read in entry["extracted"]:
        for way in read["extractors"]:
            if way["provider_id"] == provider and way["api_flavor"] in FLAVOURS[kind]:
                parts = [way[name] for name in ("input_price", "output_price") if name in way]
                total = way.get("total_price") or (sum(map(Decimal, parts)) if parts else None)
                if total is not None:
                    yield int(Decimal(total).scaleb(12)), read["usage"]


def outcome(row: tuple, entries: list[dict], kinds: list[str], book: PriceBook) -> str:
    """Say how a loaded body's cost compares with the reference's."""
    number, (_, provider, model, inputs, cached, write, write_1h, output) = int(row[0][1:]), row
    if kinds[number] == "converse":  # names no model, so that the reference has no price
        usage = entries[number]["extracted"][0]["usage"]
        same = (usage.get("input_tokens"), usage.get("output_tokens")) == (inputs, output)
        return f"no model named (Bedrock Converse): counts are {'equal' if same else 'NOT equal'}"
    if model.endswith((" + audio", " + image")):
        return "not priced: audio or made images, which no token price pays for"
    listing = book.lookup(provider, model)
    price = listing.at(DAY) if listing else None
    if price is None:
        return "not priced: no table has this model, or several sellers do and the body names none"
    sums = TokenSums(inputs - cached - write - write_1h, cached, write, write_1h, output)
    above = price.above_tokens is not None and inputs > price.above_tokens
    cost = price.units(above=above).cost(sums)
    told = list(asked(entries[number], price.provider, kinds[number]))
    if not told:
        return "the reference has no price of this seller"
    if any(cost == other for other, _ in told):
        return "equal to the pico-dollar"
    if any(abs(cost - other) < HALF_CENT_PICO for other, _ in told):
        return f"equal to the cent: {model}"
    if "web_searches" in told[0][1]:
        return "apart by its web searches, which are no tokens"
    return f"apart: {provider} {model}, {cost} and {told[0][0]} pico-dollars"


def main(folder: Path) -> None:
    """Print the table."""
    entries = json.loads((folder / "usages.json").read_text(encoding="utf-8"))
    kinds = [kind_of(entry["body"]) for entry in entries]
    found = Counter(kind for kind in kinds if kind not in FLAVOURS)
    book = open_book()
    with TemporaryDirectory() as temporary, Store.open(Path(temporary) / "x.duckdb") as store:
        store.unlock_digests()
        for kind in FLAVOURS:
            path = Path(temporary) / f"{kind}.jsonl"
            numbers = [number for number, one in enumerate(kinds) if one == kind]
            rows = [logged(kind, number, entries[number]) for number in numbers]
            path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
            print(f"{kind:>10}: {ingest_file(store, path).rows_in:,} bodies")
        for reason, count in store.rows("SELECT reason, count(*) FROM rejects GROUP BY ALL"):
            found[f"rejected: {reason.partition(':')[0]}"] += count
        for row in store.rows(f"SELECT {COLUMNS} FROM requests"):
            found[outcome(row, entries, kinds, book)] += 1
    for what, count in found.most_common():
        print(f"{count:>10,}  {what}")
    print(f"{sum(found.values()):>10,}  of {len(entries):,}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
