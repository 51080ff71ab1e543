"""Loads quality scores: one number from 0 to 1 per request or prompt, model and judge."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from analyzer.adapter import Column, Format
from analyzer.errors import StoreError
from analyzer.ingest.account import EXAMPLES, Reject
from analyzer.ingest.detect import detect
from analyzer.ingest.source_file import SourceFile
from analyzer.ingest.staging import readable, stage
from analyzer.store import Store

SCORES = Format(
    name="evals",
    title="quality scores: request_id or prompt_key, model, score, and judge where there is one",
    kinds=("json", "csv", "parquet"),
    table="evals",
    signature=(
        ("request_id", "model", "score"),
        ("prompt_key", "model", "score"),
        ("prompt", "model", "score"),
    ),
    columns={
        # A prompt is kept as the requests' are, as a digest; views.sql finds its requests.
        "request_id": Column(
            "coalesce({request_id}, chr(182) || keyed(coalesce({prompt_key}, {prompt})))", "text"
        ),
        "model": Column("{model}", "text"),
        "judge": Column("{judge}", "text"),
        "score": Column("{score}", "score"),
    },
)


@dataclass(frozen=True, slots=True)
class ScoreAccount:
    """What became of a file of scores: ``rows_in = loaded + superseded + rejects``."""

    file: str
    rows_in: int
    loaded: int
    replaced: int
    """How many of the loaded scores took the place of an older one."""
    superseded: int
    """Rows that a later row of the same file replaces."""
    rejects: int
    unmatched: int
    """Loaded scores of requests or prompts that no loaded log has: they are no evidence yet."""
    reasons: tuple[Reject, ...]


def load_evals(store: Store, path: Path) -> ScoreAccount:
    """Load a file of scores. The same request, model and judge again replaces the score.

    Raises:
        FormatError: the file cannot be read, or lacks request_id (or prompt_key), model or score.
        StoreError: the account does not come out even. Nothing was loaded.
    """
    source = SourceFile(path)
    with readable(source) as plain_path:
        detected = detect(store, source, plain_path, (SCORES,))
        with store.transaction():
            stage(store, source, detected)
            counts = store.one("staged_rows")
            known = store.one("known_evals")
            unmatched = store.one("unmatched_evals")
            loaded = store.run("load_evals")
            account = ScoreAccount(
                file=source.name,
                rows_in=counts["rows_in"],
                loaded=loaded,
                replaced=known["replaced"],
                superseded=known["superseded"],
                rejects=counts["rejects"],
                unmatched=unmatched["unmatched"],
                reasons=_reasons(store),
            )
            store.rows("DROP TABLE staged")
            _check(account)
            return account


def _check(account: ScoreAccount) -> None:
    found = account.loaded + account.superseded + account.rejects
    if account.rows_in != found:
        raise StoreError(
            f"{account.file}: {account.rows_in} rows came in and {found} are accounted for: "
            "nothing was loaded; this is a fault of rebill"
        )


def _reasons(store: Store) -> tuple[Reject, ...]:
    found = store.query("staged_faults", most=EXAMPLES)
    return tuple(Reject(line, reason) for line, reason in found.iter_rows())
