"""The ways to write one model's name, most literal first, never crossing to another model."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from analyzer.pricing.providers import ORGANISATIONS, provider_id

_DATE = r"20\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
_DASHED = r"20\d{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])"
_MONTH_DAY = r"(?:0[1-9]|1[0-2])-?(?:0[1-9]|[12]\d|3[01])"
_SERVED = r"(?:(?<=\d{8}-)v\d|v1):\d(?!\d)"
"""Bedrock's version tag. Past v1 it is another model, except behind a date."""

_SNAPSHOT = re.compile(
    rf"(?:-{_SERVED}|-v\d+@{_DATE}|[-@]{_DATE}|-{_DASHED}|[-@]latest|@default|@00\d)$"
)
"""The end of a name that says which snapshot it is: all that is stripped from any name."""

_RELEASE = re.compile(
    rf"(?:[-@:]?(?:{_DATE}|{_DASHED}|(?:0[1-9]|1[0-2])-20\d{{2}}|{_MONTH_DAY}"
    rf"|2[3-9](?:0[1-9]|1[0-2])|00\d|v\d+(?=@)|{_SERVED}|(?<=:)\d(?!\d)|latest|default|preview))*"
)
"""What may follow where a price table says "starts with": dates, versions and stages."""

_FINE_TUNE = re.compile(r"(?:[-:]?\d[\d-]*)?:.+")
_COMPACT = re.compile(r"-(20\d{2})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?=$|[-:])")
_DOTTED = re.compile(r"(?<=\d)\.(?=\d)")
_CLAUDE = re.compile(
    r"claude-(?:(?P<a>[a-z]+)-(?P<major>\d+)(?:[.-](?P<minor>\d{1,2})(?![\d.]))?"
    r"|(?P<major2>\d+)(?:[.-](?P<minor2>\d{1,2})(?![\d.]))?-(?P<b>[a-z]+))(?P<rest>(?:[-@:](?!\d{1,2}(?!\d)).*)?)"
)
_REGION = r"(?:us|eu|apac|global|au|jp|in|ca|sa|me|af|il|mx|us-gov)"
_MAKER = (
    r"(?:ai21|amazon|anthropic|cohere|deepseek|google|luma|meta|minimax|mistral|moonshotai|moonshot"
    r"|nvidia|openai|qwen|stability|twelvelabs|writer|zai)"
)
_BEDROCK = re.compile(rf"(?:(?:{_REGION}|regional)\.)?{_MAKER}\.(?=[a-z])")
_BEDROCK_HEAD = re.compile(rf"(?:{_REGION}\.)?(?:{_MAKER}\.)?")
_VERTEX = re.compile(rf"(?:claude|gemini)[^/]*@(?:00\d|{_DATE}|default|latest)")
_PATH_HEAD = re.compile(r"arn:aws[^/]*/|projects/[^/]+/locations/[^/]+/")
_PLUMBING = re.compile(
    r"accounts|models|routers|publishers|deployments|converse|converse_like|invoke|responses|chat"
    r"|global|global-standard|[a-z]{2}(?:-gov)?-[a-z]+-\d"
)

LONG_CONTEXT = " + long context"
"""Stands behind the model's name of a total whose calls were all above the step of its price."""
_LONGEST = 300
"""A longer name is no model's; it is compared as it stands and not picked apart."""


@dataclass(frozen=True, slots=True)
class Spelling:
    """One way to write a name."""

    text: str
    how: str
    """What was done to the logged name, for people."""
    providers: tuple[str, ...] = ()
    """Providers whose names were stripped from the front, in order."""
    organisation: bool = False
    """Whether the maker of an open model was stripped from the front."""
    bedrock: bool = False
    """Whether a Bedrock region and maker were stripped from the front."""
    rewritten: bool = False
    """Whether more than a prefix was taken away: globs no longer match."""


@lru_cache(maxsize=8192)
def spellings(model: str, known: frozenset[str]) -> tuple[Spelling, ...]:
    """Return the ways to write a model's name, most literal first, each text once.

    ``known`` are the providers (as ``provider_id`` spells them) that may stand in front.
    """
    whole = [Spelling(model, "as logged"), Spelling(model.lower(), "case folded")]
    if len(model) > _LONGEST:
        return tuple(whole)
    whole += _unprefixed(whole[1], known)
    for rewrite in (_without_bedrock, _respelled):
        whole += [other for spelling in list(whole) for other in rewrite(spelling)]
    dated = whole
    while dated:
        dated = [other for spelling in dated for other in _undated(spelling)]
        whole += dated
    return tuple({s.text: s for s in reversed(whole)}.values())[::-1]


