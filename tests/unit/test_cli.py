"""The command as a user meets it: results on stdout, one line for bad input, exit codes."""

import json
import os
import subprocess
import sys

import pytest

from tests.strategies.written import canonical_jsonl

COMMAND = [sys.executable, "-c", "from analyzer.cli import main; main()"]
NAMES = ("demo", "ingest", "sources", "simulate", "report", "evals", "export", "prices")
PRICES = 'currency = "USD"\n[[price]]\nmodel = "big"\ninput = "2"\noutput = "8"\n' + (
    '[[price]]\nmodel = "small"\ninput = "0.5"\noutput = "1"\n'
)
POLICY = 'name = "p"\n[[model_selection]]\nfeature = "chat"\nto = "small"\n' + (
    '[[caching]]\nfeature = "*"\nttl_seconds = 60\n'
)
DAY_US = 86_400_000_000
ROWS = [
    {
        "request_id": f"r{n}",
        "ts_us": 1_790_000_000_000_000 + n * DAY_US // 4,
        "model": model,
        "feature": feature,
        "input_tokens": 1000,
        "output_tokens": 100,
    }
    for n, (model, feature) in enumerate([("big", "chat"), ("big", "mail"), ("ghost", "chat")] * 12)
]


def rebill(*words, cwd):
    root = os.fspath(cwd)
    return subprocess.run(
        [*COMMAND, *words],
        cwd=root,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cli")
    (folder / "log.jsonl").write_text(canonical_jsonl(ROWS))
    (folder / "prices.toml").write_text(PRICES)
    (folder / "policy.toml").write_text(POLICY)
    assert rebill("ingest", "log.jsonl", cwd=folder).returncode == 0
    return folder


@pytest.mark.parametrize("name", NAMES)
def test_every_command_explains_itself(name, tmp_path):
    done = rebill(name, "--help", cwd=tmp_path)
    assert done.returncode == 0
    assert done.stdout.startswith(f"Usage: rebill {name}")
    assert len(done.stdout.splitlines()) > 5


def test_help_loads_no_engine(tmp_path):
    code = (
        "import sys; sys.argv = ['rebill', '--help']\n"
        "from analyzer.cli import main\n"
        "try: main()\n"
        "except SystemExit: print([m for m in ('polars', 'duckdb', 'plotly') if m in sys.modules])"
    )
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=env, capture_output=True, check=True
    )
    assert done.stdout.decode().splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("simulate", "--policy", "policy.toml", "--db", "none.duckdb"), "no database there"),
        (("simulate", "--policy", "none.toml"), "none.toml"),
        (("simulate", "--policy", "policy.toml"), "'small' has no price"),
        (("simulate", "--policy", "log.jsonl"), "not valid TOML"),
        (("report", "--policy", "policy.toml", "--prices", "none.toml"), "none.toml"),
        (("ingest", "none.jsonl"), "none.jsonl"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(folder, words, said):
    done = rebill(*words, cwd=folder)
    assert done.returncode == 2
    assert done.stdout == ""
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_an_unknown_option_is_exit_code_2(folder):
    assert rebill("simulate", "--polcy", "x", cwd=folder).returncode == 2


def test_simulate_prints_one_object_that_adds_up(folder):
    words = ("simulate", "--policy", "policy.toml", "--prices", "prices.toml", "--json")
    done = rebill(*words, cwd=folder)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    wanted = "policy price_date window coverage billed_usd steps attribution projection"
    assert list(found) == wanted.split()
    assert found["coverage"]["unpriced_models"] == {"ghost": 12}
    skipped = {"lever": "caching", "feature": "chat", "missing": "prompt_key"}
    assert skipped in found["coverage"]["skipped"]
    # 24 priced calls at 1,000 · $2 + 100 · $8 a million; chat's 12 go to 1,000 · $0.5 + 100 · $1
    assert [step["usd"] for step in found["steps"]] == [0.0672, 0.0408, 0.0408]
    for step in found["steps"]:
        parts = sum(int(part["pico_usd"]) for part in step["features"].values())
        assert parts == int(step["pico_usd"])


def test_the_same_question_gives_the_same_bytes(folder):
    for name in ("a.html", "b.html"):
        words = ("report", "--policy", "policy.toml", "--prices", "prices.toml", "-o", name)
        assert rebill(*words, cwd=folder).returncode == 0
    assert (folder / "a.html").read_bytes() == (folder / "b.html").read_bytes()


def test_the_demo_corrects_the_three_sums(tmp_path):
    done = rebill("demo", "-o", "demo.html", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.rstrip().endswith("demo.html")
    assert (tmp_path / "demo.html").stat().st_size < 2_500_000
    for correction in ("$1,460 a year", "105%", "compares output prices alone"):
        assert correction in " ".join(done.stdout.split())
