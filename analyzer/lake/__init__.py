"""Canonical Parquet in a lake, read through Spark: it answers what a database answers."""
