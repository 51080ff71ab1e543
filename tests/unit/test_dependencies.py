"""What ``pip install rebill`` brings along: no cloud's SDK, no model's client."""

from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, distribution

from packaging.requirements import Requirement

FOREIGN = re.compile(
    r"^(boto|aws|azure|google-|gcloud|grpc|openai|anthropic|litellm|langchain|pyspark|nicegui)"
)


def _closure(name, seen):
    """The packages that a package needs without any extra, whatever needs them in turn."""
    if name in seen:
        return seen
    seen.add(name)
    try:
        needed = distribution(name).requires or []
    except PackageNotFoundError:
        return seen
    for text in needed:
        requirement = Requirement(text)
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            _closure(requirement.name.lower().replace("_", "-"), seen)
    return seen


def test_the_core_pulls_no_sdk_of_a_cloud_or_a_model():
    packages = _closure("rebill", set())
    assert {"duckdb", "polars", "genai-prices"} <= packages
    assert not [name for name in packages if FOREIGN.match(name)]
