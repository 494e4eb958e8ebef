"""The commands: what the user types, handed to plain functions."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from recurseq.base.errors import InputError
from recurseq.base.versions import own_version
from recurseq.command.terminal import asks, complain, say, say_whole

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain help, which can be searched
    context_settings={"help_option_names": ["-h", "--help"]},
    help="From counts or a clinical table to a report: init, check, run, explain.",
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
        typer.echo(f"recurseq {own_version()}")
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


@app.command()
@_in_words
def run(
    directory: Folder,
    more: Annotated[
        list[str] | None,
        typer.Argument(metavar="[-- SNAKEMAKE ARGUMENTS]", help="Handed to Snakemake as they are."),
    ] = None,
    cores: Annotated[
        int | None, typer.Option(min=1, help="Processors to use at most; all of them by default.")
    ] = None,
    profile: Annotated[
        str | None,
        typer.Option(help="Where to run: slurm, or the folder of a Snakemake profile."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", "-n", help="Only list what would run.")
    ] = False,
    unlock: Annotated[
        bool, typer.Option("--unlock", help="Take away the lock that a killed run left.")
    ] = False,
) -> None:
    """Run a study and say what came out; prints the Snakemake command that it runs."""
    from recurseq.command import run as running
    from recurseq.command.folder import open_folder
    from recurseq.study.config_file import read_config

    folder = open_folder(directory)
    config = read_config(folder.config_path)
    request = running.Request(cores, profile, dry_run, unlock, more or ())
    if code := running.run(folder, request):
        raise typer.Exit(code)
    if not dry_run and not unlock:
        running.conclude(folder, config)


@app.command()
@_in_words
def init(
    directory: Annotated[
        Path, typer.Argument(metavar="DIR", help="Folder of the study; made when missing.")
    ],
    counts: Annotated[
        Path | None,
        typer.Option(help="Count matrix, or folder with a count file for each sample."),
    ] = None,
    samples: Annotated[Path | None, typer.Option(help="Sample sheet: TSV, CSV or xlsx.")] = None,
    clinical: Annotated[
        Path | None,
        typer.Option(help="Clinical table, one row for each patient: TSV, CSV or xlsx."),
    ] = None,
    transcripts: Annotated[
        Path | None,
        typer.Option(help="For Salmon, kallisto or RSEM: table of transcripts and genes, or GTF."),
    ] = None,
    sample_id: Annotated[
        str | None, typer.Option("--id", help="Column with the sample names of the counts.")
    ] = None,
    factor: Annotated[str | None, typer.Option(help="Column to compare.")] = None,
    levels: Annotated[
        list[str] | None,
        typer.Option(help="Groups to compare, the reference first: normal,none,early."),
    ] = None,
    reference: Annotated[
        str | None, typer.Option(help="Group that others are compared with.")
    ] = None,
    contrast: Annotated[
        list[str] | None,
        typer.Option(help="numerator:denominator or name=numerator:denominator; repeatable."),
    ] = None,
    annotation: Annotated[
        str | None,
        typer.Option(help="Gene symbols: builtin (human), none, or GTF, GFF3 or table."),
    ] = None,
    title: Annotated[str | None, typer.Option(help="Title of the report.")] = None,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Ask nothing, take what was recognised.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Write over a configuration that is there.")
    ] = False,
) -> None:
    """Look at your files and write a commented configuration for them."""
    from recurseq.command import initialise
    from recurseq.command.check import check_folder
    from recurseq.command.folder import advised, open_folder

    if not force:
        initialise.refuse_overwriting(directory)
    wishes = initialise.Wishes(
        counts=counts,
        samples=samples,
        clinical=clinical,
        transcripts=transcripts,
        sample_id=sample_id,
        factor=factor,
        levels=levels or (),
        reference=reference,
        contrasts=contrast or (),
        annotation=annotation,
        title=title,
        asking=asks() and not yes,
    )
    text = initialise.proposed_text(directory, wishes)
    if wishes.asking:
        typer.confirm("Write the configuration?", default=True, abort=True)
    written = initialise.write_config(text, directory)
    say()
    say(f"{written} was written.", "bold")
    if problems := check_folder(open_folder(directory)).problems:
        complain(InputError(problems))
        say("Mend this in the files or in the configuration, then:")
        say_whole(f"  {advised('check', directory)}")
        raise typer.Exit(1)
    say_whole(f"It passes the check. Read it, then: {advised('check', directory)}")


@app.command()
@_in_words
def explain(
    directory: Folder,
    genes: Annotated[
        list[str], typer.Argument(metavar="GENE...", help="Identifiers or symbols, in any case.")
    ],
    samples: Annotated[
        bool | None,
        typer.Option(help="List every sample; without either, when there are at most 30."),
    ] = None,
) -> None:
    """Say why genes are or are not called: counts, filter, outliers and tests of each contrast."""
    from recurseq.command.explain import explain as explain_genes
    from recurseq.command.folder import open_folder
    from recurseq.study.config_file import read_config

    folder = open_folder(directory)
    config = read_config(folder.config_path)
    if not explain_genes(folder, config, genes, samples=samples):
        raise typer.Exit(1)
