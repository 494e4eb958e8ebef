# The study, checked before anything runs, and the helpers that rules share.
import sys
from pathlib import Path

from snakemake.logging import logger

REPOSITORY = Path(workflow.current_basedir).parent.parent
sys.path.insert(0, str(REPOSITORY / "scripts"))

from recurseq.base.places import SHIPPED_SETS
from recurseq.base.registry import is_part
from recurseq.base.tables import describe, study_tables
from recurseq.preflight.check import checked_study, studies_of
from recurseq.jobs.changes import file_states
from recurseq.cohort.readers.sample_files import candidate_files
from recurseq.base.errors import InputError
from recurseq.study.config_file import read_config
from recurseq.base.versions import lead_children_here
from recurseq.base.whole_file import writing_problems
from recurseq.figures.registry import FOR_PRINT, all_figures, study_figures
from recurseq.risk.files import CARD, MODEL, TREE

lead_children_here()

if "study" not in config:

    configfile: "config/config.yaml"


def refuse(problems):
    """End the run with a list of problems, if there are any."""
    if problems:
        print(InputError(problems), file=sys.stderr)
        sys.exit(1)  # a WorkflowError would add lines of these files to the message


def load_checked_study():
    """The study of the configuration; when it has problems, their list and the end of the run."""
    # The files once more as text: what Snakemake made of them has lost keys given twice. As a
    # module, the study has no file of its own.
    files = [] if workflow.modifier.parent_modifier else workflow.configfiles
    try:
        for file in files:
            read_config(file)
        checked, messages = checked_study(config)
    except InputError as error:
        refuse(error.problems)
    for message in messages:
        logger.info(f"Note: {message}")
    return checked


# Where Snakemake itself would end with a traceback.
refuse(writing_problems(".snakemake/locks"))
study = load_checked_study()

# Where the calls are looked up.
OTHER_STUDIES = studies_of(study)

# The workbook takes longest at the end and needs every table; figures are drawn beside it.
TABLES_FIRST = 1


wildcard_constraints:
    **{name: "|".join(values) or "none" for name, values in study.wildcards.items()},


def table(name):
    """Path of a result table, with its wildcards; the registry says where each lies."""
    return f"results/{describe(name).file}"


def tables(name):
    """Every file of a result table in this study."""
    return [
        f"results/{file.path}"
        for file in study_tables(study.parts, study.wildcards)
        if file.table.name == name
    ]


def figures(*names):
    """SVG, PDF and PNG of figures; `snakemake --report` shows the SVG with its caption."""
    files = {}
    for name in names:
        entry = all_figures()[name]
        if not is_part(entry.when, study.parts):
            continue
        files[f"{name}_svg"] = report(
            f"results/{entry.file}.svg",
            caption=f"../report/{name}.rst",
            category=entry.category,
            labels={"figure": entry.title},
        )
        for ending in FOR_PRINT:
            files[f"{name}_{ending}"] = f"results/{entry.file}.{ending}"
    return files


def every_figure(*names):
    """SVG, PDF and PNG of figures that one job draws for all their names."""
    files = {}
    for file in study_figures(study.parts, study.wildcards):
        if file.entry.name in names:
            shown = report(
                f"results/{file.path}.svg",
                caption=f"../report/{file.entry.name}.rst",
                category=file.entry.category.format(**file.wildcards),
                labels={
                    "figure": file.entry.title,
                    "of": " ".join(file.wildcards.values()),
                },
            )
            files.setdefault(f"{file.entry.name}_svg", []).append(shown)
            for ending in FOR_PRINT:
                files.setdefault(f"{file.entry.name}_{ending}", []).append(
                    f"results/{file.path}.{ending}"
                )
    return files


def result_tables():
    """Every table of the study."""
    return [
        f"results/{file.path}" for file in study_tables(study.parts, study.wildcards)
    ]


