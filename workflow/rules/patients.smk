# What the clinical rules share: which settings and cut-offs each of their jobs needs.
from recurseq.clinical.names import cutoffs_in
from recurseq.clinical.settings import clinical_settings

clinical = clinical_settings(study.clinical)
# Whatever an analysis looks at, it looks at these.
COMMON = ("clinical", "cohorts", "flow", "endpoints", "measures", "cutoffs", "models")
CAUTIONS = (
    *("endpoint_cautions", "assay_cautions", "cutoff_cautions"),
    *("association_cautions", "survival_cautions", "competing_cautions"),
    "model_cautions",
)


def clinical_sections(*names):
    """The clinical table's section and those named, as plain values for a script."""
    wanted = ("clinical", *names)
    return {name: study.clinical[name] for name in wanted if name in study.clinical}


def sections_of(section, name):
    """What one entry of a section depends on: the entry, and what all analyses share."""
    own = {section: {name: study.clinical[section][name]}}
    return (
        clinical_sections(*COMMON) | own
        if section not in COMMON
        else clinical_sections(*COMMON)
    )


def cutoff_names(section, name):
    """The cut-offs that an analysis uses."""
    return cutoffs_in(clinical, section, name)


def cutoff_files(section, name):
    """Their tables."""
    return [
        f"results/clinical/cutoffs/{cutoff}.tsv"
        for cutoff in cutoff_names(section, name)
    ]


def measures_genes():
    return any(measure.gene is not None for measure in clinical.measures.values())


def model_of_genes():
    """The fitted model, where measures are genes of the counts."""
    return ["results/model.h5ad"] if measures_genes() else []


def annotation_of_genes():
    """The annotation that gene names are looked up in, where measures are genes."""
    return annotation_file(study.cohort.annotation) if measures_genes() else []
