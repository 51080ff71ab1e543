"""Each layer contract is seen to break: one bad import a case, in a copy of the tree."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

BREAKS = {
    "1": ("analyzer/helpers.py", "from analyzer import money\n"),
    "2": ("analyzer/money.py", "import duckdb\n"),
    "3": ("analyzer/kernels/packing.py", "import random\n"),
    "4": ("analyzer/levers/batching.py", "from analyzer.levers import caching\n"),
    "5": ("analyzer/adapters/canonical.py", "from analyzer.adapters import openai_raw\n"),
    "6": ("reports/spelling.py", "from analyzer import policy\n"),
    "7": ("analyzer/replay/cube.py", "import jinja2\n"),
    "8": ("analyzer/digest.py", "import socket\n"),
    "9": ("analyzer/replay/streams.py", "import pyspark\n"),
    "10": ("analyzer/commands/simulate.py", "from analyzer.lake import session\n"),
    "11": ("analyzer/tune/search.py", "import optuna\n"),
}


@pytest.fixture
def copy(tmp_path):
    for name in ("analyzer", "reports"):
        skip = shutil.ignore_patterns("__pycache__", "data", "sql", "templates")
        shutil.copytree(ROOT / name, tmp_path / name, ignore=skip)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def broken(folder):
    """Return the numbers of the contracts that lint-imports names broken."""
    command = (
        "import sys; sys.path.insert(0, ''); from importlinter.cli import lint_imports_command"
    )
    done = subprocess.run(
        [sys.executable, "-c", f"{command}; lint_imports_command()", "--no-cache"],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(folder), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
    lines = done.stdout.splitlines()
    return {line.split(".")[0] for line in lines if " BROKEN" in line}, done


def test_the_tree_keeps_every_contract(copy):
    found, done = broken(copy)
    assert done.returncode == 0, done.stdout
    assert found == set()
    assert "11 kept, 0 broken" in done.stdout


@pytest.mark.parametrize("number", BREAKS)
def test_a_bad_import_breaks_its_contract(copy, number):
    file, line = BREAKS[number]
    path = copy / file
    text = path.read_text() if path.exists() else ""
    future = "from __future__ import annotations\n"
    path.write_text(text.replace(future, future + line) if future in text else text + line)
    found, done = broken(copy)
    assert number in found, done.stdout + done.stderr
    assert done.returncode != 0
