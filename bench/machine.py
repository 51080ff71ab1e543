"""What a figure was measured on: without it, a figure means nothing."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from analyzer import __version__

PACKAGES = ("polars", "duckdb", "numpy", "pyarrow")


def described(others: Sequence[str] = ()) -> str:
    """Return the CPU, its cores, the memory and the versions, in one line."""
    packages = ", ".join(f"{name} {_version(name)}" for name in (*PACKAGES, *others))
    return (
        f"{_cpu()}, {os.cpu_count()} cores, {_memory_gb():.0f} GB, {platform.system()}, "
        f"Python {platform.python_version()}, rebill {__version__}, {packages}"
    )


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "(not installed)"


def _cpu() -> str:
    """The CPU's name and numbers, as the kernel tells them."""
    told = Path("/proc/cpuinfo")
    if not told.exists():
        return platform.processor() or platform.machine()
    lines = (line.partition(":") for line in told.read_text().splitlines())
    facts = {name.strip(): value.strip() for name, _, value in lines}
    name = facts.get("model name", platform.machine())
    return f"{name} (family {facts.get('cpu family', '?')}, model {facts.get('model', '?')})"


def _memory_gb() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
