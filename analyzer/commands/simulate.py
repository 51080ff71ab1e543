"""``rebill simulate``: bill the log again under a policy."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from analyzer.commands import lakes, options

if TYPE_CHECKING:
    from analyzer.replay.same_money import Preferred


@click.command("simulate")
@options.policy
@options.database
@options.prices
@options.prefer
@lakes.options
@options.as_json
def command(
    policy_file: Path,
    db: Path,
    price_files: tuple[str, ...],
    preferred: Preferred,
    as_json: bool,
    **lake: Any,  # noqa: ANN401 - the options that lakes.lake_of takes
) -> None:
    """Bill the log again under a policy, lever by lever.

    Prints a table of what each feature costs as each lever joins, and what each lever saves.
    Nothing is called and nothing leaves this machine.

    \b
    Examples:
      rebill simulate --policy policy.toml --prices negotiated.toml --json > out.json
      rebill simulate --policy policy.toml --engine spark --input 'lake/*.parquet' --json
    """
    from analyzer.commands.asking import note_same_money

    findings = lakes.find_in(lakes.lake_of(**lake), db, policy_file, price_files, preferred)
    note_same_money(findings)
    if as_json:
        from reports import json

        click.echo(json.render(findings))
        return
    from reports import text

    click.echo(text.render(findings, width=options.terminal_width()))
