"""What was measured on public traces: quantiles and shares only, no row of any trace.

Where a surface needs a number that no public trace gives, its module says "assumed".
"""

from __future__ import annotations

# Azure LLM inference trace 2023, conversations, 19,366 requests (CC-BY 4.0): context tokens.
# The ends are where the draw stops; between them are the measured 10 .. 99 % quantiles.
AZURE_CONTEXT = (
    (0.0, 60.0), (0.10, 207.0), (0.25, 396.0), (0.50, 1020.0), (0.75, 1189.0),
    (0.90, 2734.0), (0.99, 4142.0), (1.0, 6000.0),
)  # fmt: skip

# The same trace: generated tokens. Input and output lengths are all but independent there
# (correlation of the logarithms 0.09), so they are drawn apart here.
AZURE_GENERATED = (
    (0.0, 12.0), (0.10, 54.0), (0.25, 85.0), (0.50, 129.0), (0.75, 395.0),
    (0.90, 424.0), (0.99, 601.0), (1.0, 900.0),
)  # fmt: skip

# BurstGPT v1, its first 400 rows (CC-BY 4.0): response tokens of the calls that did not fail.
BURSTGPT_RESPONSE = (
    (0.0, 8.0), (0.10, 19.0), (0.25, 68.0), (0.50, 238.0), (0.75, 385.0),
    (0.90, 584.0), (0.99, 1425.0), (1.0, 1800.0),
)  # fmt: skip

# The same rows: 17 of 400 calls failed (no response tokens).
BURSTGPT_FAILED_SHARE = 17 / 400

# The same rows, calls per hour over ten hours: from 0-13 at night to 161 at the peak.
# Hence a trough of a few percent of the peak in clock.py.

# Mooncake synthetic trace, 3,993 requests (Apache-2.0): input median 11,587 tokens, 90 % quantile
# 38,611, so the upper half is a lognormal with sigma ln(38611 / 11587) / 1.2816.
MOONCAKE_INPUT_SIGMA = 0.94

# Aider's published analytics of one developer (Apache-2.0), 107 messages: prompt tokens.
AIDER_PROMPT = (
    (0.0, 3000.0), (0.10, 7142.0), (0.25, 9594.0), (0.50, 25709.0), (0.75, 33246.0),
    (0.90, 42958.0), (0.99, 49417.0), (1.0, 55000.0),
)  # fmt: skip

# The same messages: completion tokens, and seconds from one message to the next (quartiles of the
# short gaps 20 / 41 / 117 / 388; the rest are nights and weekends).
AIDER_COMPLETION = (
    (0.0, 12.0), (0.10, 36.0), (0.25, 118.0), (0.50, 288.0), (0.75, 590.0),
    (0.90, 890.0), (0.99, 2055.0), (1.0, 2600.0),
)  # fmt: skip
AIDER_GAP_SECONDS = ((0.0, 8.0), (0.10, 19.5), (0.25, 41.0), (0.50, 117.0), (1.0, 388.0))

# The same messages by weekday, Monday first: 3, 15, 48, 30, 10, 1, 0. One developer's habit is too
# little for five different weekdays; what is taken from it is the near-empty weekend.
AIDER_WEEKEND_FACTOR = 0.05

# BurstGPT v3, its first 57 rows: 10 / 17 / 51 / 88 tokens a second at the 25 / 50 / 75 / 90 %
# quantiles, over models of which the slow half is older than gpt-4o. Taken between the last two.
OUTPUT_TOKENS_PER_SECOND = 62.0
OUTPUT_SPEED_SIGMA = 0.3
