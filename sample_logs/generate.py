"""Writes the sample company's logs and billing exports: ``python sample_logs/generate.py``."""

from __future__ import annotations

import argparse
import gzip
from collections.abc import Iterable
from pathlib import Path

from company import write_billing, write_canonical, write_litellm, write_openai
from company.month import Month, october

HERE = Path(__file__).resolve().parent


def files(month: Month) -> dict[str, str]:
    """Return the text of each file by its path below ``sample_logs``."""
    reviews = write_openai.with_cut_line(write_openai.chat_lines(month.reviews))
    return {
        "litellm/spend_logs_2026-10.jsonl.gz": _joined(write_litellm.lines(month.gateway)),
        "openai_chat/summarization_2026-10.jsonl.gz": _joined(
            write_openai.chat_lines(month.summaries)
        ),
        "openai_chat/code_review_2026-10.jsonl.gz": _joined(reviews),
        "openai_chat/scratch_2026-10.jsonl.gz": _joined(
            write_openai.responses_lines(month.scratch)
        ),
        "canonical/content_2026-10.csv.gz": write_canonical.text(month.content),
        "openai_billing/completions_usage_2026-10-01_2026-10-31.csv": write_billing.usage_text(
            month.billed
        ),
        "openai_billing/cost_2026-10-01_2026-10-31.csv": write_billing.cost_text(month.billed),
    }


def write(folder: Path) -> int:
    """Write every file below a folder and return their size in bytes."""
    size = 0
    for name, text in files(october()).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        _write_file(path, text.encode())
        size += path.stat().st_size
    return size


def _write_file(path: Path, content: bytes) -> None:
    if path.suffix != ".gz":
        path.write_bytes(content)
        return
    # No name and no time in the header: the bytes depend on the content alone.
    with path.open("wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as packed:
        packed.write(content)


def _joined(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def main() -> None:
    """Write the files, by default where they are committed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-o", "--output", type=Path, default=HERE, help="folder to write to")
    folder = parser.parse_args().output
    print(f"{folder}: {write(folder):,} bytes")


if __name__ == "__main__":
    main()
