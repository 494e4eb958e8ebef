"""From a configuration to a study: defaults filled in, ``auto`` replaced by what it means."""

from __future__ import annotations

from collections.abc import Mapping

from recurseq.design.calling import CallingRule
from recurseq.design.contrast import Contrast
from recurseq.design.formula import FormulaError, parse_formula
from recurseq.design.omnibus import reduced_without
from recurseq.study.clinical_names import clinical_sections
from recurseq.study.defaults import with_defaults
from recurseq.study.model import (
    AUTO,
    CohortSettings,
    Counts,
    Covariates,
    Enrichment,
    GeneRules,
    NormalizationSettings,
    Study,
    Testing,
)

# What `min_abs_lfc: auto` means. A coefficient counts per unit of its column, a year or a gram: no
# one size of it is worth reporting.
SMALLEST_CHANGE = {"levels": 1.0, "coefficients": 0.0}


def load_study(config: Mapping) -> Study:
    """Build a study from a configuration that follows the schema.

    Parameters
    ----------
    config
        The parsed configuration; `config_problems` found nothing in it. What it leaves out is
        filled in by the defaults of the schema.
    """
    full = with_defaults(config)
    testing = Testing(**full["testing"])
    given = full.get("contrasts", {})
    contrasts = {name: _contrast(name, entry, testing) for name, entry in given.items()}
    enrichment = full.get("enrichment")
    has_counts = "counts" in full
    demo = full.get("demo", {})
    return Study(
        title=full["study"]["title"],
        cohort=_cohort(full, config.get("normalization", {}), contrasts) if has_counts else None,
        contrasts=contrasts,
        omnibus_reduced=_reduced(full, contrasts),
        testing=testing,
        permutations=int(full["evidence"]["permutations"]),
        covariates=Covariates(
            tuple(full["confounding"]["leave_out"]), full["confounding"]["refit"]
        ),
        panel=full.get("markers", {}).get("panel"),
        orthologues=full.get("genes", {}).get("orthologues", ""),
        enrichment=Enrichment(**enrichment) if enrichment else None,
        seed=full["seed"],
        truth=demo.get("truth"),
        simulated_cohort=demo["cohort"] if "truth" in demo else None,
        compares_halves="truth" in demo and demo["halves"],
        sections=frozenset(full),
        claims=tuple(full.get("claims", ())),
        patterns=full.get("patterns"),
        coexpression=full.get("coexpression"),
        signatures=full.get("signatures"),
        clinical=clinical_sections(full),
        simulated_patients=demo.get("clinical"),
        replication=full.get("replication"),
        second_cohort=demo.get("second"),
    )


def _cohort(full: Mapping, given: Mapping, contrasts: Mapping[str, Contrast]) -> CohortSettings:
    counts = dict.fromkeys(("path", "directory", "transcripts", "sheet", "round")) | full["counts"]
    min_samples = full["filter"]["min_samples"]
    return CohortSettings(
        counts=Counts(**counts),
        samples_path=full["samples"]["path"],
        sample_id=full["samples"]["id"],
        missing=_texts(full["samples"]["missing"]),
        keep={c: _texts(levels) for c, levels in full["samples"].get("keep", {}).items()},
        formula=full["design"]["formula"],
        levels={c: _texts(levels) for c, levels in full["design"]["levels"].items()},
        annotation=full["genes"]["annotation"],
        gene_rules=_gene_rules(full["genes"]),
        min_count=full["filter"]["min_count"],
        min_samples=None if min_samples == AUTO else min_samples,
        normalization=_normalization(full["normalization"], given),
        main_factor=_main_factor(contrasts),
        compared=tuple(dict.fromkeys(g for one in contrasts.values() for g in one.groups)),
        simulated="truth" in full.get("demo", {}),
        merge=full["samples"].get("merge"),
    )


def _gene_rules(genes: Mapping) -> GeneRules:
    return GeneRules(**{name: genes[name] for name in GeneRules.__dataclass_fields__})


def _main_factor(contrasts: Mapping[str, Contrast]) -> str:
    """Return the factor of the first contrast of levels; an empty text without one."""
    return next((one.factor for one in contrasts.values() if one.of_levels), "")


def _reduced(full: Mapping, contrasts: Mapping[str, Contrast]) -> str | None:
    """Fill ``omnibus.reduced: auto`` in: the design without what the first contrast compares."""
    given, factor = full.get("omnibus", {}).get("reduced"), _main_factor(contrasts)
    if given != AUTO or not factor:
        return given
    try:
        formula = parse_formula(full["design"]["formula"])
    except FormulaError:
        return given
    return reduced_without(formula, factor) if factor in formula.variables else None


def _normalization(full: Mapping, given: Mapping) -> NormalizationSettings:
    return NormalizationSettings(
        method=full["method"],
        method_given="method" in given,
        size_factors=full.get("size_factors"),
        lengths=full.get("lengths"),
    )


def _contrast(name: str, entry: Mapping, testing: Testing) -> Contrast:
    kind = "coefficients" if "coefficients" in entry else "levels"
    least = entry.get("min_abs_lfc", testing.min_abs_lfc)
    rule = CallingRule(
        alpha=testing.alpha,
        lfc_threshold=float(entry.get("lfc_threshold", testing.lfc_threshold)),
        min_abs_lfc=SMALLEST_CHANGE[kind] if least == AUTO else float(least),
    )
    within = {
        column: value if isinstance(value, float | int) else str(value)
        for column, value in entry.get("within", {}).items()
    }
    return Contrast(
        name=name,
        rule=rule,
        factor=entry.get("factor", ""),
        numerator=_texts(entry.get("numerator", [])),
        denominator=_texts(entry.get("denominator", [])),
        within=within,
        coefficients={k: float(v) for k, v in entry.get("coefficients", {}).items()},
    )


def _texts(values: object) -> tuple[str, ...]:
    """Levels as text: one or several; YAML may have read some as numbers."""
    listed = values if isinstance(values, list | tuple) else [values]
    return tuple(str(value).strip() for value in listed)
