# What the clinical rules share: which settings and cut-offs each of their jobs needs.
from recurseq.clinical.names import cutoffs_in
from recurseq.clinical.read_settings import clinical_settings
from recurseq.study.clinical_names import (
    clinical_wildcards,
    naming_part,
    split_cohorts,
)

clinical = clinical_settings(study.clinical)
# Whatever an analysis looks at, it looks at these.
COMMON = (
    *("cohorts", "flow", "endpoints", "measures", "cutoffs"),
    *("models", "benefit"),
)
CAUTIONS = (
    *("endpoint_cautions", "assay_cautions", "cutoff_cautions"),
    *("association_cautions", "description_cautions"),
    *("survival_cautions", "competing_cautions"),
    *("model_cautions", "panel_cautions"),
    *("risk_cautions", "performance_cautions"),
    *("risk_tree_cautions", "risk_strata_cautions", "benefit_cautions"),
)


def clinical_sections(*names):
    """The clinical table's section and those named, as plain values for a script; of models and
    treatments what columns they name."""
    kept = naming_part(study.clinical)
    named = {
        **study.clinical,
        **{name: kept.get(name) for name in ("models", "benefit")},
    }
    wanted = ("clinical", *names)
    return {name: named[name] for name in wanted if name in study.clinical}


def cutoff_names(section):
    """The cut-offs that the analyses of a section use."""
    names = study.clinical.get(section, {})
    used = {cutoff for name in names for cutoff in cutoffs_in(clinical, section, name)}
    return [name for name in clinical.cutoffs if name in used]


def cutoff_files(section):
    """Their tables."""
    return [
        table("clinical_cutoff").format(cutoff=name) for name in cutoff_names(section)
    ]


def every(*names):
    """All files of each of these tables, by its name."""
    return {name: files for name in names if (files := tables(name))}


def measures_genes():
    return any(measure.gene is not None for measure in clinical.measures.values())


def model_of_measures():
    """The fitted model, where measures are genes of the counts or pairs of them."""
    of_counts = any(measure.of_counts for measure in clinical.measures.values())
    return ["results/model.h5ad"] if of_counts else []


def classes_of_pairs():
    """The classes of samples, where measures are pairs of genes."""
    of_pairs = any(measure.pair is not None for measure in clinical.measures.values())
    return tables("coexpression_samples") if of_pairs else []


def annotation_of_genes():
    """The annotation that gene names are looked up in, where measures are genes."""
    return annotation_file(study.cohort.annotation) if measures_genes() else []


def whole_sections(*names):
    """The common sections, and these with all that they say, models among them."""
    whole = [name for name in ("models", *names) if name in study.clinical]
    return clinical_sections(*COMMON) | {name: study.clinical[name] for name in whole}


def risk_sections():
    """What risk models are made of."""
    return whole_sections("risk")


def benefit_sections():
    """What comparisons of treatment are made of: their own, and the strata of risk models."""
    return whole_sections("risk", "benefit")


def strata_of_patients():
    """The patients of each risk model in whose strata a treatment is compared, by its name."""
    wanted = {one.within for one in clinical.benefit.values() if one.within}
    return {
        name: table("risk_patients").format(risk_model=name) for name in sorted(wanted)
    }
