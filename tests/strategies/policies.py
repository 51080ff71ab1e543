"""Policies: every lever, few rules, values whose edges a small log can hit."""

from hypothesis import strategies as st

from tests.strategies.prices import DISCOUNTS, PRICED

NARROW = ("chat*", "chat", "chat", "sum", "c*", "?um", "(untagged)", "nobody")
WIDE = ("*",) * 8 + NARROW
TTL_SECONDS = (1, 2, 5, 60, 300)
WINDOW_SECONDS = (1, 10, 60, 300)
# 5 and 4 characters of 200 are 0.025 and 0.02: the two sides of "under 5 characters".
ACCEPTS = (0.8, 0.9, 0.5, 0.025, 0.02, 0.0, 1.0)
PASS_RATES = (0.5, 0.3, 0.7, 0.0, 1.0)
CAPS = (0, 1, 30, 512)

models = st.sampled_from(PRICED)


def optional(**values):
    """Return a strategy for a dict in which each key may be left out."""
    return st.fixed_dictionaries({}, optional={k: st.sampled_from(v) for k, v in values.items()})


def selectors(globs):
    """Return a strategy for ``feature``, or for its list form ``features``."""
    one = st.builds(lambda glob: {"feature": glob}, st.sampled_from(globs))
    several = st.lists(st.sampled_from(globs), min_size=1, max_size=3, unique=True)
    return one | one | st.builds(lambda found: {"features": found}, several)


@st.composite
def model_selections(draw):
    """Draw a model_selection rule."""
    sources = optional(**{"from": ("moose-*", "moose-big", "*", "*-?????", "zz*")})
    return draw(sources) | {"to": draw(models)}


@st.composite
def routings(draw):
    """Draw a routing rule of any score."""
    score = draw(st.sampled_from(("length", "evals", "pass_rate", "difficulty")))
    tiers = []
    for left in reversed(range(draw(st.integers(2, 3)))):
        tier = {"model": draw(models)} | draw(optional(max_output_tokens=CAPS))
        if score == "pass_rate" and left:
            tier["pass_rate"] = draw(st.sampled_from(PASS_RATES))
        elif left:
            tier["accept"] = draw(st.sampled_from(ACCEPTS))
        tiers.append(tier)
    seeds = st.sampled_from(({}, {"seed": 0}, {"seed": 1}, {"seed": 7}))
    return {"score": score, "tiers": tiers} | draw(seeds)


@st.composite
def cachings(draw):
    """Draw a caching rule."""
    flight = st.sampled_from(({"coalesce": True}, {}, {"coalesce": False}))
    return (
        {"ttl_seconds": draw(st.sampled_from(TTL_SECONDS))}
        | draw(flight)
        | draw(
            optional(
                refresh=(True, False),
                scope=("feature", "global", "global", "user", "user"),
                key=("prompt", "prompt+model"),
                assumed_hit_rate=(0.5, 0.9),
                seed=(0, 1, 7),
            )
        )
    )


@st.composite
def compressions(draw):
    """Draw a compression rule; ``profitable`` goes with dynamic compression only."""
    rule = {"compressor": draw(models), "ratio": draw(st.sampled_from((0.1, 0.5, 0.3, 0.333333)))}
    rule |= draw(optional(min_chars=(0, 0, 100, 500), instruction_tokens=(0, 7, 40)))
    mode = draw(st.sampled_from((None, "dynamic", "static_prefix")))
    if mode is not None:
        rule["mode"] = mode
    if mode != "static_prefix":
        when = st.sampled_from(({"when": "profitable"}, {"when": "always"}, {}))
        rule |= draw(when) | draw(optional(compressible=(1, 0.5, 0.7, 0)))
    return rule


@st.composite
def batchings(draw):
    """Draw a batching rule."""
    return {
        "max_size": draw(st.sampled_from((1, 2, 2, 3, 20))),
        "window_seconds": draw(st.sampled_from(WINDOW_SECONDS)),
    } | draw(optional(shared_tokens=(0, 3, 100, 5000), item_tokens=(0, 1, 8, 50)))


@st.composite
def prompt_caches(draw):
    """Draw a prompt_cache rule."""
    sizes = st.sampled_from(({"min_tokens": 1}, {"min_tokens": 3}, {"min_tokens": 100}, {}))
    return draw(sizes) | draw(optional(ttl_seconds=(1, 5, 60, 300), write=("free", "billed")))


@st.composite
def batch_apis(draw):
    """Draw a batch_api rule."""
    return draw(optional(discount=tuple(map(float, DISCOUNTS))))


RULES = {
    "model_selection": model_selections,
    "routing": routings,
    "caching": cachings,
    "compression": compressions,
    "batching": batchings,
    "prompt_cache": prompt_caches,
    "batch_api": batch_apis,
}


@st.composite
def policies(draw, levers=None):
    """Draw a policy of these levers; else each lever is there two times in three."""
    if levers is None:
        levers = {lever for lever in RULES if draw(st.sampled_from((True, True, False)))}
    policy = {"name": "drawn"}
    for lever, rules in RULES.items():
        if lever in levers:
            # Only the last rule is wide, so that it does not hide the ones after it. Twins differ
            # in what they match alone: a cache of each rule's own shows there.
            globs = (NARROW,) * draw(st.sampled_from((0, 0, 1, 2))) + (WIDE,)
            twin = draw(rules())
            policy[lever] = [
                draw(selectors(found)) | (twin if draw(st.booleans()) else draw(rules()))
                for found in globs
            ]
    return policy
