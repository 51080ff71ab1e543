"""From the words of a command to findings: what simulate, report and demo have in common."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import click

from analyzer import __version__
from analyzer.analyze import Question, conclude, replay_log
from analyzer.findings import Findings
from analyzer.policy import read_policy
from analyzer.pricing.book import open_book
from analyzer.provenance import Provenance, Source
from analyzer.replay.same_money import Preferred
from analyzer.runners.remembered import keep
from analyzer.savings.board import Replayed
from analyzer.savings.bucket_notes import same_money
from analyzer.store import Store

BOOTSTRAP_SEED = 0
MOST_WEIGHED = 2_000_000
"""Beyond so many requests the curves' replays take longer than a reader waits, and much memory."""


def find(
    db: Path,
    policy_file: Path,
    price_files: tuple[str, ...],
    claims_file: Path | None = None,
    preferred: Preferred = "requests",
    *,
    curves: bool | None = False,
) -> Findings:
    """Replay a database under a policy file, with the user's prices over the bundled book.

    ``curves``: whether to weigh the policy's values too; None where the log is short enough.
    """
    with Store.open(db, read_only=True) as store:
        question = question_of(store, policy_file, price_files, preferred)
        replayed = replay_log(store, question)
        findings = conclude(store, question, replayed)
        if curves or (curves is None and findings.coverage.requests <= MOST_WEIGHED):
            findings = _weighed(findings, store, question)
        kept = store.kept
    if kept is not None:
        keep(db, kept)
    if claims_file is None:
        return findings
    from analyzer.savings.claims import with_claims

    return with_claims(findings, claims_file)


def _weighed(findings: Findings, store: Store, question: Question) -> Findings:
    from analyzer.commands.meter import Meter
    from analyzer.curves.draw import with_curves
    from analyzer.tune.watch import Watch

    with Meter() as meter:
        return with_curves(findings, store, question, Watch(meter.show))


def replay(
    db: Path, policy_file: Path, price_files: tuple[str, ...], preferred: Preferred = "requests"
) -> Replayed:
    """Replay the same, and return the bills themselves."""
    with Store.open(db, read_only=True) as store:
        return replay_log(store, question_of(store, policy_file, price_files, preferred))


def question_of(
    store: Store, policy_file: Path, price_files: tuple[str, ...], preferred: Preferred
) -> Question:
    """Return what a policy file and the user's prices ask of a database."""
    return question_from(policy_file, price_files, sources_of(store), preferred)


def question_from(
    policy_file: Path,
    price_files: tuple[str, ...],
    sources: tuple[Source, ...],
    preferred: Preferred = "requests",
) -> Question:
    """Return the same, of files that are accounted for already."""
    policy, raw = read_policy(policy_file)
    book = open_book(price_files)
    provenance = Provenance(
        version=__version__,
        policy_file=policy_file.name,
        policy_sha256=sha256(raw).hexdigest(),
        policy_text=raw.decode(),
        price_sources=book.sources,
        seed=BOOTSTRAP_SEED,
        sources=sources,
    )
    return Question(policy, book, provenance, preferred)


def note_same_money(findings: Findings) -> None:
    """Say on stderr which files tell the same money, and which of them are billed."""
    told = findings.coverage.same_money
    if told is not None:
        click.echo(f"note: {same_money(told)}", err=True)


def sources_of(store: Store) -> tuple[Source, ...]:
    """Return the account of every loaded file, in order of their names."""
    columns = (
        "file",
        "sha256",
        "format",
        "rows_in",
        "rows_loaded",
        "duplicates",
        "rejects",
        "set_aside",
    )
    rows = store.query("sources").select(*columns, "source_id").sort("file", "sha256")
    notes = _notes(store)
    return tuple(
        Source(**{name: row[name] for name in columns}, notes=notes.get(row["source_id"], ()))
        for row in rows.iter_rows(named=True)
    )


def _notes(store: Store) -> dict[int, tuple[str, ...]]:
    """What was noticed of each source when it was loaded."""
    notes: dict[int, tuple[str, ...]] = {}
    if store.query("noted_tables").item():
        for number, note in store.query("source_notes").iter_rows():
            notes[number] = (*notes.get(number, ()), note)
    return notes
