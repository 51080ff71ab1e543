"""Invented text: paragraphs, code blocks and support answers out of short word lists.

The pools are small on purpose. A log compresses well when its texts share paragraphs, and nothing
that reads the logs cares what the texts say.
"""

from __future__ import annotations

from functools import cache

from company.draws import Draws

_WHO = ("The platform team", "The warehouse", "Our supplier", "The pilot customer", "Finance",
        "The second shift", "The design group", "The new carrier", "The audit", "Field service",
        "The northern depot", "The release crew")  # fmt: skip
_DID = ("reviewed", "postponed", "measured", "questioned", "approved", "rewrote", "counted",
        "compared", "reopened", "shortened", "documented", "repeated")  # fmt: skip
_WHAT = ("the delivery schedule", "the return policy", "the onboarding checklist",
         "the stock forecast", "the price list", "the incident timeline", "the access rules",
         "the packaging test", "the renewal offer", "the data retention plan",
         "the staffing table", "the quality report")  # fmt: skip
_WHY = ("because two figures did not agree", "after the third complaint in a week",
        "so that the quarter can be closed", "although nobody had asked for it",
        "before the contract comes up for renewal", "while the old process still runs beside it",
        "in order to free one person for the pilot", "as the regulator expects from May on",
        )  # fmt: skip
_THEN = ("A decision is due on Friday", "The open points are listed below",
         "No extra budget is needed", "Two risks remain and both have an owner",
         "The next review takes a wider sample", "Costs stay within the plan")  # fmt: skip

_VERBS = ("load", "merge", "check", "price", "pack", "route", "count", "trim")
_NOUNS = ("order", "parcel", "invoice", "label", "batch", "slot", "refund", "ticket")

_STEPS = ("Open the account page and choose Settings.", "Select the order that this is about.",
          "Press the button marked Change, then confirm.", "We send you a link by e-mail.",
          "The link works for thirty minutes.", "Refunds reach you within five working days.",
          "You can follow the parcel under My deliveries.", "Changes are free until it has left.",
          "Invoices are under Billing as PDF files.", "A colleague can be added under Team.",
          "Please try again in a private window.", "Clear the form and enter the code once more.",
          "Your plan renews on the first of the month.", "You can cancel at any time under Plan.",
          "The app needs permission to use the camera.", "Exports arrive as a spreadsheet.",
          )  # fmt: skip
_TOKENS_PER_STEP = 10.5
_OPENINGS = ("Thanks for asking! ", "Sure, here is how. ", "Sorry about that. ", "Happy to help. ")
_CLOSINGS = (" Is there anything else?", " Let me know how it goes.", "", " I hope this helps.")


@cache
def paragraphs() -> tuple[str, ...]:
    """Return the pool of paragraphs, about 230 characters each."""
    draws = Draws("paragraphs")
    return tuple(" ".join(_sentence(draws) for _ in range(2)) for _ in range(36))


def _sentence(draws: Draws) -> str:
    what = f"{draws.pick(_WHO)} {draws.pick(_DID)} {draws.pick(_WHAT)}"
    return f"{what} {draws.pick(_WHY)}. {draws.pick(_THEN)}."


@cache
def code_blocks() -> tuple[str, ...]:
    """Return the pool of diff hunks, about 240 characters each."""
    draws = Draws("code")
    return tuple(_hunk(draws) for _ in range(32))


def _hunk(draws: Draws) -> str:
    verb, noun, other = draws.pick(_VERBS), draws.pick(_NOUNS), draws.pick(_NOUNS)
    limit = 5 * (1 + draws.below(40))
    return (
        f" def {verb}_{noun}({other}: {other.title()}, limit: int = {limit}) -> {noun.title()}:\n"
        f"-    return {other}.{noun}[:limit]\n"
        f"+    if {other}.{noun} is None:\n"
        f'+        raise Missing{noun.title()}("{other} without {noun}")\n'
        f"+    return {other}.{noun}[: min(limit, {limit})]\n"
    )


def text_of(draws: Draws, pool: tuple[str, ...], chars: int, joint: str) -> str:
    """Return text of about this many characters, pieced together from a pool."""
    parts: list[str] = []
    length = 0
    while length < chars:
        part = draws.pick(pool)
        parts.append(part)
        length += len(part) + len(joint)
    return joint.join(parts)[: max(chars, 1)]


def support_answer(draws: Draws, tokens: int) -> str:
    """Return a support answer of about this many tokens; very short ones say little."""
    if tokens < 20:
        return draws.pick(("Yes, that works.", "No, sorry.", "You are welcome!", "Not yet, sorry."))
    steps = [draws.pick(_STEPS) for _ in range(max(1, round(tokens / _TOKENS_PER_STEP)))]
    return draws.pick(_OPENINGS) + " ".join(steps) + draws.pick(_CLOSINGS)
