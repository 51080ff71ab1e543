"""Reads a report that ``rebill report --format json`` wrote before: data, and not trusted."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from analyzer.board import Range
from analyzer.earlier.change import a_month
from analyzer.earlier.record import FeatureMonth, Told
from analyzer.errors import RebillError
from analyzer.findings import Window
from analyzer.money import PICO_PER_USD

MOST_BYTES = 200_000_000
_MEND = "it must be what rebill report --format json wrote"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Pico = Annotated[str, Field(pattern=r"^-?[0-9]{1,38}$")]
"""An exact amount, as reports write it."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class _Tally(_Part):
    pico_usd: Pico
    requests: int = Field(ge=0)


class _Step(_Part):
    features: dict[str, _Tally]


class _Share(_Part):
    shapley_pico_usd: Pico


class _Window(_Part):
    start: datetime
    end: datetime


class _Projection(_Part):
    annual_saving_p10_usd: float | None = None
    annual_saving_p90_usd: float | None = None


class _Source(_Part):
    sha256: str


class _Provenance(_Part):
    version: str = ""
    policy_file: str = ""
    policy_sha256: str = ""
    policy_text: str = ""
    sources: tuple[_Source, ...] = ()


class Report(_Part):
    """The parts of an earlier report that are compared."""

    policy: str
    price_date: str = Field(pattern=r"^\d{4}-\d{2}-\d{2}$")
    window: _Window
    steps: tuple[_Step, ...] = Field(min_length=1)
    attribution: dict[str, _Share] = Field(default_factory=dict)
    projection: _Projection = _Projection()
    provenance: _Provenance = _Provenance()
    """Empty in what ``rebill simulate --json`` prints."""


def read_report(path: Path) -> Report:
    """Return an earlier report.

    Raises:
        RebillError: the file cannot be read, or is no report.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise RebillError(f"{path.name}: larger than any report: {_MEND}")
        return Report.model_validate(json.loads(path.read_bytes()))
    except OSError as error:
        raise RebillError(f"{path}: cannot be read ({error.strerror}); check --compare") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the whole"
        raise RebillError(f"{path.name}: {where}: {first['msg'].lower()}: {_MEND}") from None
    except (ValueError, RecursionError) as error:
        raise RebillError(f"{path.name}: not JSON: {_MEND}") from error


def told_by(report: Report, file: str) -> Told:
    """Return what an earlier report told, by the month.

    Raises:
        RebillError: its log covers no length of time.
    """
    window = Window(_us(report.window.start), _us(report.window.end))
    if window.end_us <= window.start_us:
        raise RebillError(f"{file}: its log covers no length of time: no month to compare")
    first, last = report.steps[0].features, report.steps[-1].features
    return Told(
        policy=report.policy,
        policy_sha256=report.provenance.policy_sha256,
        version=report.provenance.version,
        price_date=report.price_date,
        window=window,
        files=tuple(sorted(source.sha256 for source in report.provenance.sources)),
        before_pico_usd=a_month(_sum(first), window),
        after_pico_usd=a_month(_sum(last), window),
        features={
            name: FeatureMonth(
                a_month(int(tally.pico_usd), window),
                a_month(int(last[name].pico_usd) if name in last else 0, window),
                a_month(tally.requests, window),
            )
            for name, tally in first.items()
        },
        levers={
            name: a_month(int(share.shapley_pico_usd), window)
            for name, share in report.attribution.items()
        },
        annual=_annual(report.projection),
    )


def _us(moment: datetime) -> int:
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    since = aware - EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def _sum(features: dict[str, _Tally]) -> int:
    return sum(int(tally.pico_usd) for tally in features.values())


def _annual(projection: _Projection) -> Range | None:
    low, high = projection.annual_saving_p10_usd, projection.annual_saving_p90_usd
    if low is None or high is None:
        return None
    return Range(round(low * PICO_PER_USD), round(high * PICO_PER_USD))
