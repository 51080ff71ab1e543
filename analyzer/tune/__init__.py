"""Searches the values of a policy's own rules, and says how far what it found can be trusted."""
