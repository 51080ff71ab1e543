"""A FOCUS bill beside a log of the same models: cash, one currency, and only what is AI."""

import pytest

from analyzer.ingest.load import ingest_file
from tests.billing_files import Use, causes, log, reconciled, table

MODEL = "us.anthropic.claude-sonnet-4-5-20250929-v1:0"
ROW = {
    "BilledCost": "0", "EffectiveCost": "0", "BillingAccountId": "007", "BillingCurrency": "USD",
    "ChargeCategory": "Usage", "ChargeDescription": "NULL", "SkuMeter": "NULL", "SkuId": "01",
    "ChargePeriodStart": "", "ChargePeriodEnd": "", "ProviderName": "AWS",
    "ServiceCategory": "AI and Machine Learning",
    "ServiceName": "Claude Sonnet 4.5 (Amazon Bedrock Edition)", "Tags": "NULL",
}  # fmt: skip
SIX_DAYS = [Use(day, 1_000_000 + day * 1_000, 50_000) for day in range(6)]


def day(number, **more):
    period = {
        "ChargePeriodStart": f"2026-10-{number + 1:02d} 00:00:00",
        "ChargePeriodEnd": f"2026-10-{number + 2:02d} 00:00:00",
    }
    return ROW | period | more


def usage_rows():
    for use in SIX_DAYS:
        for meter, pico in (("Input", use.input * 3_300_000), ("Output", use.output * 16_500_000)):
            yield day(
                use.day,
                BilledCost=f"{pico / 10**12:.12f}",
                EffectiveCost="0.5",
                SkuMeter=f"USE1-MP:USE1_{meter}TokenCount-Units",
            )


@pytest.fixture
def bedrock(tmp_path):
    return log(tmp_path / "log.jsonl", SIX_DAYS, provider="bedrock", model=MODEL)


def test_a_cloud_bill_agrees_with_the_log_of_its_models(tmp_path, bedrock):
    bill = table(tmp_path / "focus.csv", list(usage_rows()))
    found = reconciled(tmp_path, [bedrock, bill], lag_hours=0)
    assert found.verdict.residual_pico_usd == 0
    assert {row.model for row in found.rows} == {"claude-sonnet-4-5"}


def test_taxes_credits_and_a_months_purchase_stand_apart_and_merge_no_days(tmp_path, bedrock):
    month = {
        "ChargePeriodStart": "2026-10-01 00:00:00", "ChargePeriodEnd": "2026-11-01 00:00:00",
        "ChargeCategory": "Purchase", "BilledCost": "40", "ChargeDescription": "a month's units",
    }  # fmt: skip
    rows = [
        *usage_rows(),
        ROW | month,
        day(2, ChargeCategory="Tax", BilledCost="2.5", ChargeDescription="VAT"),
        day(2, ChargeCategory="Credit", BilledCost="-4", ChargeDescription="promotion"),
    ]
    bill = table(tmp_path / "focus.csv", rows)
    found = reconciled(tmp_path, [bedrock, bill], lag_hours=0)
    assert causes(found.verdict) == {"other_charges": 40 + 2.5 - 4}
    assert len({row.first_day for row in found.rows if row.model == "claude-sonnet-4-5"}) == 6


def test_the_billed_cost_counts_and_not_the_effective_one(store, tmp_path):
    rows = [day(0, BilledCost="1.25", EffectiveCost="9", SkuMeter="gpt-4o, input")]
    ingest_file(store, table(tmp_path / "f.csv", rows))
    assert store.rows("SELECT cost_pico FROM charges") == [(1_250_000_000_000,)]


def test_rows_that_are_not_ai_are_set_aside_and_counted(store, tmp_path):
    rows = [day(0, BilledCost="1"), day(0, ServiceCategory="Storage", ServiceName="S3")]
    account = ingest_file(store, table(tmp_path / "f.csv", rows))
    assert (account.rows_in, account.rows_loaded, account.set_aside) == (2, 1, 1)
    assert any("other services than AI" in note for note in account.notes)


def test_ids_keep_their_leading_zeros(store, tmp_path):
    rows = [day(0, BilledCost="1", SkuId="0012"), day(0, BilledCost="1", SkuId="12")]
    account = ingest_file(store, table(tmp_path / "f.csv", rows))
    assert (account.rows_loaded, account.duplicates) == (2, 0)


def test_the_text_null_is_nothing(store, tmp_path):
    rows = [day(0, BilledCost="1", ServiceName="Amazon Bedrock"), day(0, BilledCost="NULL")]
    account = ingest_file(store, table(tmp_path / "f.csv", rows))
    assert (account.rows_loaded, account.rejects) == (1, 1)
    assert store.rows("SELECT model, line_item, feature FROM charges") == [
        (None, "Amazon Bedrock", "(untagged)")
    ]


def test_an_invoice_of_a_whole_month_is_one_period_and_has_no_lag(tmp_path, bedrock):
    month = {
        "ChargePeriodStart": "2026-10-01 00:00:00", "ChargePeriodEnd": "2026-11-01 00:00:00",
        "ChargeDescription": "all tokens", "SkuMeter": "Claude Sonnet 4.5",
        "BilledCost": str(sum(u.input * 3.3 + u.output * 16.5 for u in SIX_DAYS) / 10**6),
    }  # fmt: skip
    found = reconciled(tmp_path, [bedrock, table(tmp_path / "f.csv", [ROW | month])])
    (row,) = found.rows
    assert (row.first_day, row.last_day) == ("2026-10-01", "2026-10-31")
    assert set(causes(found.verdict)) <= {"rounding"}
    assert found.within is True
