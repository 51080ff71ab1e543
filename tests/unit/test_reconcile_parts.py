"""However odd the figures, the named parts of a difference sum to it, to the pico."""

from hypothesis import given
from hypothesis import strategies as st

from analyzer.pricing.price import UnitPrices
from analyzer.reconcile.causes import split_bill, split_usage
from analyzer.reconcile.cells import Cell
from analyzer.reconcile.charges import Charge
from analyzer.reconcile.lines import OTHER, TOKEN_CLASSES, TOOL, TOTAL, WHOLE
from analyzer.reconcile.outliers import billed_outliers
from analyzer.reconcile.rates import name_rests
from analyzer.reconcile.sides import Side, by_class

UNITS = UnitPrices(2_500_000, 1_250_000, 3_000_000, 5_000_000, 10_000_000)
KINDS = (*TOKEN_CLASSES, WHOLE, TOTAL, TOOL, OTHER)
counts = st.integers(0, 10**12)


@st.composite
def sides(draw):
    if draw(st.booleans()):
        return None
    tokens = {name: draw(counts) for name in TOKEN_CLASSES}
    side = Side(calls=draw(st.integers(0, 9)), unpriced_tokens=draw(st.sampled_from([0, 0, 7])))
    if draw(st.integers(0, 4)):
        side.tokens.update(tokens)
        side.pico.update(by_class(tokens, UNITS))
        side.units = UNITS
        side.tier_pico = -draw(st.integers(0, side.total))
    return side


@st.composite
def charges(draw, day):
    pico = draw(st.integers(-(10**16), 10**19))
    return Charge(
        file="bill.csv", provider="acme", model="m", line_item=draw(st.sampled_from("ab")),
        kind=draw(st.sampled_from(KINDS)), first_day=day, last_day=day, end_us=0, rows=1,
        pico=pico, largest_pico=pico, cents=draw(st.booleans()),
    )  # fmt: skip


@st.composite
def cells(draw, day):
    cell = Cell("acme", draw(st.sampled_from(["m", "(tools)"])), (day, day))
    cell.log, cell.usage = draw(sides()), draw(sides())
    cell.by_usage = draw(st.booleans())
    cell.charges = draw(st.lists(charges(day), max_size=4))
    return cell


@given(st.integers(1, 8).flatmap(lambda days: st.tuples(*(cells(day) for day in range(days)))))
def test_the_parts_of_a_bill_sum_to_its_difference(month):
    outliers = billed_outliers(month)
    splits = [
        split_bill(cell, sum(o.excess for o in outliers if o.key[2] == cell.span[0]))
        for cell in month
    ]
    name_rests(splits)
    for split in splits:
        assert sum(split.parts.values()) == split.said - split.priced
    assert sum(s.said for s in splits) == sum(cell.billed or 0 for cell in month)


@given(cells(0))
def test_the_parts_of_a_usage_export_sum_to_its_difference(cell):
    split = split_usage(cell)
    assert sum(split.parts.values()) == split.said - split.priced
