"""The traps of real exports, and the tests that keep rebill out of each of them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from analyzer.ingest.load import ingest_file

TESTS = Path(__file__).parents[1]

TRAPS = {
    "cached tokens inside or beside the input": (
        "test_a_fixture_reads_as_its_golden",
        "test_bedrock_counts_leave_out_the_cache",
        "test_cached_tokens_stand_inside_the_prompt_unless_something_proves_otherwise",
        "test_langsmiths_prompt_holds_what_was_read_and_written",
    ),
    "reasoning beside the output": (
        "test_counts_are_read_as_their_total_tells",
        "test_reasoning_beside_the_output_is_added_where_the_total_says_so",
    ),
    "cents, dollars and billionths": (
        "test_the_cost_report_is_in_cents",
        "test_the_cents_of_2024_are_not_read_as_dollars",
        "test_portkeys_cost_is_cents",
        "test_the_cost_is_dollars_whatever_its_unit",
    ),
    "usage and cost exports, gateway and bill: the same money": (
        "test_a_usage_export_and_its_bill_agree_without_any_log",
        "test_a_log_a_usage_export_and_a_bill_of_one_month_agree_to_the_pico",
        "test_with_the_users_own_key_the_tokens_are_on_the_providers_bill",
        "test_the_same_money_is_billed_once",
        "test_calls_told_a_second_time_under_other_ids_are_told_of",
    ),
    "empty buckets, empty exports, headers alone": (
        "test_an_export_of_a_time_without_usage_loads_nothing_and_loses_nothing",
        "test_a_report_without_usage_says_so_and_loads_nothing",
        "test_an_empty_file_is_said_and_a_header_alone_is_no_row",
    ),
    "several rows of one bucket are summed": (
        "test_several_rows_of_a_bucket_are_summed_never_last_wins",
        "test_rows_of_one_bucket_are_summed_and_never_last_wins",
    ),
    "overlapping downloads": (
        "test_overlapping_downloads_in_another_order_count_once",
        "test_the_same_bytes_load_nothing_under_any_name",
        "test_usage_grouped_otherwise_over_the_same_days_is_refused",
        "test_charges_grouped_otherwise_are_refused",
    ),
    "snapshots, aliases, display names; variants are other models": (
        "test_a_real_spelling_means_this_model",
        "test_variants_are_different_models",
        "test_a_name_that_no_table_prices_is_unpriced_and_says_why",
        "test_a_model_that_no_table_prices_is_named_and_never_zero",
    ),
    "streams without usage": (
        "test_a_stream_without_usage_is_rejected_and_counted_and_never_costs_nothing",
        "test_a_stream_that_was_cut_is_rejected_and_not_billed_by_its_first_count",
    ),
    "lines, spans and rows that repeat others": (
        "test_an_answer_on_several_lines_counts_once_with_its_largest_output",
        "test_what_was_sent_twice_is_loaded_once_in_any_file_and_any_case",
        "test_a_call_that_holds_calls_at_any_depth_is_set_aside",
        "test_langsmiths_runs_around_a_call_repeat_it_and_are_set_aside",
        "test_what_is_no_model_call_is_set_aside_and_counted",
        "test_an_export_by_tag_is_refused_for_it_counts_a_request_once_per_tag",
        "test_iterations_repeat_the_totals_and_are_not_added",
    ),
    "answers of a gateway's cache": (
        "test_a_hit_of_the_gateways_cache_is_told_by_its_string_or_its_id",
        "test_an_answer_from_helicones_cache_is_demand_that_cost_nothing",
        "test_calls_that_a_cache_answered_cost_nothing_on_either_side",
    ),
    "retries, fallbacks, failures": (
        "test_a_retry_and_a_fallback_are_rows_of_their_own",
        "test_a_failed_call_without_counts_is_a_request_that_failed",
        "test_only_a_failed_request_may_lack_its_counts",
    ),
    "tiers, places and long contexts have other prices": (
        "test_a_batch_is_billed_at_half",
        "test_tiers_with_prices_of_their_own_are_counted_aloud",
        "test_half_the_price_is_the_batch_tier_that_the_log_does_not_name",
        "test_a_total_of_many_calls_is_no_long_context",
    ),
    "tools are in no count of tokens": (
        "test_a_line_item_names_its_model_and_a_tools_money_names_none",
        "test_tools_taxes_and_other_money_stand_apart",
    ),
    "times: UTC, naive, days and hours, the newest days": (
        "test_naive_and_offset_times_in_one_column_are_the_same_day",
        "test_mixed_offsets_are_one_time",
        "test_a_date_is_a_day_and_a_clock_an_hour",
        "test_the_last_48_hours_of_a_bill_are_left_out_and_said",
    ),
    "currencies": (
        "test_a_bill_in_another_currency_is_never_read_as_dollars",
        "test_a_cost_in_another_currency_is_rejected_and_not_taken_for_dollars",
    ),
    "credits, taxes, purchases": (
        "test_taxes_credits_and_a_months_purchase_stand_apart_and_merge_no_days",
    ),
    "prompts that were cut or lie elsewhere": (
        "test_a_cut_answer_counts_as_long_as_it_was",
        "test_a_body_that_stands_elsewhere_gives_no_key",
        "test_a_prompt_that_was_cut_is_no_key",
    ),
    "separators, marks, guards": (
        "test_each_way_of_writing_the_log_loads_the_same_rows",
        "test_every_header_generation_is_told",
        "test_the_quote_before_a_formula_is_no_part_of_the_name",
        "test_ids_keep_their_leading_zeros",
        "test_the_text_null_is_nothing",
        "test_counts_written_as_floats_are_whole_numbers_and_fractions_are_none",
        "test_a_count_with_separators_is_rejected_and_not_cut_at_the_first",
    ),
    "totals without a count of requests": (
        "test_totals_have_no_count_of_requests",
        "test_a_total_without_a_count_is_billed_and_what_needs_the_count_is_named",
    ),
    "secrets and people": (
        "test_nothing_private_is_in_the_database_its_wal_or_the_account",
        "test_no_fixture_brings_its_secrets_into_the_database",
        "test_nothing_private_of_an_export_is_in_the_database",
        "test_a_persons_name_in_a_claude_code_key_is_not_stored",
    ),
    "subscriptions: worth at list price, no spend": (
        "test_the_account_says_that_a_subscriptions_dollars_are_no_spend",
    ),
}


@pytest.fixture(scope="module")
def written():
    """The names of all tests that there are."""
    texts = (path.read_text(encoding="utf-8") for path in TESTS.rglob("test_*.py"))
    return {name for text in texts for name in re.findall(r"^def (test_\w+)", text, re.MULTILINE)}


@pytest.mark.parametrize("trap", TRAPS)
def test_each_trap_has_tests(trap, written):
    assert set(TRAPS[trap]) <= written


def _load(store, tmp_path, *rows):
    path = tmp_path / "log.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return ingest_file(store, path)


def _chat(usage, **more):
    answer = {"id": "c1", "object": "chat.completion", "created": 1788249600, "model": "grok-4"}
    return {**answer, "choices": [], "usage": usage, **more}


@pytest.mark.parametrize(("total", "output"), [(110, 10), (160, 60), (150, 10), (None, 10)])
def test_reasoning_beside_the_output_is_added_where_the_total_says_so(
    store, tmp_path, total, output
):
    """xAI counts 50 tokens of reasoning beside 10 of output; OpenAI would count them inside."""
    usage = {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": total}
    _load(store, tmp_path, _chat({**usage, "completion_tokens_details": {"reasoning_tokens": 50}}))
    assert store.rows("SELECT output_tokens FROM requests") == [(output,)]


def test_a_stream_without_usage_is_rejected_and_counted_and_never_costs_nothing(store, tmp_path):
    good = {"prompt_tokens": 100, "completion_tokens": 10}
    account = _load(store, tmp_path, _chat(None), _chat(good))
    assert (account.rows_in, account.rows_loaded, account.rejects) == (2, 1, 1)
    assert "stream_options.include_usage" in account.reasons[0].reason


def test_a_prompt_that_was_cut_is_no_key(store, tmp_path):
    """Two prompts that were cut at one length would be one prompt."""
    payload = {
        "call_type": "acompletion", "response_cost": 0.5, "prompt_tokens": 100,
        "completion_tokens": 5, "startTime": 1788249600, "endTime": 1788249601, "model": "gpt-4o",
        "status": "success", "hidden_params": {}, "model_parameters": {}, "metadata": {},
    }  # fmt: skip
    cut = "a" * 716 + "... (litellm_truncated skipped 9 chars) ..." + "b" * 1332
    texts = {"1": "whole", "2": cut}
    rows = [{**payload, "id": n, "messages": [{"role": "user", "content": text}]}
            for n, text in texts.items()]  # fmt: skip
    _load(store, tmp_path, *rows)
    found = store.rows("SELECT prompt_key IS NULL FROM requests ORDER BY request_id")
    assert found == [(False,), (True,)]


def test_a_count_with_separators_is_rejected_and_not_cut_at_the_first(store, tmp_path):
    account = _load(store, tmp_path, _chat({"prompt_tokens": "1,000", "completion_tokens": 10}))
    assert account.rejects == 1
    assert "is not a whole number" in account.reasons[0].reason
