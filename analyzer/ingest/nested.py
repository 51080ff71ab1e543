"""SQL that turns records which hold many rows into those rows, level by level.

A record that cannot be read stays one rejected row; one without rows stays one blank row. What a
level carries down is read once, where it stands, and is short: a record of a few megabytes must
not become terabytes.
"""

# Statements are built of quoted names and escaped literals only (paths.py).
# ruff: noqa: S608

from __future__ import annotations

from analyzer.adapter import Format
from analyzer.ingest.levels import Levels, carried_sql
from analyzer.ingest.paths import fill, literal, places, quoted
from analyzer.ingest.records import Shape, fault_of, records, texts_at

MAX_CARRIED_BYTES = 4096
"""The longest text that rows take over from what stands above them."""
MAX_VALUES = 4_000_000
"""The most values in one record: 64 MiB of them at sixteen bytes each."""


def rows_of(fmt: Format, shape: Shape, levels: Levels) -> str:
    """Return SQL for the rows: as ``records`` gives them, and the paths carried down to them.

    Besides: ``seq`` (tells rows apart, in the file's order), ``part`` (the place of a row in its
    line, empty where the line is the row) and ``leads`` (true for one row of each line).
    """
    # Two totals may differ in a column that is not read, and are two all the same.
    layer = records(shape, levels.levels[0].tops, whole=fmt.table in ("usage_buckets", "charges"))
    layer = f"SELECT *{_refuse_crowds(fmt)}, '' AS part, true AS leads FROM ({layer})"
    for number, (name, listed) in enumerate(fmt.rows.items()):
        layer = levels.documents(layer, number)
        layer = _listed(layer, levels, number, name, listed)
        layer = _elements(layer, levels.carried(number))
        layer = _texts(layer, levels, number + 1)
    seq = "row_number() OVER ()" if fmt.rows else "line"
    return f"SELECT *, {seq} AS seq FROM ({layer})"


def _refuse_crowds(fmt: Format) -> str:
    """Each level looks into its texts anew, and each look takes memory for each value in them."""
    if not fmt.rows:
        return ""
    values = "strlen(record) - strlen(translate(record, ',[{', ''))"
    said = literal(f"the line holds more than {MAX_VALUES:,} values: split it")
    return (
        f" REPLACE (CASE WHEN fault IS NULL AND strlen(record) > {MAX_VALUES} "
        f"AND {values} > {MAX_VALUES} THEN {said} ELSE fault END AS fault)"
    )


def _listed(layer: str, levels: Levels, number: int, name: str, listed: str) -> str:
    """Add the paths of a level that lower ones read, and the list of what stands one below."""
    here = levels.found_at(number)
    carried = levels.carried(number)
    kept = "".join(f"{here[place]} AS {quoted('p:' + place)}, "
                   for place in carried if place in here)  # fmt: skip
    above = carried_sql([place for place in carried if place not in here])
    label = (places(listed) or [name])[0]
    missing = literal(f"{label} is missing: is this a record of this format?")
    no_list = literal(f"{label} is no list")
    layer = (
        f"SELECT line, part, leads, blank, fault, record, {above}{kept}"
        f"CAST({fill(listed, here)} AS VARCHAR) AS listed FROM ({layer})"
    )
    too_long = " ".join(
        f"WHEN strlen({quoted('p:' + place)}) > {MAX_CARRIED_BYTES} THEN "
        + literal(f"{place} is longer than {MAX_CARRIED_BYTES:,} bytes, and every row below it "
                  "would carry it: shorten it")
        for place in carried
    )  # fmt: skip
    lacks = (
        f"WHEN listed IS NULL THEN {missing}" if number == 0 else "WHEN listed IS NULL THEN NULL"
    )
    return f"""
      SELECT * EXCLUDE (listed, found) REPLACE (coalesce(fault, CASE WHEN blank THEN NULL {lacks}
          WHEN found IS NULL THEN {no_list} {too_long} END) AS fault),
        CASE WHEN len(found) > 0 THEN found ELSE [NULL::JSON] END AS elements
      FROM (SELECT *, CASE WHEN NOT blank AND fault IS NULL AND starts_with(listed, '[')
        THEN TRY(json_extract(listed, '$[*]')) END AS found FROM ({layer}))
    """


def _elements(layer: str, carried: list[str]) -> str:
    """Put each element of the list in a row of its own."""
    return f"""
      SELECT line, part || '.' || place AS part, leads AND place = 1 AS leads,
        blank OR (fault IS NULL AND element IS NULL) AS blank, fault, {carried_sql(carried)}
        CASE WHEN fault IS NULL THEN CASE WHEN starts_with(element::VARCHAR, '"')
          THEN element ->> '$' ELSE element::VARCHAR END END AS text,
        CASE WHEN fault IS NULL THEN element::VARCHAR ELSE record END AS record
      FROM (SELECT * EXCLUDE (elements),
        unnest(CASE WHEN fault IS NULL THEN elements ELSE [NULL::JSON] END) AS element,
        generate_subscripts(CASE WHEN fault IS NULL THEN elements ELSE [NULL::JSON] END, 1) AS place
      FROM ({layer}))
    """


def _texts(layer: str, levels: Levels, number: int) -> str:
    """Add the texts at the names of each element, as ``records`` does for those of a record."""
    paths, texts = texts_at(levels.levels[number].tops)
    # Each look into a text parses it anew; that a key stands twice matters in rows only.
    keys = "json_keys(text)" if number == levels.last else "[]::VARCHAR[]"
    return f"""
      SELECT line, part, leads, blank, record, {carried_sql(levels.carried(number - 1))} {texts},
        coalesce(fault, CASE WHEN blank THEN NULL {fault_of("row")} END) AS fault
      FROM (SELECT *, CASE WHEN every IS NOT NULL THEN {keys} END AS keys
      FROM (SELECT *, CASE WHEN NOT blank AND fault IS NULL
        THEN TRY(json_extract_string(text, [{paths}])) END AS every FROM ({layer})))
    """
