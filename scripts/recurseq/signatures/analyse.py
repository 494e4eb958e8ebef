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
    IMMUNE,
    PURITY,
    SHOWN,
    STROMA,
    Content,
    Score,
    describe_samples,
    find_content,
    proxies_without,
)
from recurseq.signatures.differences import Signature, signature_tests
from recurseq.signatures.scoring import METHODS, usable_genes
from recurseq.signatures.sets import SCORED, look_up
from recurseq.signatures.settings import COMPOSITION, DERIVED, SignatureSettings

FOR_T_CELLS = "exhaustion_for_t_cells"
BALANCE = "g2_m_minus_g1_s"
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
) -> SignatureTables:
    """Score the sets of all collections, and test their differences.

    Parameters
    ----------
    model
        The fitted model; its variance-stabilised expression of the fitted genes is scored.
    collections
        Name to collection.
    shipped
        The collection that comes with recurseq, of which proxies are made.
    contrasts
        Of the study.
    settings
        Method and smallest size.
    alpha
        Adjusted p-value below which a difference is called.
    """
    expression = fitted_expression(model)
    genes = model.var.rename_axis("gene_id").reset_index()[["gene_id", "gene_name", "baseMean"]]
    usable = usable_genes(expression, settings.method)
    sets, members = look_up(collections, genes, usable, settings.min_size)
    score = METHODS[settings.method]
    scores = score(expression, members) if members else pd.DataFrame(index=expression.index)
    content = find_content(shipped, genes, usable)
    for name, reason in content.reasons.items():
        log.info("%s: %s", name, reason)
    groups = _groups(model)
    samples = describe_samples(content, expression, score, groups)
    design = model.obsm["design_matrix"].loc[expression.index]
    formula = parse_formula(str(model.uns["formula"]))
    samples["exhaustionForTCells"] = _residual(samples["exhaustion"], samples["tCells"], design)
    tested = [
        *_composition(samples, content),
        *_derived(samples, content, expression, score),
        *_of_sets(sets, scores, members, content, expression, score),
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
    sizes[PURITY] = sizes[STROMA] + sizes[IMMUNE]
    return [
        Signature(COMPOSITION, name, sizes[name], samples[name], _none(samples), None, {})
        for name in SHOWN
        if samples[name].notna().all()
    ]


def _derived(
    samples: pd.DataFrame, content: Content, expression: pd.DataFrame, score: Score
) -> list[Signature]:
    """Return proliferation, the balance of both phases, and exhaustion, raw and for T cells."""
    cells = samples[["tCells"]]
    balance = samples["g2M"] - samples["g1S"]
    none = _none(samples)
    entries = [
        ("proliferation", samples["proliferation"], ("proliferation",), none),
        (BALANCE, balance, ("g1_s", "g2_m"), none),
        ("exhaustion", samples["exhaustion"], ("exhaustion",), none),
        (FOR_T_CELLS, samples["exhaustion"], ("exhaustion", "t_cells"), cells),
    ]
    kept = {}
    for name, values, parts, given in entries:
        if values.notna().all() and given.notna().all(axis=None):
            own = dict.fromkeys(gene for part in parts for gene in content.genes[part])
            kept[name] = (list(own), values, given)
    without = _proxies({name: own for name, (own, *_) in kept.items()}, content, expression, score)
    return [
        Signature(DERIVED, name, len(own), values, given, *without[name])
        for name, (own, values, given) in kept.items()
    ]


def _of_sets(
    sets: pd.DataFrame,
    scores: pd.DataFrame,
    members: Mapping[str, list[str]],
    content: Content,
    expression: pd.DataFrame,
    score: Score,
) -> list[Signature]:
    without = _proxies(members, content, expression, score)
    none = _none(scores)
    return [
        Signature(row.collection, row.set, row.used, scores[row.column], none, *without[row.column])
        for row in sets[sets["status"] == SCORED].itertuples(index=False)
    ]


def _none(samples: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(index=samples.index)


def _proxies(
    members: Mapping[str, list[str]], content: Content, expression: pd.DataFrame, score: Score
) -> dict[str, tuple[pd.DataFrame, dict[str, str]]]:
    """Score the proxies without the genes of each set, and say which are absent and why."""
    genes = {name: proxies_without(content, own) for name, own in members.items()}
    # Most sets share no gene with a proxy: each list of genes is scored once.
    lists = {tuple(one): None for parts in genes.values() for one in parts.values()}
    keys = {one: str(place) for place, one in enumerate(lists)}
    found = score(expression, {keys[one]: list(one) for one in lists}) if lists else None
    tables = {}
    for name, parts in genes.items():
        columns = {proxy: found[keys[tuple(one)]] for proxy, one in parts.items()}
        absent = {
            proxy: content.reasons.get(proxy, OWN_GENES)
            for proxy in COVARIATES
            if proxy not in parts
        }
        tables[name] = (pd.DataFrame(columns, index=expression.index), absent)
    return tables