def _unprefixed(spelling: Spelling, known: frozenset[str]) -> Iterator[Spelling]:
    text = _PATH_HEAD.sub("", spelling.text)
    if text != spelling.text:
        spelling = replace(spelling, text=text, how="resource path stripped")
        yield spelling
    while True:
        head, _, rest = spelling.text.partition("/")
        provider = provider_id(head)
        if not rest:
            return
        if provider in known:
            spelling = replace(spelling, providers=(*spelling.providers, provider or ""))
        elif head in ORGANISATIONS:
            spelling = replace(spelling, organisation=True)
        elif not _PLUMBING.fullmatch(head):
            return
        spelling = replace(spelling, text=rest, how=f"{head}/ stripped")
        yield spelling


def _without_bedrock(spelling: Spelling) -> Iterator[Spelling]:
    head = _BEDROCK.match(spelling.text)
    if head:
        rest = spelling.text[head.end() :]
        yield replace(spelling, text=rest, how=f"{head[0]} stripped", bedrock=True)


def _respelled(spelling: Spelling) -> Iterator[Spelling]:
    """Dates with and without dashes, display names, both word orders of Claude's names."""
    text = "-".join(spelling.text.lower().split())
    if text.startswith("gpt-35-"):
        text = "gpt-3.5-" + text.removeprefix("gpt-35-")
    dashed = _COMPACT.sub(r"-\1-\2-\3", text)
    compact = re.sub(rf"-({_DASHED})(?=$|[-:])", lambda m: "-" + m[1].replace("-", ""), text)
    for other in (text, dashed, compact, *_claude_names(text)):
        if other != spelling.text.lower():
            yield replace(spelling, text=other, how="respelled", rewritten=True)


def _claude_names(text: str) -> Iterator[str]:
    found = _CLAUDE.fullmatch(text)
    if not found:
        return
    family, rest = found["a"] or found["b"], found["rest"]
    major, minor = found["major"] or found["major2"], found["minor"] or found["minor2"]
    versions = [f"{major}-{minor}", f"{major}.{minor}"] if minor else [major, f"{major}-0"]
    if minor == "0":
        versions.append(major)
    for version in versions:
        yield f"claude-{family}-{version}{rest}"
        yield f"claude-{version}-{family}{rest}"


def _undated(spelling: Spelling) -> Iterator[Spelling]:
    """Strip one tag: what is left may still name a snapshot, in either spelling of its date."""
    text = spelling.text.lower()
    tail = _SNAPSHOT.search(text)
    if tail and tail.start():
        bare = replace(spelling, text=text[: tail.start()], how="snapshot stripped", rewritten=True)
        yield bare
        yield from (replace(other, how=bare.how) for other in _respelled(bare))


def leading_provider(model: str, known: frozenset[str]) -> str | None:
    """Return the provider that a name itself names: ``groq/x``, a Bedrock id, a Vertex id."""
    for spelling in spellings(model, known):
        if spelling.providers:
            return spelling.providers[0]
    tail = _PATH_HEAD.sub("", model.lower()).rsplit("/", 1)[-1]
    if _BEDROCK.match(tail):
        return "aws"
    return "google" if _VERTEX.fullmatch(tail) else None


def is_release(text: str, start: int, literal: str = "") -> bool:
    """Return whether ``text[start:]`` only says which release of the model before it is meant.

    ``literal`` is what a price table matched: behind a fine-tuned base, any job name may follow.
    """
    if literal.startswith("ft:") and _FINE_TUNE.fullmatch(text, start):
        return True
    return literal.endswith(".ft-") or bool(_RELEASE.fullmatch(text, start))


def is_bedrock_head(head: str) -> bool:
    """Return whether what stands before a name only says where Bedrock serves it."""
    return bool(_BEDROCK_HEAD.fullmatch(head))


@lru_cache(maxsize=8192)
def base_name(model: str, known: frozenset[str]) -> str:
    """Return a name without prefix, release and spelling: equal where two names are one model."""
    text = [s.text for s in spellings(model, known) if not s.rewritten][-1].lower()
    if text.startswith("ft:") or ".ft-" in text:
        return text
    text = "-".join(text.split()).replace("gpt-35-", "gpt-3.5-")
    cuts = (i for i in range(1, len(text)) if text[i] in "-@:" and is_release(text, i))
    text = _DOTTED.sub("-", text[: next(cuts, len(text))])
    claude = _CLAUDE.fullmatch(text)
    if not claude:
        return text
    minor = claude["minor"] or claude["minor2"] or "0"
    version = f"{claude['major'] or claude['major2']}-{minor}"
    return f"claude-{claude['a'] or claude['b']}-{version}{claude['rest']}"
