# The study, checked before anything runs, and the helpers that rules share.
import sys
from dataclasses import asdict
from pathlib import Path

from snakemake.logging import logger

REPOSITORY = Path(workflow.current_basedir).parent.parent
sys.path.insert(0, str(REPOSITORY / "scripts"))

from recurseq.preflight.check import checked_study
from recurseq.jobs.changes import file_states
from recurseq.cohort.readers.sample_files import candidate_files
from recurseq.base.errors import InputError
from recurseq.study.config_file import read_config
from recurseq.base.versions import lead_children_here
from recurseq.base.whole_file import writing_problems

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
        checked, messages = checked_study(config, REPOSITORY)
    except InputError as error:
        refuse(error.problems)
    for message in messages:
        logger.info(f"Note: {message}")
    return checked


# Where Snakemake itself would end with a traceback.
refuse(writing_problems(".snakemake/locks"))
study = load_checked_study()


wildcard_constraints:
    contrast="|".join(study.contrasts),
    collection="|".join(study.enrichment.collections) or "none",


def import_settings():
    """The part of the configuration that the cohort depends on, so that no other part reruns it."""
    sections = ("counts", "samples", "genes", "filter", "design", "demo")
    grouping = {"main factor": {"factor": study.main_factor}}
    used = {name: config[name] for name in sections if name in config}
    return {"study": {"title": ""}, "contrasts": grouping, **used}


def figure(name, category, caption=None, **labels):
    """An SVG that `snakemake --report` shows with its caption, under a category."""
    return report(
        f"{name}.svg",
        caption=f"../report/{caption or Path(name).name}.rst",
        category=category,
        labels={"figure": Path(name).name.replace("_", " "), **labels},
    )


def contrast_tables():
    return expand("results/contrasts/{contrast}/genes.tsv", contrast=study.contrasts)


def contrast_settings():
    """Every contrast as plain values, in the order of the configuration."""
    return [contrast.as_dict() for contrast in study.contrasts.values()]


def enrichment_files(ending):
    return expand(
        "results/enrichment/{contrast}/{collection}.{ending}",
        ending=ending,
        contrast=study.contrasts,
        collection=study.enrichment.collections,
    )


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


def dates(*inputs):
    """Size and date of files of the user; as a param, they make a rule read a file again that was
    replaced by an older one, which Snakemake does not see by the date alone."""
    made = study.counts.path if study.simulated else None
    return file_states(path for path in paths_in(inputs) if path != made)


def gene_set_file(wildcards):
    return user_file(study.enrichment.collections[wildcards.collection])


def adjusted_tables():
    """Principal components without the other variables of the formula, if it has any."""
    names = ["pca_batch_removed", "pca_batch_removed_variance"]
    return {name: f"results/qc/{name}.tsv" for name in names if study.adjusted_for}


def adjusted_figures():
    name = "results/qc/figures/pca_batch_removed"
    if not study.adjusted_for:
        return {}
    return {
        "pca_batch_removed_svg": figure(name, "Quality"),
        "pca_batch_removed_png": f"{name}.png",
    }


def demo_check():
    return ["results/demo/check.tsv"] if study.simulated else []


def result_tables():
    """Every table of the study, in the order of the report."""
    quality = (
        "library_sizes size_factors pca pca_variance pca_association distances sex_check "
        "top_genes flags"
    )
    tables = expand("results/qc/{name}.tsv", name=quality.split())
    tables += adjusted_tables().values()
    tables += [*contrast_tables(), "results/contrasts/sums.tsv"]
    if study.omnibus_reduced is not None:
        tables.append("results/omnibus/genes.tsv")
    if study.panel is not None:
        tables += ["results/markers/markers.tsv", "results/markers/samples.tsv"]
    return (
        tables
        + enrichment_files("gsea.tsv")
        + enrichment_files("ora.tsv")
        + demo_check()
    )


def result_figures():
    """Every figure of the report, as PNG."""
    quality = "pca associations distances library_sizes sex_check"
    contrast = "ma volcano pvalue_histogram top_genes"
    figures = expand("results/qc/figures/{name}.png", name=quality.split())
    figures += [
        path for name, path in adjusted_figures().items() if name.endswith("png")
    ]
    figures += ["results/model/figures/dispersion.png"]
    figures += expand(
        "results/contrasts/{contrast}/figures/{name}.png",
        contrast=study.contrasts,
        name=contrast.split(),
    )
    if study.panel is not None:
        figures += expand(
            "results/markers/figures/{name}.png", name=["markers", "forest"]
        )
    return figures + expand(
        "results/enrichment/{contrast}/figures/{collection}.{name}.png",
        contrast=study.contrasts,
        collection=study.enrichment.collections,
        name=["dotplot", "running_scores"],
    )
