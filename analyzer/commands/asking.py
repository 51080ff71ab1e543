"""From the words of a command to findings: what simulate, report and demo have in common."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from analyzer import __version__
from analyzer.analyze import Question, analyze
from analyzer.findings import Findings, Provenance, Source
from analyzer.policy import read_policy
from analyzer.pricing.book import open_book
from analyzer.store import Store

BOOTSTRAP_SEED = 0


def find(
    db: Path, policy_file: Path, price_files: tuple[str, ...], claims_file: Path | None = None
) -> Findings:
    """Replay a database under a policy file, with the user's prices over the bundled book."""
    policy, raw = read_policy(policy_file)
    book = open_book(price_files)
    with Store.open(db, read_only=True) as store:
        provenance = Provenance(
            version=__version__,
            policy_file=policy_file.name,
            policy_sha256=sha256(raw).hexdigest(),
            policy_text=raw.decode(),
            price_sources=book.sources,
            seed=BOOTSTRAP_SEED,
            sources=_sources(store),
        )
        findings = analyze(store, Question(policy, book, provenance))
    if claims_file is None:
        return findings
    from analyzer.savings.claims import with_claims

    return with_claims(findings, claims_file)


def _sources(store: Store) -> tuple[Source, ...]:
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
    rows = store.query("sources").select(columns).sort("file", "sha256")
    return tuple(Source(*row) for row in rows.iter_rows())
