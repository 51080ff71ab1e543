"""Logged cost, priced cost and billed charges side by side, and what stands between them."""
