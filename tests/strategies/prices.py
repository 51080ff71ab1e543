"""Price tables: dated inside the window, provider-bound, stepped, with classes left out."""

from datetime import date
from fnmatch import fnmatchcase

from hypothesis import strategies as st

# Names no bundled price book knows or could take for a snapshot or an alias.
PRICED = ("moose-big", "moose-mid", "heron-small", "heron-fast", "quokka")
LATE = "wombat"  # only logged, never a target; its first price may start inside the window
UNKNOWN = "zz-ghost"
PROVIDERS = ("north", "south")

# The logs start at the end of the first of these days.
DAYS = tuple(date(2026, 3, day) for day in (9, 10, 11, 14))

# Small whole numbers make break-even compression exact; tiny ones make half-pico discounts.
USD_PER_MTOK = ("0", "0.000001", "0.000003", "0.25", "1", "2", "3", "4", "10")
STEPS = (0, 3, 100, 1024)
RATIOS = ("0.5", "0.9", "1.07", "1.3", "0.333333")
DISCOUNTS = ("0.5", "0.25", "0.333333", "0.9")

usd = st.sampled_from(USD_PER_MTOK)


@st.composite
def entries(draw, model, provider=None, effective_from=None):
    """Draw one ``[[price]]`` table."""
    table = {"model": model, "input": draw(usd), "output": draw(usd)}
    if provider is not None:
        table["provider"] = provider
    if effective_from is not None:
        table["effective_from"] = effective_from
    for name in ("cached_input", "cache_write", "cache_write_1h"):
        if draw(st.integers(0, 3)):
            table[name] = draw(usd)
    if draw(st.integers(0, 3)) == 3:
        table["above_tokens"] = draw(st.sampled_from(STEPS))
        given = draw(st.sets(st.sampled_from(("input", "output", "cached_input")), min_size=1))
        table |= {f"{name}_above": draw(usd) for name in sorted(given)}
    if draw(st.integers(0, 2)) == 2:
        table["batch_discount"] = draw(st.sampled_from(DISCOUNTS))
    if draw(st.booleans()):
        table["tokenizer_ratio"] = draw(st.sampled_from(RATIOS))
    if draw(st.booleans()):
        table["verbosity"] = draw(st.sampled_from(RATIOS))
    return table


@st.composite
def price_tables(draw):
    """Draw a table that prices every target on every day, in any order of its dates."""
    tables = []
    if draw(st.integers(0, 3)) == 3:
        provider = draw(st.sampled_from(PROVIDERS))
        tables.append(draw(entries(draw(st.sampled_from(PRICED)), provider)))
    for model in PRICED:
        starts = [draw(st.sampled_from((None, date(2026, 1, 1))))]
        starts += draw(st.sampled_from(((), (), (DAYS[1],), (DAYS[2],), (DAYS[1], DAYS[2]))))
        tables += [draw(entries(model, None, start)) for start in draw(st.permutations(starts))]
    tables.append(draw(entries(LATE, None, draw(st.sampled_from((None, DAYS[1]))))))
    if draw(st.integers(0, 3)) == 3:
        glob = draw(st.sampled_from(("moose-*", "heron-?????", "*-big")))
        tables.insert(draw(st.integers(0, len(tables))), draw(entries(glob)))
    return tables


def break_even(rule, prices):
    """Change a rule and a table so that compressing an even number of tokens saves exactly 0.

    T / 2 tokens at $4 are saved; T tokens at $1 and T / 2 at $2 are paid. Batch discounts stay:
    where they differ, a batch request tips to one side.
    """
    rule |= {"ratio": 0.5, "compressible": 1, "instruction_tokens": 0}
    for table in prices:
        for name in table.keys() - {"provider", "model", "effective_from", "batch_discount"}:
            del table[name]
        table |= {"input": "4", "output": "1"}
        if fnmatchcase(rule["compressor"], table["model"]):
            table |= {"input": "1", "output": "2"}
