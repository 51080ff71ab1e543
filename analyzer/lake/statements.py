"""Says a statement of ``sql/`` to Spark: one home for each question, two engines that answer it."""

from __future__ import annotations

from functools import cache

import sqlglot
from sqlglot import exp

from analyzer.store import statement

_OF_REQUESTS = {"requests", "kept_requests", "featured_requests"}


@cache
def asks_requests(name: str) -> bool:
    """Return whether a statement reads the requests themselves."""
    tables = {table.name for table in _parsed(name).find_all(exp.Table)}
    return bool(tables & _OF_REQUESTS)


@cache
def spark_sql(name: str) -> str:
    """Return a statement in Spark's SQL. HUGEINT becomes an exact decimal, as when it is read."""
    return _parsed(name).transform(_exact).sql(dialect="spark", comments=False)


def _parsed(name: str) -> exp.Expr:
    return sqlglot.parse_one(statement(name), read="duckdb")


def _exact(node: exp.Expr) -> exp.Expr:
    if isinstance(node, exp.DataType) and node.this == exp.DataType.Type.INT128:
        return exp.DataType.build("DECIMAL(38, 0)", dialect="spark")
    return node
