"""python -m bench [NAME ...]: run benchmarks and print their tables; --keep writes them down."""

from __future__ import annotations

import argparse
from importlib import import_module
from pathlib import Path

from bench.databases import default_folder
from bench.table import Options, keep, table

BENCHMARKS: dict[str, tuple[str, ...]] = {
    "ingest": (),
    "simulate": (),
    "reevaluate": (),
    "tune": (),
    "pricing": ("genai-prices",),
    "whatif": ("tokenbill",),
    "ttl": ("libcachesim",),
    "page": ("playwright",),
    "web": ("nicegui", "playwright"),
    "spark": ("pyspark",),
}
"""Every benchmark, and the packages it measures rebill against."""


def main(words: list[str] | None = None) -> None:
    """Run what is asked for."""
    asked = _parsed(words)
    options = Options(asked.folder, tuple(sorted(asked.requests or (10**6, 10**7))), asked.repeat)
    for name in asked.names or BENCHMARKS:
        print(f"## {name}\n")
        try:
            text = table(import_module(f"bench.{name}").measure(options), BENCHMARKS[name])
        except ModuleNotFoundError as missing:
            print(f"{missing}: pip install 'rebill[bench]'\n")
            continue
        print(text, flush=True)
        if asked.keep:
            keep(name, text)


def _parsed(words: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS))
    parser.add_argument(
        "--requests", type=int, action="append", help="a size; may be repeated [1e6 and 1e7]"
    )
    parser.add_argument("--folder", type=Path, default=default_folder(), help="[%(default)s]")
    parser.add_argument("--repeat", type=int, default=3, help="runs a median is of [%(default)s]")
    parser.add_argument("--keep", action="store_true", help="write the tables to bench/README.md")
    asked = parser.parse_args(words)
    unknown = [name for name in asked.names if name not in BENCHMARKS]
    if unknown:
        parser.error(f"no such benchmark: {', '.join(unknown)}")
    return asked


if __name__ == "__main__":
    main()