def result_figures():
    """Every figure of the report, as PNG."""
    return [
        f"results/{file.path}.png"
        for file in study_figures(study.parts, study.wildcards)
    ]


def contrast_settings():
    """Every contrast as plain values, in the order of the configuration."""
    return [contrast.as_dict() for contrast in study.contrasts.values()]


def one_contrast(wildcards):
    """The contrast of a job as plain values."""
    return study.contrasts[wildcards.contrast].as_dict()


def user_file(path):
    """A file that lies where the configuration says, whatever prefix a module gives to our results."""
    return [] if path is None else local(path)


def count_files(counts):
    """The count matrix, or every file of the folder that may be a sample's counts."""
    if counts.path is not None:
        return user_file(counts.path)
    folder = Path(counts.directory)
    return [user_file(str(folder / name)) for name in candidate_files(folder)]


def annotation_file(annotation):
    """The user's annotation file; none when it is built in or not wanted."""
    return [] if annotation in ("builtin", "none") else user_file(annotation)


def paths_in(inputs):
    """Every path of a list of inputs, each of them a path or a list of paths."""
    return [
        path
        for paths in inputs
        for path in ([paths] if isinstance(paths, str) else paths)
    ]


def files_of_counts():
    """The user's files behind the counts, by their role; none for a study without counts."""
    if not study.has_counts:
        return {}
    return {
        "counts": count_files(study.cohort.counts),
        "transcripts": user_file(study.cohort.counts.transcripts),
        "samples": user_file(study.cohort.samples_path),
        "annotation": annotation_file(study.cohort.annotation),
        "panel": user_file(study.panel),
        "gmt": [user_file(path) for path in study.gene_set_paths],
        "lengths": user_file(study.normalization.lengths),
        "replication": replication_files(),
    }


def replication_files():
    """Every file of other studies that is read, a cohort's that the run makes among them."""
    return [user_file(path) for other in OTHER_STUDIES for path in other.files]


def model_of_counts():
    """The fitted model; nothing for a study without counts."""
    return "results/model.h5ad" if study.has_counts else []


def of_each_risk(file, names=None):
    """One file of every risk model, or of those named."""
    names = study.wildcards["risk_model"] if names is None else names
    return [f"results/{file.format(risk_model=name)}" for name in names]


def second_calls():
    """What the demo's second cohort has of the called genes, if there is one."""
    if study.second_cohort is None:
        return []
    return [table("replication_genes").format(other_study=study.second_cohort)]


def simulated_files():
    """Files of the study that the run itself makes."""
    counts = [study.cohort.counts.path] if "counts" in study.simulates else []
    patients = study.patient_paths.values() if "clinical" in study.simulates else []
    second = [other.table for other in OTHER_STUDIES if other.simulated]
    return [*counts, *patients, *second]


def patient_files():
    """The clinical table and the assays of the study."""
    return [user_file(path) for path in study.patient_paths.values()]


def dates(*inputs):
    """Size and date of files of the user; as a param, they make a rule read a file again that was
    replaced by an older one, which Snakemake does not see by the date alone."""
    made = simulated_files()
    return file_states(path for path in paths_in(inputs) if path not in made)


def gene_set_file(wildcards):
    return user_file(study.collections[wildcards.collection])


def adjusted_tables():
    """Principal components without the other variables of the formula, if it has any."""
    names = ["pca_batch_removed", "pca_batch_removed_variance"]
    return {name: table(f"qc_{name}") for name in names if "adjusted" in study.parts}


def signature_scores():
    """Scores of gene sets in each sample, if there are any."""
    if "signatures" not in study.parts:
        return {}
    return {"signature_scores": table("signature_scores")}


def study_in_one_file():
    """The study for scanpy and viewers; nothing for a study without counts."""
    return "results/study.h5ad" if study.has_counts else []


def adjusted_markers():
    """The panel with each covariate, if there is a panel."""
    if "covariate_markers" not in study.parts:
        return {}
    return {"adjusted_markers": table("qc_adjusted_markers")}
