"""A mapping file reads any table of totals, and any bill: periods, ends, cents."""

import re
from dataclasses import replace

import pytest

from analyzer.errors import FormatError
from analyzer.ingest.load import ingest_file
from analyzer.ingest.mapping_file import mapping_from, read_mapping
from analyzer.ingest.mapping_targets import KINDS
from tests.mapped_log import write_jsonl, write_mapping
from tests.mapped_totals import CHARGES, DAY_US, ROW, load, periods, totals
from tests.unit.test_ingest_mapping import MAPPINGS


def test_totals_are_loaded_as_totals(store, tmp_path):
    account = load(store, tmp_path, totals(), ROW)
    assert (account.table, account.rows_loaded, account.rejects) == ("usage_buckets", 1, 0)
    found = store.rows("SELECT provider, model, feature, requests, input_tokens, output_tokens "
                       "FROM usage_buckets")  # fmt: skip
    assert found == [("openai", "gpt-4o", "(untagged)", None, 2_000_000_000_000, 5)]


@pytest.mark.parametrize(
    ("text", "s", "span"),
    [
        (totals('period = "hour"'), "2026-09-01T08:00:00", (8 * DAY_US // 24, 9 * DAY_US // 24)),
        (totals('period = "day"'), "2026-09-02", (DAY_US, 2 * DAY_US)),
        (totals('period = "month"'), "2026-09", (0, 30 * DAY_US)),
        (totals('period = "month"'), "2026-02-01", (-212 * DAY_US, -184 * DAY_US)),
        (totals(start='{ path = "s", unit = "s" }'), 1788220800, (0, DAY_US)),
        (totals(start='{ path = "s", offset = "+02:00" }'), "2026-09-01",
         (-2 * DAY_US // 24, 22 * DAY_US // 24)),
        (totals(start="{ constant = 2026-09-01 }"), "", (0, DAY_US)),
    ],
)  # fmt: skip
def test_periods_that_the_mapping_tells(store, tmp_path, text, s, span):
    assert load(store, tmp_path, text, {**ROW, "s": s}).rejects == 0
    assert periods(store) == [span]


@pytest.mark.parametrize(
    ("end", "e", "days"),
    [
        ('"e"', "2026-09-04", 3),
        ('{ path = "e", through = true }', "2026-09-04", 4),
        ('{ path = "e", through = true }', "2026-09", 30),
        ('{ path = "e", through = true }', "2026-09-04T00:00:00Z", 4),
        ('{ path = "e", through = true }', "2026-09-04 00:00:00", 4),
        ('{ path = "e", through = true }', "2026-09-04T06:00:00Z", 3.25),
    ],
)
def test_ends_that_the_file_tells(store, tmp_path, end, e, days):
    text = totals(period="", end=f"end = {end}")
    assert load(store, tmp_path, text, {**ROW, "e": e}).rejects == 0
    assert periods(store) == [(0, days * DAY_US)]


def test_an_end_before_its_start_is_rejected(store, tmp_path):
    text = totals(period="", end='end = "e"')
    account = load(store, tmp_path, text, {**ROW, "e": "2026-08-31"})
    assert [reject.reason for reject in account.reasons] == ["the row ends before it starts"]


def test_a_day_that_is_none_is_rejected_by_its_name(store, tmp_path):
    account = load(store, tmp_path, totals(), ROW, {**ROW, "s": "01/09/2026"})
    assert (account.rows_loaded, account.rejects) == (1, 1)
    assert account.reasons[0].reason.startswith("s is not a time")


def test_a_bill_in_cents_with_a_credit(store, tmp_path):
    day = {"day": "2026-09-01", "currency": "USD"}
    rows = [{**day, "what": "tokens", "cents": "12.5"}, {**day, "what": "credit", "cents": -2}]
    account = load(store, tmp_path, CHARGES, *rows, {**day, "what": "x", "cents": "free"})
    assert (account.table, account.rows_loaded) == ("charges", 2)
    assert account.reasons[0].reason == "cents is not a number of cents"
    found = store.rows("SELECT line_item, cost_pico, currency FROM charges ORDER BY cost_pico")
    assert found == [("credit", -20_000_000_000, "USD"), ("tokens", 125_000_000_000, "USD")]
    again = load(store, tmp_path, CHARGES, *rows, {**day, "what": "x", "cents": "free"})
    assert (again.already_loaded, again.table, again.duplicates) == (True, "charges", 3)


def test_a_later_download_of_the_same_totals_adds_only_what_is_new(store, tmp_path):
    load(store, tmp_path, totals(), ROW)
    later = load(store, tmp_path, totals(), ROW, {**ROW, "s": "2026-09-02"}, name="later.jsonl")
    assert (later.rows_loaded, later.duplicates) == (1, 1)


def test_constants_are_part_of_what_a_total_is(store, tmp_path):
    """Two files of two teams hold the same columns: the mapping says whose each is."""
    for team in ("search", "chat"):
        text = totals() + f'feature = {{ constant = "{team}" }}\n'
        account = load(store, tmp_path, text, {**ROW, "o": len(team)}, name=f"{team}.jsonl")
        assert account.rows_loaded == 1
    assert len(periods(store)) == 2


def test_days_beside_their_month_are_refused(store, tmp_path):
    text = totals(period="", end='end = "e"')
    rows = [{**ROW, "e": "2026-10-01"}, {**ROW, "s": "2026-09-05", "e": "2026-09-06"}]
    with pytest.raises(FormatError, match=r"overlap in time \(2026-09-05\) and would count twice"):
        load(store, tmp_path, text, *rows)
    assert load(store, tmp_path, text, rows[0], {**rows[1], "m": "gpt-4o-mini"}).rows_loaded == 2


def test_a_row_that_adds_up_the_others_is_told_of(store, tmp_path):
    row = {"day": "2026-09-01", "currency": "USD"}
    rows = [{**row, "what": what, "cents": n} for what, n in (("a", 11), ("b", 22), ("Total", 33))]
    account = load(store, tmp_path, CHARGES, *rows)
    (said,) = [note for note in account.notes if "add up to" in note]
    assert said.startswith("1 row says what all other rows of its period, or of the file, add up")
    other = load(
        store, tmp_path, CHARGES, *({**r, "day": "2026-09-02"} for r in rows[:2]), name="b"
    )
    assert not any("add up to" in note for note in other.notes)


@pytest.mark.parametrize("gateway", ["LiteLLM Proxy", "unknown"])
def test_totals_of_a_gateway_may_be_any_providers(store, tmp_path, gateway):
    load(store, tmp_path, totals(), ROW)
    text = totals().replace("openai", gateway) + 'feature = "team"\n'
    with pytest.raises(FormatError, match="holds openai's money"):
        load(store, tmp_path, text, {**ROW, "team": "search"}, name="gateway.jsonl")


def test_a_local_month_has_the_length_of_its_month(store, tmp_path):
    text = totals('period = "month"', start='{ path = "s", offset = "+02:00" }')
    load(store, tmp_path, text, {**ROW, "s": "2026-03"}, {**ROW, "s": "2026-09"})
    hours = [(end - start) // 3_600_000_000 for start, end in periods(store)]
    assert hours == [31 * 24, 30 * 24]


def test_ids_are_compared_as_they_stand(store, tmp_path):
    ids = ["12345678901234567", "12345678901234568", "012345678901234567"]
    text = totals() + '[where]\nid = "12345678901234567"\n'
    rows = [{**ROW, "id": one, "o": n} for n, one in enumerate(ids)]
    account = load(store, tmp_path, text, *rows)
    assert (account.rows_loaded, account.set_aside) == (1, 2)
    assert store.rows("SELECT output_tokens FROM usage_buckets") == [(0,)]


def test_an_address_in_a_mapping_is_not_stored(store, tmp_path):
    text = totals() + 'feature = { constant = "jo@example.com" }\n'
    account = load(store, tmp_path, text, ROW)
    assert "jo@example.com" not in str(account.notes)
    assert store.rows("SELECT count(*) FROM source_notes WHERE contains(note, '@')") == [(0,)]


def test_one_provider_is_known_by_its_spellings(store, tmp_path):
    load(store, tmp_path, totals(), ROW)
    text = totals().replace('"openai"', '"Open AI"')
    later = load(store, tmp_path, text, {**ROW, "z": 1}, name="later.jsonl")
    assert (later.rows_loaded, later.duplicates) == (0, 1)
    shown = text.replace('{ constant = "Open AI" }', '"vendor"')
    other = {**ROW, "s": "2026-09-05", "vendor": "Vertex_AI"}
    load(store, tmp_path, shown, other, name="other.jsonl")
    assert store.rows("SELECT DISTINCT provider FROM usage_buckets ORDER BY 1") == [
        ("google",), ("openai",),
    ]  # fmt: skip


@pytest.mark.parametrize("start", [20260901, 202609, 46266, 2026, "46266.5", 2026090112])
def test_a_date_that_is_a_bare_number_is_no_moment_of_1970(store, tmp_path, start):
    account = load(store, tmp_path, totals(), ROW, {**ROW, "s": start})
    assert (account.rows_loaded, account.rejects) == (1, 1)
    assert account.reasons[0].reason == (
        "s is not a time from 1970 to 2100: write 2026-10-01T09:00:00Z; for a number, the mapping "
        'needs unit = "s", "ms" or "us", and for 31.12.2026 date = "%d.%m.%Y"'
    )


def test_a_period_without_a_length_is_rejected_with_its_mend(store, tmp_path):
    text = totals(period="", end='end = "e"')
    account = load(store, tmp_path, text, ROW | {"e": "2026-09-01"}, ROW | {"e": "2026-09-02"})
    assert (account.rows_loaded, account.rejects) == (1, 1)
    assert "write through = true" in account.reasons[0].reason


@pytest.mark.parametrize(("currency", "stored"), [(" eur ", "EUR"), ("$", None), ("Euro", None)])
def test_a_currency_is_a_code_of_three_letters(store, tmp_path, currency, stored):
    row = {"day": "2026-09-01", "what": "tokens", "cents": 12, "currency": currency}
    account = load(store, tmp_path, CHARGES, row, {**row, "currency": "USD"})
    assert account.rows_loaded == (2 if stored else 1)
    assert stored is None or (stored,) in store.rows("SELECT currency FROM charges")
    for reject in account.reasons:
        assert reject.reason == "currency is not a currency's code of three letters, such as USD"


@pytest.mark.parametrize("value", ["nan", "inf", "1_0", "1e999"])
def test_words_that_a_computer_reads_as_numbers_are_texts(store, tmp_path, value):
    text = totals() + f'[where]\nkind = "{value}"\n'
    account = load(store, tmp_path, text, {**ROW, "kind": value}, {**ROW, "kind": 10})
    assert (account.rows_loaded, account.set_aside) == (1, 1)


@pytest.mark.parametrize("column", ["model", "feature", "service_tier"])
@pytest.mark.parametrize("rule", ['"prompt"', '{ path = "prompt", values = { a = "b" } }'])
def test_no_name_is_taken_from_a_prompt(tmp_path, column, rule):
    text = "\n".join(line for line in totals().splitlines() if not line.startswith(f"{column} ="))
    with pytest.raises(FormatError, match="prompts or answers stand under"):
        write_mapping(tmp_path, f"{text}\n{column} = {rule}\n")


def test_no_feature_is_taken_from_a_prompt_beside_a_mapping(store, tmp_path):
    path, wish = write_jsonl(tmp_path, ROW), write_mapping(tmp_path, totals())
    with pytest.raises(FormatError, match="prompts or answers stand under"):
        ingest_file(store, path, replace(wish, feature="prompt"))


@pytest.mark.parametrize(
    ("tables", "said"),
    [
        ({"rows": "sums"}, "rows: 'sums' is none of requests, totals, charges"),
        ({"rows": "totals", "columns": {"ts": "t"}}, "unknown key 'ts'"),
        ({"rows": "charges", "columns": {"start": "s", "provider": "p", "cost": "c"}},
         'currency is missing: name its path, or give a constant: { constant = "USD" }'),
        ({"rows": "charges", "columns": {"start": "s", "provider": "p", "cost": "c",
                                         "currency": "u"}}, 'write period = "day"'),
        ({"rows": "charges", "period": "week", "columns": {"start": "s", "provider": "p",
                                                           "cost": "c", "currency": "u"}},
         "period: 'week' is none of hour, day, month"),
        ({"period": "day", "columns": {"ts": "t", "model": "m", "input_tokens": "i",
                                       "output_tokens": "o"}}, "period: it is for totals"),
        ({"rows": "charges", "period": "day",
          "columns": {"start": {"path": "s", "through": True}, "provider": "p", "cost": "c",
                      "currency": "u"}}, "through is for an end"),
    ],
)  # fmt: skip
def test_mistakes_are_named(tables, said):
    columns = {"ts": "t", "model": "m", "input_tokens": "i", "output_tokens": "o"}
    with pytest.raises(FormatError, match="mine") as told:
        mapping_from({"columns": columns, **tables}, "mine.toml")
    assert said in str(told.value)


def test_the_table_of_a_team_is_read_with_or_without_what_is_optional(store, tmp_path):
    head, row = "month,vendor,model,team,calls,input,output", "2026-09,openai,gpt-4o,search,9,100,5"
    wish = write_mapping(tmp_path, (MAPPINGS / "usage_by_month.toml").read_text())
    plain, full = tmp_path / "plain.csv", tmp_path / "full.csv"
    plain.write_text(f"{head}\n{row}\n")
    full.write_text(f"{head},cached,cost_usd\n{row.replace('09', '10', 1)},40,0.5\n")
    for path in (plain, full):
        assert ingest_file(store, path, wish).rows_loaded == 1
    found = store.rows("SELECT cached_input_tokens, logged_cost_pico FROM usage_buckets "
                       "ORDER BY start_us")  # fmt: skip
    assert found == [(0, None), (40, 500_000_000_000)]


def test_every_sample_mapping_is_read():
    assert {read_mapping(path).name for path in MAPPINGS.glob("*.toml")} >= {
        "bill_by_month",
        "usage_by_month",
    }


@pytest.mark.parametrize("rows", KINDS)
def test_the_reference_names_every_column_that_may_be_filled(rows):
    text = (MAPPINGS / "README.md").read_text()
    (line,) = [line for line in text.splitlines() if line.startswith(f"| {rows} |")]
    named = set(re.findall(r"`(\w+)`", line)) - {"period"}
    assert named == set(KINDS[rows].columns)
    needed = set(re.findall(r"`(\w+)`", line.split("|")[2])) - {"period", "end"}
    assert needed == set(KINDS[rows].required)
