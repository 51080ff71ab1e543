"""A mapped log as files: what the tests of mapping files and of ``--explain`` both write."""

import json

from analyzer.ingest.load import Wish
from analyzer.ingest.mapping_file import read_mapping

BASE = '[columns]\nts = "t"\nmodel = "m"\ninput_tokens = "i"\noutput_tokens = "o"\n'
ROW = {"t": "2026-09-01T08:00:00Z", "m": "gpt-4o", "i": 100, "o": 5}


def write_mapping(tmp_path, text):
    path = tmp_path / "mine.toml"
    path.write_text(text)
    return Wish(mapping=read_mapping(path))


def write_jsonl(tmp_path, *rows, name="log.jsonl"):
    path = tmp_path / name
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path
