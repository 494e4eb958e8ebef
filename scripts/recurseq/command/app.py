"""The commands: what the user types, handed to plain functions."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from recurseq.command.terminal import complain
from recurseq.errors import InputError

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain help, which can be searched
    context_settings={"help_option_names": ["-h", "--help"]},
    help="From a count matrix and a sample sheet to a report: init, check, run, explain.",
)

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="Folder of the study.")]


def main() -> None:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # a name the terminal cannot show
    app()


def _in_words(command: Callable) -> Callable:
    """End a user's mistake with its message and code 1 instead of a traceback."""

    @functools.wraps(command)
    def wrapped(*arguments, **options):
        try:
            return command(*arguments, **options)
        except InputError as error:
            complain(error)
        except BrokenPipeError:
            raise
        except OSError as error:
            complain(f"{error.filename or 'recurseq'}: {error.strerror or error}")
        raise typer.Exit(1)

    return wrapped


def _version(wanted: bool) -> None:
    if wanted:
        text = (Path(__file__).parents[1] / "VERSION").read_text(encoding="utf-8")
        typer.echo(f"recurseq {text.strip()}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    pass


@app.command()
@_in_words
def check(directory: Folder) -> None:
    """Check everything before anything is computed, and show what would run."""
    from recurseq.command.check import check_folder, show
    from recurseq.command.folder import open_folder

    folder = open_folder(directory)
    if not show(check_folder(folder), folder):
        raise typer.Exit(1)
