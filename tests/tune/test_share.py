"""The bound on a provider's share: the cheapest combination that keeps it, as by trying all."""

from itertools import product

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from analyzer.cli import cli
from analyzer.errors import GateError
from analyzer.tune.options import Limits
from analyzer.tune.share import Candidate, pick, shares
from tests.tune.world import CHEAP, DEAR, tuned

PAID = st.fixed_dictionaries({"a": st.integers(0, 9), "b": st.integers(0, 9), "c": st.just(1)})


@st.composite
def units(draw):
    return [
        [
            Candidate(n, sum(paid.values()), paid)
            for n, paid in enumerate(draw(st.lists(PAID, min_size=1, max_size=4)))
        ]
        for _ in range(draw(st.integers(1, 4)))
    ]


@given(units(), PAID, st.integers(300_000, 1_000_000))
def test_the_cheapest_combination_within_the_bound(found, still, bound):
    fixed = Candidate(0, sum(still.values()), still)
    kept = [
        chosen
        for chosen in product(*found)
        if all(
            (still[who] + sum(c.paid[who] for c in chosen)) * 1_000_000
            <= bound * (fixed.spend + sum(c.spend for c in chosen))
            for who in still
        )
    ]
    picked = pick(found, fixed, bound)
    assert picked.proven
    if not kept:
        assert picked.places is None
        reached = min(shares([*chosen, fixed])[0] for chosen in product(*found))
        assert reached <= picked.least_share <= reached + 0.0011
        return
    mine = [unit[place] for unit, place in zip(found, picked.places, strict=True)]
    least = min(sum(c.spend for c in chosen) for chosen in kept)
    assert sum(c.spend for c in mine) == least
    assert tuple(mine) in kept


SELECTED = f'[[model_selection]]\nfeature = "search"\nto = "{CHEAP}"\n'


def test_a_share_that_cannot_be_kept_fails_the_command_and_leaves_no_file(scored, tmp_path):
    """Every model here is one maker's."""
    found = tuned(scored, SELECTED, limits=Limits(max_share_ppm=600_000))
    assert not found.feasible
    assert (found.share.kept, found.share.share, found.share.provider) == (False, 1, "openai")
    policy, out = tmp_path / "p.toml", tmp_path / "out.toml"
    policy.write_text(SELECTED)
    words = ["tune", "--policy", str(policy), "--db", str(scored), "-o", str(out)]
    result = CliRunner().invoke(cli, [*words, "--max-provider-share", "60%"])
    assert isinstance(result.exception, GateError)
    assert "openai gets at least 100.0% of spend" in str(result.exception)
    assert not out.exists()


@pytest.mark.parametrize(("bound", "model"), [(None, "claude-haiku-4-5"), (750_000, DEAR)])
def test_a_bound_takes_money_away_from_the_cheaper_provider(scored, bound, model):
    """All on Anthropic is cheapest; within the bound one of two features goes back to OpenAI.

    A request costs $0.0015 there, and $0.0035 here: 70% of the money.
    """
    text = '[[model_selection]]\nfeature = "*"\nto = "claude-haiku-4-5"\n'
    found = tuned(scored, text, limits=Limits(max_share_ppm=bound))
    chosen = [o[1]["to"] if o else DEAR for o in found.chosen]
    assert model in chosen
    assert chosen.count("claude-haiku-4-5") == (2 if bound is None else 1)
    if bound:
        assert found.share.provider == "openai"
        assert found.share.share == pytest.approx(0.7, abs=0.001)
