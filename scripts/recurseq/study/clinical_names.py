"""Names of the clinical sections, which become folders and files of the results."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from recurseq.study.defaults import with_defaults

CLINICAL = "clinical"
# The sections that describe patients; the room `clinical` gives them their types.
SECTIONS = (
    *(CLINICAL, "cohorts", "endpoints", "assays", "measures", "cutoffs", "associations"),
    *("descriptions", "survival", "models", "risk", "benefit", "flow"),
)
# Keys of an analysis that name columns; what else it says does not change which are read.
NAMING = {
    "cutoffs": ("measure", "method", "endpoint", "cohort"),
    "associations": ("groups", "with", "cohort"),
    "descriptions": ("endpoint", "with", "cohort"),
    "survival": ("endpoint", "by", "cohort", "strata", "subgroups"),
    "models": (
        *("kind", "endpoint", "cohort", "terms", "univariable", "strata", "cluster"),
        *("delayed_entry", "time_varying"),
    ),
    "risk": ("model",),
    "benefit": ("treatment", "started", "endpoint", "covariates", "cohort"),
}
# Wildcards that are also conditions: without a name, no such file exists.
PARTS_BY_NAME = (
    *("concordance", "scan", "described", "competing", "subgroups", "imputed_model"),
    *("risk_tree", "risk_strata", "risk_centres", "selected_risk", "benefit_times"),
)
PRESPECIFIED = "prespecified"


def clinical_sections(full: Mapping) -> dict[str, Mapping] | None:
    """Return the clinical sections of a filled configuration; None for a study without any."""
    if CLINICAL not in full:
        return None
    return {name: full[name] for name in SECTIONS if name in full}


def naming_part(sections: Mapping[str, Mapping]) -> dict[str, Mapping]:
    """Keep of the clinical sections what decides which columns are read; the rest is as by default.

    The table is then not read anew when an analysis changes in anything else.
    """
    kept = dict(sections)
    for section, keys in NAMING.items():
        if section in kept:
            kept[section] = {
                name: {key: entry[key] for key in keys if key in entry}
                for name, entry in kept[section].items()
            }
    return {name: one for name, one in with_defaults(kept).items() if name in sections}


def clinical_wildcards(sections: Mapping[str, Mapping]) -> dict[str, tuple[str, ...]]:
    """Return what the wildcards of clinical tables and figures stand for (`WILDCARDS`).

    Parameters
    ----------
    sections
        As `clinical_sections` returns them; empty for a study without patients.
    """
    return {
        wildcard: tuple(
            name
            for name, entry in sections.get(section, {}).items()
            if rule is None or rule(sections, name, entry)
        )
        for wildcard, (section, rule) in WILDCARDS.items()
    }


def centre_column(cluster: str | None, strata: Sequence[str]) -> str | None:
    """Return the column that names centres: that of clusters, else a single one of strata."""
    if cluster is not None:
        return cluster
    return strata[0] if len(strata) == 1 else None


def pairs(sections: Mapping[str, Mapping], assay: str) -> dict[str, str]:
    """Return measures of genes that an assay measures too, each with the assay's own measure.

    An assay measures the gene that its key ``gene`` names; without it, the gene that its measure is
    called after.
    """
    measures = sections.get("measures", {})
    own = [name for name, entry in measures.items() if entry.get("assay") == assay]
    named = sections.get("assays", {}).get(assay, {}).get("gene")
    genes = {gene.casefold(): name for name in own for gene in [named or name]}
    return {
        name: genes[entry["gene"].casefold()]
        for name, entry in measures.items()
        if "gene" in entry and entry["gene"].casefold() in genes
    }


def _measures_a_gene(sections: Mapping, name: str, _: Mapping) -> bool:
    return bool(pairs(sections, name))


def _has_states(sections: Mapping, _: str, survival: Mapping) -> bool:
    return "states" in sections.get("endpoints", {}).get(survival["endpoint"], {})


def _has_times(sections: Mapping, _: str, benefit: Mapping) -> bool:
    column_of_yes_and_no: Mapping = {"of": None}
    return "of" not in sections.get("endpoints", {}).get(benefit["endpoint"], column_of_yes_and_no)


def _names_centres(sections: Mapping, _: str, risk: Mapping) -> bool:
    model = _model(sections, risk)
    return centre_column(model.get("cluster"), model.get("strata", ())) is not None


def _chooses_terms(sections: Mapping, _: str, risk: Mapping) -> bool:
    return _model(sections, risk).get("entry", PRESPECIFIED) != PRESPECIFIED


def _model(sections: Mapping, risk: Mapping) -> Mapping:
    return sections.get("models", {}).get(risk["model"], {})


Rule = Callable[[Mapping, str, Mapping], bool]
# Wildcard to the section whose names it stands for, and which of these: all sections, a name and
# its entry are asked; without a rule it stands for all names.
WILDCARDS: dict[str, tuple[str, Rule | None]] = {
    "assay": ("assays", None),
    "concordance": ("assays", _measures_a_gene),  # the gene is also measured by the counts
    "cutoff": ("cutoffs", None),
    "scan": ("cutoffs", lambda _, __, one: "endpoint" in one),
    "association": ("associations", None),
    "description": ("descriptions", None),
    "described": ("descriptions", lambda _, __, one: bool(one["with"])),  # levels are counted
    "survival": ("survival", None),
    "competing": ("survival", _has_states),
    "subgroups": ("survival", lambda _, __, one: bool(one["subgroups"])),
    "outcome_model": ("models", None),
    "hazard_model": ("models", lambda _, __, one: one["kind"] != "logistic"),
    "imputed_model": ("models", lambda _, __, one: one["missing_data"] != "complete"),
    "risk_model": ("risk", None),
    "risk_tree": ("risk", lambda _, __, one: "tree" in one),
    "risk_strata": ("risk", lambda _, __, one: "strata" in one),
    "risk_centres": ("risk", _names_centres),  # its model has a column of centres
    "selected_risk": ("risk", _chooses_terms),  # by the data
    "benefit": ("benefit", None),
    "benefit_times": ("benefit", _has_times),
}


def clinical_parts(sections: Mapping[str, Mapping]) -> set[str]:
    """Return the conditions of clinical tables and figures that a study meets, beside its sections.

    Parameters
    ----------
    sections
        As for `clinical_wildcards`.
    """
    endpoints = sections.get("endpoints", {}).values()
    parts = {name for name in PARTS_BY_NAME if clinical_wildcards(sections)[name]}
    parts |= {"early"} if any("of" in entry for entry in endpoints) else set()
    return parts | ({"traced"} if {"flow", "cohorts"} & set(sections) else set())


def split_cohorts(sections: Mapping[str, Mapping]) -> list[str]:
    """Return the cohorts that risk models are made and judged in, each once, in their order.

    Parameters
    ----------
    sections
        As for `clinical_wildcards`.
    """
    risks = sections.get("risk", {}).values()
    used = {one[key] for one in risks for key in ("develop", "validate")}
    return [name for name in sections.get("cohorts", {}) if name in used]


def links_samples(sections: Mapping[str, Mapping]) -> bool:
    """Say whether samples name patients, and patients have an endpoint with times.

    Parameters
    ----------
    sections
        As for `clinical_wildcards`.
    """
    endpoints = sections.get("endpoints", {}).values()
    timed = any("of" not in entry and "states" not in entry for entry in endpoints)
    return timed and bool(sections.get(CLINICAL, {}).get("links"))
