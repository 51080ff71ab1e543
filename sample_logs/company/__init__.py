"""The sample company: what its surfaces sent to OpenAI in October 2026, and how it was logged."""
