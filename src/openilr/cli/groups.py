"""What all groups of commands have in common."""

from __future__ import annotations

import typer


def help_where_nothing_is_asked(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
