"""Sets a report beside an earlier one: what was expected, what came, and what moved it."""
