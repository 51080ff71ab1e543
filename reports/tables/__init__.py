"""The one place that rounds, subtracts and spells the rows of every table."""
