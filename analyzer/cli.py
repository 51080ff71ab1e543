"""The ``rebill`` command: finds the command a user named, and turns errors into exit codes."""

from __future__ import annotations

import importlib
import sys
from typing import NoReturn

import click

from analyzer import __version__
from analyzer.errors import RebillError

COMMANDS = {
    "demo": "Replay the sample company and write its report.",
    "ingest": "Load API logs and billing exports.",
    "sources": "List what was loaded, row by accounted row.",
    "features": "Show what each feature cost, and name features.",
    "simulate": "Bill the log again under a policy.",
    "report": "Write the report: a page, Markdown, JSON or CSV.",
    "evals": "Load, show and plan quality scores: the evidence.",
    "reconcile": "Compare the logs with bills, and name what is left.",
    "tune": "Search a policy's values, and test them on days held out.",
    "check": "Price a change of policy, and fail where it costs too much.",
    "verify": "Hold spend since deployment against the projection.",
    "export": "Write a policy as LiteLLM or Python, or costs as FOCUS.",
    "prices": "Show the price book and what it cannot price.",
    "serve": "Open the local web app: upload, tune, download.",
}


class _LazyGroup(click.Group):
    """Loads a command's module only when that command runs, so that help stays fast."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"analyzer.commands.{cmd_name}")
        command = module.command
        assert isinstance(command, click.Command)  # noqa: S101 - narrows the type
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(
    cls=_LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="rebill")
def cli() -> None:
    """Bill a company's past LLM traffic again under another policy.

    \b
    Start here:
      rebill demo                              the sample company, end to end
      rebill ingest logs/*.jsonl               load your own files
      rebill simulate --policy policy.toml     what the policy would have cost
      rebill report --policy policy.toml       the same as a page for the board

    Exit codes: 0 done; 1 done, but a gate you asked for failed; 2 bad input or usage;
    3 (check, verify) it could not be evaluated.
    """


def main() -> NoReturn:
    """Run the command line; one clear line and exit code 2 for bad input."""
    try:
        cli.main(prog_name="rebill", standalone_mode=False)
    except RebillError as error:
        click.echo(f"rebill: {error}", err=True)
        sys.exit(error.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except click.Abort:
        click.echo("rebill: stopped", err=True)
        sys.exit(130)
    sys.exit(0)
