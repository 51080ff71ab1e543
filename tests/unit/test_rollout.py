"""What a policy costs and who answers for it, as written, and the line each mistake gets."""

import pytest

from analyzer.errors import PolicyError
from analyzer.policy import parse_policy

CACHE = '[[caching]]\nfeature = "*"\nttl_seconds = 60\n'
USD = 10**12


def parsed(text):
    return parse_policy((CACHE + text).encode(), "policy.toml").rollout


def test_costs_are_exact_and_stand_beside_each_other():
    rollout = parsed(
        '[costs]\none_off_usd = "1200.50"\nmonthly_usd = 40\n'
        '[costs.caching]\nmonthly_usd = 0.1\nnote = "one small Redis"\n'
    )
    assert rollout.costs[""].one_off_pico_usd == 1_200_500_000_000_000
    assert rollout.costs[""].monthly_pico_usd == 40 * USD
    assert rollout.costs["caching"].monthly_pico_usd == USD // 10
    assert rollout.costs["caching"].note == "one small Redis"


def test_a_lever_inherits_what_the_policy_says_and_it_does_not():
    rollout = parsed(
        '[governance]\nowner = "Platform"\nrollback = "one deploy"\n'
        '[governance.caching]\nowner = "Mail team"\nmax_staleness_seconds = 86400\n'
    )
    duty = rollout.duty("caching")
    assert (duty.owner, duty.rollback, duty.guardrail) == ("Mail team", "one deploy", "")
    assert duty.max_staleness_us == 86_400_000_000
    assert rollout.duty("routing").owner == "Platform"


def test_a_policy_without_these_tables_says_nothing():
    rollout = parsed("")
    assert rollout.costs == {}
    assert rollout.duty("caching").owner == ""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[costs]\none_of_usd = "1"', "[costs]: unknown key 'one_of_usd'; did you mean 'one_off_"),
        ('[costs.cachng]\nmonthly_usd = "1"', "no lever 'cachng' in this policy; did you mean 'ca"),
        ('[costs.caching]\nmonthly = "1"', "[costs.caching]: unknown key 'monthly'; did you mean"),
        ('[costs]\nmonthly_usd = "a lot"', "[costs]: monthly_usd: write a decimal in dollars"),
        ('[costs]\nmonthly_usd = "-1"', "from 0 to 1,000,000,000,000"),
        ("[costs]\nmonthly_usd = inf", "write a decimal in dollars"),
        ("[costs]\nmonthly_usd = true", "write a decimal in dollars"),
        ("[[costs]]\nmonthly_usd = 1", "costs: write [costs], with single brackets"),
        ("[cost]\nmonthly_usd = 1", "unknown key 'cost'; did you mean 'costs'?"),
        ('[governance]\nowners = "x"', "[governance]: unknown key 'owners'; did you mean 'owner'?"),
        ("[governance]\nowner = 3", "[governance]: owner:"),
        ("[governance]\nmax_staleness_seconds = 5", "move it to [governance.caching]"),
        ("[governance.caching]\nmax_staleness_seconds = -5", "not negative"),
    ],
)
def test_a_mistake_is_one_line_that_names_the_place_and_the_mend(text, said):
    with pytest.raises(PolicyError) as caught:
        parsed(text)
    assert str(caught.value).startswith("policy.toml: ")
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
