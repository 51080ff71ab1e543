"""Bill a company's past LLM traffic again under another policy."""

__version__ = "0.1.0"
