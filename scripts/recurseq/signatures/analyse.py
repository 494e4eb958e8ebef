"""From the fitted model and the collections to the tables of the signatures."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from recurseq.base.h5ad import Stored
from recurseq.cohort.genes.gene_sets import GeneSets
from recurseq.design.contrast import Contrast
from recurseq.design.formula import parse_formula
from recurseq.signatures.composition import (
    COVARIATES,
    OTHER_CELLS,
    PURITY,
    SHOWN,
    Content,
    describe_samples,
    find_content,
    proxies_without,
)
from recurseq.signatures.differences import Signature, signature_tests
from recurseq.signatures.scoring import score_lists, usable_genes
from recurseq.signatures.sets import SCORED, look_up
from recurseq.signatures.settings import COMPOSITION, DERIVED, SignatureSettings

FOR_T_CELLS = "exhaustion_for_t_cells"
BALANCE = "g2_m_minus_g1_s"
TAG = "\t"
OWN_GENES = "the set shares its genes, or too many of them"

log = logging.getLogger(__name__)


class SignatureTables(NamedTuple):
    """Tables ``signature_scores``, ``_sets``, ``_samples`` and ``_tests``."""

    scores: pd.DataFrame
    sets: pd.DataFrame
    samples: pd.DataFrame
    tests: pd.DataFrame


def analyse_signatures(
    model: Stored,
    collections: Mapping[str, GeneSets],
    shipped: GeneSets,
    contrasts: Sequence[Contrast],
    settings: SignatureSettings,
    alpha: float,
    *,
    of_humans: bool = True,
) -> SignatureTables:
    """Score the sets of all collections, and test their differences.

    Parameters
    ----------
    model
        The fitted model; its variance-stabilised expression of the fitted genes is scored.
    collections
        Name to collection.
    shipped
        The collection that comes with recurseq (`recurseq.signatures.composition.with_t_cells`), of
        which proxies are made.
    contrasts
        Of the study.
    settings
        Method and smallest size.
    alpha
        Adjusted p-value below which a difference is called.
    of_humans
        As for `recurseq.signatures.composition.find_content`.
    """
    expression = fitted_expression(model)
    genes = model.var.rename_axis("gene_id").reset_index()[["gene_id", "gene_name", "baseMean"]]
    usable = usable_genes(expression, settings.method)
    sets, members = look_up(collections, genes, usable, settings.min_size)
    content = find_content(shipped, genes, usable, of_humans=of_humans)
    for name, reason in content.reasons.items():
        log.info("%s: %s", name, reason)
    derived = _derived_genes(content)
    proxies = {name: proxies_without(content, own) for name, own in (members | derived).items()}
    lists = [*members.values(), *content.scored.values()]
    lists += [one for parts in proxies.values() for one in parts.values()]
    scored = score_lists(expression, lists, settings.method)
    scores = pd.DataFrame(
        {name: scored[tuple(own)] for name, own in members.items()}, expression.index
    )
    samples = describe_samples(content, scored, expression, _groups(model))
    design = model.obsm["design_matrix"].loc[expression.index]
    formula = parse_formula(str(model.uns["formula"]))
    samples["exhaustionForTCells"] = _residual(samples["exhaustion"], samples["tCells"], design)
    held_equal = {
        name: _held_equal(parts, scored, content, expression.index)
        for name, parts in proxies.items()
    }
    tested = [
        *_composition(samples, content),
        *_derived(samples, derived, held_equal),
        *_of_sets(sets, scores, held_equal),
    ]
    varying = [one for one in tested if one.values.nunique() > 1]
    tests = signature_tests(
        varying, design, contrasts, lambda c: c.weights(formula, model.obs), model.obs, alpha
    )
    return SignatureTables(_with_names(scores), sets, _with_names(samples), tests)


def fitted_expression(model: Stored) -> pd.DataFrame:
    """Return the variance-stabilised expression of the fitted genes, samples x genes by name.

    The order of samples and genes in the file does not matter from here on.
    """
    fitted = model.var["kept"].to_numpy(dtype=bool)
    values = model.layers["vst"][:, fitted]
    table = pd.DataFrame(values, model.obs_names, model.var_names[fitted], dtype=float)
    return table.sort_index(axis=0).sort_index(axis=1)


def _groups(model: Stored) -> pd.Series:
    factor = str(model.uns["main_factor"])
    missing = pd.Series(None, index=model.obs_names, dtype=object)
    return model.obs[factor].astype(str) if factor else missing


def _with_names(table: pd.DataFrame) -> pd.DataFrame:
    return table.rename_axis("sample_id").reset_index()


def _residual(values: pd.Series, cells: pd.Series, design: pd.DataFrame) -> pd.Series:
    """Take off a score what its slope on T cells, within the design, makes of their number."""
    if values.isna().any() or cells.isna().any():
        return pd.Series(np.nan, index=values.index)
    basis = np.linalg.qr(design.to_numpy(dtype=float))[0]
    own, other = (
        one.to_numpy(dtype=float) - basis @ (basis.T @ one.to_numpy(dtype=float))
        for one in (values, cells)
    )
    if not other @ other > 1e-12 * len(other):
        return pd.Series(np.nan, index=values.index)
    return values - (own @ other) / (other @ other) * (cells - cells.mean())


def _composition(samples: pd.DataFrame, content: Content) -> list[Signature]:
    """Return the proxies as scores, which are adjusted for nothing."""
    sizes = {name: len(content.genes.get(name, ())) for name in SHOWN}
    sizes[PURITY] = sum(sizes[name] for name in OTHER_CELLS)
    return [
        Signature(COMPOSITION, name, sizes[name], samples[name], _none(samples), None, {})
        for name in SHOWN
        if samples[name].notna().all()
    ]


def _derived_genes(content: Content) -> dict[str, list[str]]:
    """Return the genes behind each built score that the study can have.

    A tab stands in front of the names, which no name of a set can hold.
    """
    parts = {
        "proliferation": ("proliferation",),
        BALANCE: ("g1_s", "g2_m"),
        "exhaustion": ("exhaustion",),
        FOR_T_CELLS: ("exhaustion", "t_cells"),
    }
    return {
        f"{TAG}{name}": list(dict.fromkeys(gene for one in own for gene in content.genes[one]))
        for name, own in parts.items()
        if set(own) <= set(content.genes)
    }


def _derived(
    samples: pd.DataFrame,
    genes: Mapping[str, list[str]],
    held_equal: Mapping[str, tuple[pd.DataFrame, dict[str, str]]],
) -> list[Signature]:
    """Return proliferation, the balance of both phases, and exhaustion, raw and for T cells."""
    values = {
        "proliferation": samples["proliferation"],
        BALANCE: samples["g2M"] - samples["g1S"],
        "exhaustion": samples["exhaustion"],
        FOR_T_CELLS: samples["exhaustion"],
    }
    given = {FOR_T_CELLS: samples[["tCells"]]}
    none = _none(samples)
    return [
        Signature(
            DERIVED,
            name,
            len(genes[key]),
            values[name],
            given.get(name, none),
            *held_equal[key],
        )
        for key in genes
        for name in [key.removeprefix(TAG)]
    ]


def _of_sets(
    sets: pd.DataFrame,
    scores: pd.DataFrame,
    held_equal: Mapping[str, tuple[pd.DataFrame, dict[str, str]]],
) -> list[Signature]:
    none = _none(scores)
    return [
        Signature(
            row.collection, row.set, row.used, scores[row.column], none, *held_equal[row.column]
        )
        for row in sets[sets["status"] == SCORED].itertuples(index=False)
    ]


def _none(samples: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(index=samples.index)


def _held_equal(
    parts: Mapping[str, list[str]],
    scored: Mapping[tuple[str, ...], pd.Series],
    content: Content,
    samples: pd.Index,
) -> tuple[pd.DataFrame, dict[str, str]]:
    """Return the proxies of one score as covariates, and why others are absent."""
    columns = {proxy: scored[tuple(own)] for proxy, own in parts.items()}
    absent = {
        proxy: content.reasons.get(proxy, OWN_GENES) for proxy in COVARIATES if proxy not in parts
    }
    return pd.DataFrame(columns, index=samples), absent
