"""How long the laws are tried: ``pytest tests/laws --hypothesis-profile long`` tries thousands."""

from hypothesis import settings

settings.register_profile("long", max_examples=2_000, deadline=None)
