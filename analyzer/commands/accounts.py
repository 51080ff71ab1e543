"""How the accounts of loaded files are spelled, for people and as JSON."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from analyzer.money import spell_percent, spell_usd, usd

if TYPE_CHECKING:
    from analyzer.ingest.account import Account, Reject
    from analyzer.ingest.scores import ScoreAccount
    from analyzer.savings.attributed import Attribution

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_HELD = {"requests": "requests", "usage_buckets": "usage totals", "charges": "charges"}


def spell_time(ts_us: int | None) -> str | None:
    """Spell a moment as ``2026-10-01T09:20:46.847000Z``, whole seconds without fraction."""
    if ts_us is None:
        return None
    moment = _EPOCH + timedelta(microseconds=ts_us)
    return moment.isoformat().replace("+00:00", "Z")


def spell_account(account: Account) -> str:
    """Spell what became of one file, as the lines a person reads."""
    lines = [
        f"{account.file}: {account.format}, {_HELD[account.table]}",
        f"  rows in {account.rows_in:,} = loaded {account.rows_loaded:,} "
        f"+ duplicates {account.duplicates:,} + rejects {account.rejects:,}"
        + (f" + set aside {account.set_aside:,}" if account.set_aside else ""),
    ]
    if account.rows_loaded and account.first_ts_us is not None:
        first, last = spell_time(account.first_ts_us), spell_time(account.last_ts_us)
        lines.append(f"  from {first} to {last}")
    readable = account.rows_in - account.rejects - account.set_aside
    if not account.already_loaded and readable:
        lines.append(f"  {spell_percent(account.tagged, readable)} of the rows name a feature")
    lines.extend(_spell_rejects(account.reasons, account.rejects))
    lines.extend(f"  note: {note}" for note in account.notes)
    return "\n".join(lines)


def spell_attribution(found: Attribution, held_as: str) -> str:
    """Spell how much of the money of ``requests``, ``totals`` or ``charges`` names its feature."""
    what = {"requests": "requests", "totals": "usage totals", "charges": "charges"}[held_as]
    whole = found.total_pico_usd
    if not whole and held_as == "charges":
        return "the loaded charges come to $0"
    if not whole:
        return f"no loaded {what} cost anything at the bundled prices (rebill prices check)"
    share = spell_percent(found.tagged_pico_usd, whole)
    said = f"attribution: {share} of the {what}' {spell_usd(whole)} names a feature"
    if found.inferred_pico_usd:
        said += f", {spell_percent(found.inferred_pico_usd, whole)} is told by call site"
    return said


def attribution_json(found: Attribution) -> dict[str, object]:
    """Return the same as it stands in ``rebill ingest --json``."""
    return {
        "usd": usd(found.total_pico_usd),
        "tagged_usd": usd(found.tagged_pico_usd),
        "inferred_usd": usd(found.inferred_pico_usd),
    }


def spell_scores(account: ScoreAccount) -> str:
    """Spell what became of a file of scores."""
    lines = [
        f"{account.file}: quality scores",
        f"  rows in {account.rows_in:,} = loaded {account.loaded:,} "
        f"+ superseded {account.superseded:,} + rejects {account.rejects:,}",
    ]
    if account.replaced:
        lines.append(f"  {account.replaced:,} took the place of an older score")
    if account.unmatched:
        lines.append(
            f"  {account.unmatched:,} of the {account.loaded:,} match no loaded request: they "
            "count as evidence once its log is loaded; check request_id if it is"
        )
    lines.extend(_spell_rejects(account.reasons, account.rejects))
    return "\n".join(lines)


def _spell_rejects(reasons: Iterable[Reject], rejects: int) -> list[str]:
    lines = [f"  line {reject.line}: {reject.reason}" for reject in reasons]
    more = rejects - len(lines)
    if more > 0:
        lines.append(f"  and {more:,} more like these; rebill sources rejects lists all")
    return lines


def account_json(account: Account) -> dict[str, object]:
    """Return one file's account as it stands in ``rebill ingest --json``."""
    return {
        "file": account.file,
        "sha256": account.sha256,
        "format": account.format,
        "table": account.table,
        "rows_in": account.rows_in,
        "rows_loaded": account.rows_loaded,
        "duplicates": account.duplicates,
        "rejects": account.rejects,
        "set_aside": account.set_aside,
        "reasons": [{"line": r.line, "reason": r.reason} for r in account.reasons],
        "first_ts": spell_time(account.first_ts_us),
        "last_ts": spell_time(account.last_ts_us),
        "tagged_rows": account.tagged,
        "notes": list(account.notes),
        "already_loaded": account.already_loaded,
    }
