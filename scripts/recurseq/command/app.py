"""The commands: what the user types, handed to plain functions."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from recurseq.base.errors import InputError
from recurseq.base.versions import own_version
from recurseq.command.terminal import asks, complain, say, say_whole

if TYPE_CHECKING:
    from recurseq.command.folder import StudyFolder


def examples(*lines: str) -> str:
    """Return commands under a title, as the end of a help text that is not wrapped."""
    return "\b\n" + "\n".join(["Examples:", *(f"  {line}" for line in lines)])


app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain help, which can be searched
    context_settings={"help_option_names": ["-h", "--help"]},
    help="From counts or a clinical table to a report. The commands, in the order of work:",
    epilog=examples("recurseq demo", "recurseq init my_study", "recurseq check my_study",
                    "recurseq run my_study", "recurseq open my_study",
                    "recurseq explain my_study TP53"),
)  # fmt: skip

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="Folder of the study.")]
Cores = Annotated[
    int | None, typer.Option(min=1, help="Processors to use at most; all of them by default.")
]


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


@app.command(
    epilog=examples(
        "recurseq demo",
        "recurseq demo try_it --cores 2",
    )
)
@_in_words
def demo(
    directory: Annotated[
        Path, typer.Argument(metavar="[DIR]", help="Folder for the demo study; made when missing.")
    ] = Path("recurseq_demo"),
    cores: Cores = None,
) -> None:
    """Run the built-in simulated study, to see what a report is."""
    from recurseq.command.demo import write_demo

    _run(write_demo(directory), cores=cores)


@app.command(
    epilog=examples(
        "recurseq init my_study",
        "recurseq init my_study --counts counts.csv --samples sheet.xlsx",
        "recurseq init my_study --levels normal,early,late --pair patient",
        "recurseq init my_study --keep tissue=liver --formula '~ batch + group' --yes",
        "recurseq init my_patients --clinical patients.xlsx",
    )
)
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
    formula: Annotated[
        str | None, typer.Option(help="Design as in R: '~ batch + group'; compared comes last.")
    ] = None,
    pair: Annotated[
        str | None,
        typer.Option(metavar="COLUMN", help="Column of pairs: patients, animals, cultures."),
    ] = None,
    keep: Annotated[
        list[str] | None,
        typer.Option(
            metavar="COLUMN=VALUE[,VALUE]", help="Use only samples with these values; repeatable."
        ),
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
    """Look at your files and write a commented configuration.

    Counts, sample sheet, clinical table, annotation and gene sets are looked for in the folder;
    flags name them where several could be meant, or where they lie elsewhere.
    """
    from recurseq.command import initialise
    from recurseq.command.check import check_folder
    from recurseq.command.folder import advised, open_folder
    from recurseq.command.wishes import Wishes

    if not force:
        initialise.refuse_overwriting(directory)
    wishes = Wishes(
        counts=counts,
        samples=samples,
        clinical=clinical,
        transcripts=transcripts,
        sample_id=sample_id,
        factor=factor,
        levels=levels or (),
        reference=reference,
        contrasts=contrast or (),
        formula=formula,
        pair=pair,
        keep=keep or (),
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


@app.command(
    epilog=examples(
        "recurseq check my_study",
    )
)
@_in_words
def check(directory: Folder) -> None:
    """Check everything before anything is computed.

    Says what was found in the files, and all problems at once.
    """
    from recurseq.command.check import check_folder, show
    from recurseq.command.folder import open_folder

    folder = open_folder(directory)
    if not show(check_folder(folder), folder):
        raise typer.Exit(1)


@app.command(
    epilog=examples(
        "recurseq run my_study",
        "recurseq run my_study --dry-run",
        "recurseq run my_study --cores 4",
        "recurseq run my_study -- --until test_contrast",
    )
)
@_in_words
def run(
    directory: Folder,
    more: Annotated[
        list[str] | None,
        typer.Argument(metavar="[-- SNAKEMAKE ARGUMENTS]", help="Handed to Snakemake as they are."),
    ] = None,
    cores: Cores = None,
    profile: Annotated[
        str | None,
        typer.Option(help="Where to run: slurm, or the folder of a Snakemake profile."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", "-n", help="Only list what would run, and why.")
    ] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", help="With --dry-run: what Snakemake itself says.")
    ] = False,
    unlock: Annotated[
        bool, typer.Option("--unlock", help="Take away the lock that a killed run left.")
    ] = False,
) -> None:
    """Run a study and say what came out.

    Prints the Snakemake command that it runs. After a change only what depends on it runs again;
    --dry-run lists what would, and why.
    """
    from recurseq.command.folder import open_folder

    _run(
        open_folder(directory),
        cores=cores,
        profile=profile,
        dry_run=dry_run,
        unlock=unlock,
        verbose=verbose,
        extra=more or (),
    )


def _run(folder: StudyFolder, **wishes: object) -> None:
    """Run a study and say what came out; end with the exit code of Snakemake when it failed."""
    from recurseq.command import run as running
    from recurseq.study.config_file import read_config

    config = read_config(folder.config_path)
    request = running.Request(**wishes)
    if code := running.run(folder, request):
        raise typer.Exit(code)
    if not request.dry_run and not request.unlock:
        running.conclude(folder, config)


@app.command("open", epilog=examples("recurseq open my_study"))
@_in_words
def open_report(directory: Folder) -> None:
    """Open the report in the browser, or print where it is."""
    from recurseq.command.open_report import show_report

    show_report(directory)


@app.command(
    epilog=examples(
        "recurseq explain my_study TP53",
        "recurseq explain my_study TP53 ENSG00000205364 --no-samples",
    )
)
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
    """Say why genes are or are not called.

    Shows counts, filter, outliers and the tests of each contrast.
    """
    from recurseq.command.explain import explain as explain_genes
    from recurseq.command.folder import open_folder
    from recurseq.study.config_file import read_config

    folder = open_folder(directory)
    config = read_config(folder.config_path)
    if not explain_genes(folder, config, genes, samples=samples):
        raise typer.Exit(1)


@app.command(
    epilog=examples(
        "recurseq predict my_study --risk hpr_pre",
        "recurseq predict my_study --risk hpr_pre age=50 afp=400 capsule=complete",
    )
)
@_in_words
def predict(
    directory: Folder,
    values: Annotated[
        list[str] | None,
        typer.Argument(metavar="[VARIABLE=VALUE...]", help="Of one patient; none lists them."),
    ] = None,
    risk: Annotated[
        str | None, typer.Option(metavar="NAME", help="Risk model, where there are several.")
    ] = None,
) -> None:
    """Tell the risk of a patient by a risk model of the study.

    Answers only inside the values that the patients of the development had.
    """
    from recurseq.command.folder import open_folder
    from recurseq.command.predict import predict as predict_risk

    predict_risk(open_folder(directory), risk, values or ())
