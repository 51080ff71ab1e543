"""Hands out files: the same bytes that the command line writes."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Callable
from io import StringIO
from pathlib import Path

from analyzer.commands.asking import find, replay
from analyzer.web.desk import POLICY_FILE, Desk


def _report(form: str) -> Callable[[Desk, Path], str]:
    def write(desk: Desk, policy: Path) -> str:
        from analyzer.commands.report import renderer

        return renderer(form)(find(desk.db, policy, desk.price_files, curves=None))

    return write


def _simulate(desk: Desk, policy: Path) -> str:
    from reports import json

    return json.render(find(desk.db, policy, desk.price_files)) + "\n"


def _focus(desk: Desk, policy: Path) -> str:
    from analyzer.export import focus

    return focus.to_csv(replay(desk.db, policy, desk.price_files))


def _litellm(desk: Desk, policy: Path) -> str:
    from analyzer.commands.export import litellm_text

    return litellm_text(policy, desk.db, desk.price_files)


def _python(_: Desk, policy: Path) -> str:
    from analyzer.export.python import to_python
    from analyzer.policy import read_policy

    return to_python(read_policy(policy)[0])


def _policy(_: Desk, policy: Path) -> str:
    return policy.read_bytes().decode()  # as it is: its line ends too


FILES: dict[str, tuple[str, Callable[[Desk, Path], str]]] = {
    "report.html": ("The report, a page to print and forward", _report("html")),
    "report.md": ("The report as Markdown", _report("md")),
    "report.csv": ("All tables of the report as one CSV", _report("csv")),
    "report.json": ("Every figure of the report as JSON", _report("json")),
    "policy.toml": ("The policy, for rebill simulate and rebill report", _policy),
    "litellm.yaml": ("The policy as a LiteLLM proxy's config", _litellm),
    "llm_policy.py": ("The policy as a Python module without dependencies", _python),
    "simulate.json": ("What rebill simulate --json prints", _simulate),
    "focus.csv": ("Costs before and after as FOCUS 1.1", _focus),
}


def written(desk: Desk, name: str, policy_text: str) -> bytes:
    """Return one file under a policy. A job of the desk.

    Raises:
        RebillError: the policy cannot be used, or there is nothing to bill.
    """
    with tempfile.TemporaryDirectory(prefix="rebill-") as folder:
        policy = Path(folder) / POLICY_FILE
        policy.write_text(policy_text, encoding="utf-8")
        return FILES[name][1](desk, policy).encode()


def rejects(desk: Desk, source_id: int) -> bytes:
    """Return the rejected rows of one file: file, line and reason, as CSV. A job of the desk."""
    from reports.appendix import guarded

    with desk.reading() as store:
        rows = store.query("reject_rows", source_id=source_id).iter_rows()
        out = StringIO()
        writer = csv.writer(out)
        writer.writerow(("file", "line", "reason"))
        writer.writerows((guarded(file), line, guarded(reason)) for file, line, reason in rows)
    return out.getvalue().encode()
