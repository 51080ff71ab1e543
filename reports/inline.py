"""Packs scripts and styles into the page, and writes the policy that lets only those run."""

from __future__ import annotations

import base64
import gzip
import hashlib
import re
from collections.abc import Sequence
from functools import lru_cache

from markupsafe import Markup
from plotly.offline import get_plotlyjs

NO_TEXT = ""
"""The content of the style element that Plotly adds for its own rules: none."""


def content_security_policy(*, scripts: Sequence[str], styles: Sequence[str]) -> str:
    """Return a policy that runs exactly these inline texts and fetches nothing at all."""
    directives = (
        "default-src 'none'",
        "script-src " + " ".join(_source(script) for script in scripts),
        "style-src " + " ".join(_source(style) for style in styles),
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
    )
    return "; ".join(directives)


def _source(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


_WRAPPED = re.compile(r"(this, )(\(\) => \{\n.*\})(\)\);?\s*)\Z", re.DOTALL)
"""The end of the script's wrapper, which hands over all of it as one function."""


@lru_cache(maxsize=1)
def plotly_script() -> str:
    """Return Plotly's own browser script, as its Python package carries it.

    The function that holds all of it is put in brackets. Browsers compile what is in brackets
    at once; what is not, they read through first and compile when it is called: megabytes
    read twice.
    """
    return _WRAPPED.sub(r"\1(\2)\3", str(get_plotlyjs()), count=1)


@lru_cache(maxsize=1)
def packed_plotly() -> Markup:
    """Return that script gzipped, in base64: a third of its size, and inert until unpacked."""
    packed = gzip.compress(plotly_script().encode(), compresslevel=9, mtime=0)
    return Markup(base64.b64encode(packed).decode())  # noqa: S704 - base64 holds no markup
