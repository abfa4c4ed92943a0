"""The command line: `openlines …`."""

from typing import Annotated

import typer

from openlines import __version__

app = typer.Typer(
    name="openlines",
    help="A self-hosted contact centre.",
    no_args_is_help=True,
    add_completion=False,
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"openlines {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    """A self-hosted contact centre."""
