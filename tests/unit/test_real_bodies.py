"""Real response bodies, read by the adapters and priced by the book, cost what genai-prices says.

The bodies are not part of this project: they come from https://github.com/pydantic/genai-prices
(MIT). ``REBILL_USAGES=FOLDER`` names the folder of its ``usages.json``; without it the test is
skipped. The prices there are those of autumn 2025.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from analyzer.ingest.load import ingest_file
from analyzer.pricing.book import open_book
from analyzer.pricing.price import TokenSums

FOLDER = os.environ.get("REBILL_USAGES")
DAY = date(2025, 11, 1)
NOON = 1761998400
FLAVOURS = {
    "chat": ("chat", "default"),
    "responses": ("responses",),
    "messages": ("default", "anthropic"),
    "gemini": ("default",),
}
COLUMNS = (
    "request_id, provider, model, input_tokens, cached_input_tokens, cache_write_tokens, "
    "cache_write_1h_tokens, output_tokens"
)


def _kind(body):
    usage = body.get("usage")
    if not isinstance(usage, dict):
        return "gemini" if "usageMetadata" in body else "other"
    if "prompt_tokens" in usage:
        return "chat"
    if "cache_read_input_tokens" in usage:
        return "messages"
    return "responses" if "input_tokens" in usage else "other"


def _logged(kind, number, body):
    """A body as an application logs it."""
    answer = {"id": f"r{number}", "responseId": f"r{number}", **body}
    answer |= {"chat": {"object": "chat.completion"}, "responses": {"object": "response"},
               "messages": {"type": "message"}}.get(kind, {})  # fmt: skip
    return {"timestamp": NOON, "response": answer}


def _asked(entry, provider, kind):
    """What a provider asks for a body, by the reference: one price for each way to read it."""
    for read in entry["extracted"]:
        for way in read["extractors"]:
            if way["provider_id"] == provider and way["api_flavor"] in FLAVOURS[kind]:
                total = way.get("total_price") or (
                    Decimal(way["input_price"]) + Decimal(way["output_price"])
                    if "input_price" in way
                    else None
                )
                if total is not None:
                    yield int(Decimal(total).scaleb(12)), read["usage"]


@pytest.mark.skipif(FOLDER is None, reason="REBILL_USAGES names no folder of real bodies")
def test_real_bodies_cost_what_the_reference_says(store, tmp_path):
    entries = json.loads((Path(str(FOLDER)) / "usages.json").read_text())
    kinds = {number: _kind(entry["body"]) for number, entry in enumerate(entries)}
    for kind in FLAVOURS:
        path = tmp_path / f"{kind}.jsonl"
        rows = [_logged(kind, n, entries[n]["body"]) for n in kinds if kinds[n] == kind]
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
        ingest_file(store, path)
    book, found, odd = open_book(), Counter(), []
    for row in store.rows(f"SELECT {COLUMNS} FROM requests"):
        number = int(row[0][1:])
        _, provider, model, inputs, cached, write, write_1h, output = row
        listing = book.lookup(provider, model)
        price = listing.at(DAY) if listing else None
        if price is None:
            found["unpriced"] += 1
            continue
        sums = TokenSums(inputs - cached - write - write_1h, cached, write, write_1h, output)
        above = price.above_tokens is not None and inputs > price.above_tokens
        cost = price.units(above=above).cost(sums)
        asked = list(_asked(entries[number], price.provider, kinds[number]))
        if not asked:
            found["the reference has no price of this seller"] += 1
        elif any(cost == other for other, _ in asked):
            found["equal"] += 1
        elif "web_searches" in asked[0][1]:
            found["searches, which are no tokens"] += 1
        else:
            odd.append((model, cost, asked))
    assert found["equal"] > 1200, found
    # Prices by the hour of the day are not modelled, and one price changed since.
    assert {model for model, _, _ in odd} <= {"deepseek-reasoner", "ministral-8b-latest"}, odd
