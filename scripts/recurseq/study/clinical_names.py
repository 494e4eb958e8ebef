"""Names of the clinical sections, which become folders and files of the results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

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
    """Return what the wildcards of clinical tables and figures stand for.

    Parameters
    ----------
    sections
        As `clinical_sections` returns them; empty for a study without patients.

    Returns
    -------
    dict
        ``assay``, ``cutoff``, ``association``, ``description``, ``survival`` and
        ``outcome_model``: the names of their sections. ``concordance``: assays whose gene is also
        measured by the counts.
        ``scan``: cut-offs that have an endpoint. ``described``: descriptions that count levels.
        ``competing``: survival of an endpoint with
        several states. ``subgroups``: survival with subgroups. ``hazard_model``: models that are
        not logistic. ``imputed_model``: models that impute. ``selected_risk``: risk models whose
        terms are chosen by the data. ``risk_tree`` and ``risk_strata``: risk models that have them.
        ``risk_centres``: those whose model names a column of centres.
        ``benefit_times``: treatments whose endpoint has times.
    """
    endpoints, survival = sections.get("endpoints", {}), sections.get("survival", {})
    cutoffs, models = sections.get("cutoffs", {}), sections.get("models", {})
    descriptions = sections.get("descriptions", {})
    return {
        "assay": tuple(sections.get("assays", {})),
        "concordance": tuple(name for name in sections.get("assays", {}) if pairs(sections, name)),
        "cutoff": tuple(cutoffs),
        "scan": tuple(name for name, entry in cutoffs.items() if "endpoint" in entry),
        "association": tuple(sections.get("associations", {})),
        "description": tuple(descriptions),
        "described": tuple(name for name, entry in descriptions.items() if entry["with"]),
        "survival": tuple(survival),
        "competing": tuple(
            name
            for name, entry in survival.items()
            if "states" in endpoints.get(entry["endpoint"], {})
        ),
        "subgroups": tuple(name for name, entry in survival.items() if entry["subgroups"]),
        "outcome_model": tuple(models),
        "risk_model": tuple(sections.get("risk", {})),
        "risk_tree": tuple(name for name, one in sections.get("risk", {}).items() if "tree" in one),
        "risk_strata": tuple(
            name for name, one in sections.get("risk", {}).items() if "strata" in one
        ),
        "risk_centres": tuple(
            name
            for name, one in sections.get("risk", {}).items()
            if centre_column(**_grouped(models.get(one["model"], {}))) is not None
        ),
        "benefit": tuple(sections.get("benefit", {})),
        "benefit_times": tuple(
            name
            for name, one in sections.get("benefit", {}).items()
            if "of" not in endpoints.get(one["endpoint"], {"of": None})
        ),
        "hazard_model": tuple(name for name, one in models.items() if one["kind"] != "logistic"),
        "imputed_model": tuple(n for n, one in models.items() if one["missing_data"] != "complete"),
        "selected_risk": tuple(
            name
            for name, one in sections.get("risk", {}).items()
            if models.get(one["model"], {}).get("entry", PRESPECIFIED) != PRESPECIFIED
        ),
    }


def _grouped(model: Mapping) -> dict:
    return {"cluster": model.get("cluster"), "strata": model.get("strata", ())}


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
