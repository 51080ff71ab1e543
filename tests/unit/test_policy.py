"""A policy file's defaults, and the one line that each mistake in it gets."""

from decimal import Decimal

import pytest

from analyzer.errors import PolicyError
from analyzer.policy import parse_policy, read_policy

ROUTE = '[[routing]]\nfeature = "*"\nscore = "length"\n'
CASCADE = 'tiers = [{ model = "a", accept = 0.8 }, { model = "b" }]\n'


def parsed(text):
    return parse_policy(text.encode(), "policy.toml")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[cachng]]", "unknown key 'cachng'; did you mean 'caching'?"),
        ('[[caching]]\nfeature = "*"\nttl = 5', "unknown key 'ttl'; did you mean 'ttl_seconds'?"),
        (ROUTE + 'tiers = [{ modle = "a" }, { model = "b" }]', "did you mean 'model'?"),
        ("[[caching]]\nttl_seconds = 5", "[[caching]] number 1: feature is missing"),
        ('[caching]\nfeature = "*"', "write [[caching]], with double brackets"),
        ('[[caching]]\nfeature = "*"', "ttl_seconds is missing"),
        ('[[caching]]\nfeature = "*"\nttl_seconds = -1', "not negative"),
        ('[[caching]]\nfeature = "a"\nfeatures = ["b"]\nttl_seconds = 1', "not both"),
        ('[[compression]]\nfeature = "*"\ncompressor = "c"\nratio = 1.5', "between 0 and 1"),
        ('[[compression]]\nfeature = "*"\ncompressor = "c"\nratio = 0', "ratio above 0"),
        ('[[batching]]\nfeature = "*"\nmax_size = 2\nwindow_seconds = 0', "above 0 seconds"),
        (ROUTE + 'tiers = [{ model = "a", accept = 1 }]', "at least 2"),
        (ROUTE + 'tiers = [{ model = "a" }, { model = "b" }]', "tier 1 needs accept"),
        (ROUTE.replace("length", "pass_rate") + CASCADE, "tier 1 needs pass_rate"),
        (ROUTE.replace("length", "vibes") + CASCADE, "'length', 'evals'"),
        ('[[caching]]\nfeature = "*"\nttl_seconds = inf', "ttl_seconds: write a number of seconds"),
        ('[[caching]]\nfeature = "*"\nttl_seconds = 1e300000000', "at most 100,000,000,000"),
        ('[[compression]]\nfeature = "*"\ncompressor = "c"\nratio = nan', "ratio: write a decimal"),
        ('price_date = "soon"', "price_date: write a date"),
        ("name = ", "not valid TOML"),
    ],
)
def test_a_mistake_is_one_line_that_names_the_file_and_the_mend(text, said):
    with pytest.raises(PolicyError) as caught:
        parsed(text)
    assert str(caught.value).startswith("policy.toml: ")
    assert said in str(caught.value)
    assert "\n" not in str(caught.value).removesuffix("\n")


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(PolicyError, match=r"none\.toml: cannot be read"):
        read_policy(tmp_path / "none.toml")


def test_ratios_are_whole_parts_per_million_and_times_whole_microseconds():
    policy = parsed(
        '[[compression]]\nfeature = "*"\ncompressor = "c"\nratio = 0.1\n'
        '[[caching]]\nfeature = "*"\nttl_seconds = 0.000001\n'
    )
    assert policy.rules["compression"][0].ratio == 100_000
    assert policy.rules["caching"][0].ttl_us == 1
    assert policy.levers == ("caching", "compression")


def test_the_defaults_are_the_contracts():
    policy = parsed(
        ROUTE
        + CASCADE
        + '[[caching]]\nfeature = "*"\nttl_seconds = 60\n'
        + '[[compression]]\nfeature = "*"\ncompressor = "c"\nratio = 0.5\n'
        + '[[batching]]\nfeature = "*"\nmax_size = 2\nwindow_seconds = 60\n'
        + '[[prompt_cache]]\nfeature = "*"\n[[batch_api]]\nfeatures = ["a", "b*"]\n'
    )
    rule = {lever: rules[0] for lever, rules in policy.rules.items()}
    caching, compression = rule["caching"], rule["compression"]
    assert (caching.refresh, caching.coalesce, caching.scope) == (False, False, "feature")
    assert caching.key == "prompt+model"
    assert (compression.min_chars, compression.instruction_tokens) == (500, 40)
    assert (compression.mode, compression.when, compression.compressible) == (
        "dynamic",
        "always",
        1_000_000,
    )
    assert (rule["batching"].shared_tokens, rule["batching"].item_tokens) == (None, 8)
    prompt_cache = rule["prompt_cache"]
    assert (prompt_cache.ttl_us, prompt_cache.min_tokens) == (300_000_000, 1024)
    assert prompt_cache.write == "free"
    assert rule["batch_api"].discount is None
    assert rule["batch_api"].covers("bee")
    assert not rule["batch_api"].covers("c")
    assert rule["routing"].tiers[0].accept == Decimal("0.8")
    assert policy.targets() == ("a", "b", "c")


def test_a_rule_without_names_names_no_target_and_keeps_the_rest(tmp_path):
    file = tmp_path / "policy.toml"
    text = """
name = "p"
[[model_selection]]
feature = "a"
from = "kept-glob"
to = "gone-1"
[[routing]]
feature = "b"
score = "length"
tiers = [{ model = "gone-2", accept = 0.8 }, { model = "gone-3" }]
[[compression]]
feature = "c"
compressor = "gone-4"
ratio = 0.5
"""
    file.write_text(text)
    policy, _ = read_policy(file)
    spelled = [rule.nameless() for rules in policy.rules.values() for rule in rules]
    assert len(policy.targets()) == 4
    assert not any(name in one for name in policy.targets() for one in spelled)
    assert "kept-glob" in spelled[0]
    assert "0.8" in spelled[1]
