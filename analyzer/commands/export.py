"""``rebill export``: policies, costs and requests, as files that other tools read."""

from __future__ import annotations

from pathlib import Path

import click

from analyzer.commands import options


@click.command("export")
@options.policy_if_any
@options.database
@options.prices
@click.option(
    "--to",
    "target",
    type=click.Choice(["focus", "litellm", "python", "parquet"]),
    required=True,
    help="focus: costs by day, feature and model, in the columns of FOCUS 1.1 (CSV). "
    "litellm: the policy as a LiteLLM proxy's config (YAML). "
    "python: the policy as one module without dependencies. "
    "parquet: the database's requests, for another rebill or for --engine spark; no policy.",
)
@click.option(
    "--side",
    type=click.Choice(["before", "after", "both"]),
    default="both",
    show_default=True,
    help="focus: the log's own costs, those under the policy, or both, told apart by a column.",
)
@click.option(
    "-o",
    "--output",
    type=str,
    default="-",
    metavar="FILE",
    help="Where to write it; for parquet, a new folder.",
)
def command(
    policy_file: Path | None,
    db: Path,
    price_files: tuple[str, ...],
    target: str,
    side: str,
    output: str,
) -> None:
    """Write a policy, costs before and after it, or the requests, for another tool.

    A config says in comments what its target cannot do of the policy. Requests are written as
    canonical Parquet, a folder for each day and feature, with digests in place of all texts.

    \b
    Examples:
      rebill export --policy policy.toml --to focus --side after -o after.csv
      rebill export --policy policy.toml --to litellm -o litellm.yaml
      rebill export --policy policy.toml --to python -o llm_policy.py
      rebill export --to parquet -o lake
    """
    if target == "parquet":
        _parquet(db, output)
        return
    if policy_file is None:
        raise click.UsageError(f"--to {target} writes a policy: name it with --policy")
    from analyzer.commands.writing import write_text

    if target == "focus":
        text = _focus(policy_file, db, price_files, side)
    elif target == "litellm":
        text = litellm_text(policy_file, db, price_files)
    else:
        from analyzer.export.python import to_python
        from analyzer.policy import read_policy

        text = to_python(read_policy(policy_file)[0])
    if output == "-":
        click.echo(text, nl=False)
        return
    write_text(Path(output), text)
    click.echo(output)


def _parquet(db: Path, output: str) -> None:
    from analyzer.export.parquet import to_parquet
    from analyzer.store import Store

    if output == "-":
        raise click.UsageError("--to parquet writes many files: name a folder with -o")
    with Store.open(db, read_only=True) as store:
        written = to_parquet(store, Path(output))
    for rows, what in ((written.totals, "usage totals"), (written.charges, "charges")):
        if rows:
            click.echo(f"note: {rows:,} {what} are no requests, and stay behind", err=True)
    click.echo(f"{output}: {written.requests:,} requests in {written.files:,} files")


def _focus(policy_file: Path, db: Path, price_files: tuple[str, ...], side: str) -> str:
    from analyzer.commands.asking import replay
    from analyzer.export import focus

    sides = focus.SIDES if side == "both" else (side,)
    return focus.to_csv(replay(db, policy_file, price_files), sides)


def litellm_text(policy_file: Path, db: Path, price_files: tuple[str, ...]) -> str:
    """Return the policy as a LiteLLM proxy's config.

    A proxy names each feature: the globs of a policy stand for those of the log.
    """
    from analyzer.export.litellm import to_litellm
    from analyzer.policy import read_policy
    from analyzer.pricing.book import open_book
    from analyzer.replay.contents import read_contents
    from analyzer.store import Store

    policy, _ = read_policy(policy_file)
    with Store.open(db, read_only=True) as store:
        contents = read_contents(store, "requests")
    features = sorted({*contents.features, *contents.held.buckets["feature"]})
    return to_litellm(policy, open_book(price_files), features)
