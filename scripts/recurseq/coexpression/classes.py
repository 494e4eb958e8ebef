"""High in both genes of a pair: tables ``coexpression_samples`` and ``coexpression_classes``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from recurseq.base.tables import describe, put_together
from recurseq.coexpression.correlate import ABSENT, SAME, TESTED, UNEXPRESSED
from recurseq.coexpression.genes import Pair, Values, absent_text
from recurseq.coexpression.settings import Coexpression
from recurseq.design.contrast import DENOMINATOR, NUMERATOR, Contrast
from recurseq.design.groups import ALL_SAMPLES
from recurseq.design.pairs import BOTH_HIGH, BOTH_LOW, CLASSES, ONLY_A, ONLY_B
from recurseq.stats.adjust import benjamini_hochberg
from recurseq.stats.contingency import fisher
from recurseq.stats.intervals import binomial_interval

AT_ZERO = "cutoff_at_zero"


@dataclass(frozen=True)
class Classed:
    """A pair with its cut-offs and the class of each sample.

    Attributes
    ----------
    cutoffs
        A sample is high above them; missing where there are none.
    codes
        One of `CLASSES` per sample, None for no class.
    status, note
        Why there is no class, or how there is one.
    """

    pair: Pair
    cutoffs: tuple[float, float]
    codes: list[str | None]
    status: str
    note: str | None


def reference_samples(contrast: Contrast | None, samples: pd.DataFrame) -> np.ndarray:
    """Tell whose values give the cut-offs: those compared by the contrast, all without one."""
    compared = None if contrast is None else contrast.compared(samples)
    return np.ones(len(samples), dtype=bool) if compared is None else compared.to_numpy(dtype=bool)


def class_pairs(
    pairs: Sequence[Pair], values: Values, reference: np.ndarray, settings: Coexpression
) -> list[Classed]:
    """Class every sample by each pair of the configuration.

    A gene is high in a sample when its normalised count lies above the quantile of the reference
    samples (interpolated, R's type 7). Where this cut-off is 0, samples without a count cannot be
    told from those below it, and nobody gets a class.

    Parameters
    ----------
    pairs
        Pairs; those of sets are passed over.
    values
        Samples x genes.
    reference
        From `reference_samples`.
    settings
        The section.
    """
    return [_classed(pair, values, reference, settings) for pair in pairs if pair.named]


def _classed(pair: Pair, values: Values, reference: np.ndarray, settings: Coexpression) -> Classed:
    size, none = len(reference), (np.nan, np.nan)
    ids = (pair.one.gene_id, pair.other.gene_id)
    if None in ids:
        return Classed(pair, none, [None] * size, ABSENT, absent_text(pair))
    if ids[0] == ids[1]:
        return Classed(pair, none, [None] * size, SAME, f"both names are the gene {ids[0]}")
    columns = [values.normalized[gene].to_numpy(dtype=float) for gene in ids]
    cutoffs = tuple(float(np.quantile(one[reference], settings.quantile)) for one in columns)
    at_zero = [
        gene.query
        for gene, cutoff in zip((pair.one, pair.other), cutoffs, strict=True)
        if cutoff <= 0
    ]
    if at_zero:
        names = " and ".join(at_zero)
        empty = [gene for gene in ids if values.zero[gene].all()]
        note = (
            f"{settings.high_in_words} of {names} is 0: samples without a count cannot be told "
            "from low ones"
        )
        return Classed(pair, cutoffs, [None] * size, UNEXPRESSED if empty else AT_ZERO, note)
    high = [one > cutoff for one, cutoff in zip(columns, cutoffs, strict=True)]
    codes = np.select(
        [high[0] & high[1], high[0] & ~high[1], ~high[0] & high[1]],
        [BOTH_HIGH, ONLY_A, ONLY_B],
        BOTH_LOW,
    )
    return Classed(pair, cutoffs, list(map(str, codes)), TESTED, None)


def sample_table(
    classed: Sequence[Classed], values: Values, groups: pd.Series, grouped: bool
) -> pd.DataFrame:
    """List every sample with its values and class: table ``coexpression_samples``.

    Parameters
    ----------
    classed
        From `class_pairs`.
    values
        Samples x genes.
    groups
        Group of each sample.
    grouped
        Whether the study has groups.
    """
    parts = [
        pd.DataFrame(
            {
                "pair": one.pair.name,
                "gene_a": one.pair.one.query,
                "gene_b": one.pair.other.query,
                "gene_id_a": one.pair.one.gene_id,
                "gene_id_b": one.pair.other.gene_id,
                "sample_id": groups.index.astype(str),
                "group": groups.astype(str).to_numpy() if grouped else None,
                "normalized_a": _column(values, one.pair.one.gene_id, len(groups)),
                "normalized_b": _column(values, one.pair.other.gene_id, len(groups)),
                "class": one.codes,
                "status": one.status,
                "note": one.note,
            }
        ).astype({"class": object})
        for one in classed
    ]
    return put_together(parts, "coexpression_samples")


def _column(values: Values, gene: str | None, size: int) -> np.ndarray:
    return np.full(size, np.nan) if gene is None else values.normalized[gene].to_numpy(dtype=float)


def class_table(
    classed: Sequence[Classed],
    samples: pd.DataFrame,
    groups: pd.Series,
    contrast: Contrast | None,
    settings: Coexpression,
) -> pd.DataFrame:
    """Count classes in every group, with exact tests of the share of double-high samples.

    Parameters
    ----------
    classed
        From `class_pairs`.
    samples
        The typed sheet of the model.
    groups
        Group of each sample.
    contrast
        Whose sides are compared; None without groups.
    settings
        The section.

    Returns
    -------
    pandas.DataFrame
        Table ``coexpression_classes``.
    """
    rows = []
    for one in classed:
        tests = _tests(one, samples, groups, contrast)
        rule = {
            "high": f"above {settings.high_in_words} of {_among(contrast)}",
            "cutoff_a": one.cutoffs[0],
            "cutoff_b": one.cutoffs[1],
        }
        for level in groups.cat.categories:
            own = (groups == level).to_numpy()
            rows.append({**_counts(one, own, str(level)), **rule, **tests})
    columns = describe("coexpression_classes").names
    table = pd.DataFrame(rows, columns=columns, dtype=object)
    first = ~table["pair"].duplicated()
    for pvalue, padj in (("pvalue", "padj"), ("contrastPvalue", "contrastPadj")):
        found = benjamini_hochberg(table.loc[first, pvalue].to_numpy(dtype=float))
        table[padj] = table["pair"].map(dict(zip(table.loc[first, "pair"], found, strict=True)))
    return table


def _among(contrast: Contrast | None) -> str:
    return ALL_SAMPLES if contrast is None else f"the samples of {contrast.label}"


def _counts(one: Classed, own: np.ndarray, level: str) -> dict:
    codes = pd.Series(one.codes, dtype=object)[own]
    counts = {name: int((codes == name).sum()) for name in CLASSES}
    known = sum(counts.values())
    lower, upper = binomial_interval(counts[BOTH_HIGH], known)
    return {
        "pair": one.pair.name,
        "gene_a": one.pair.one.query,
        "gene_b": one.pair.other.query,
        "group": level,
        "n": int(own.sum()),
        **counts,
        "unclassed": int(own.sum()) - known,
        "share": counts[BOTH_HIGH] / known if known else np.nan,
        "lower": lower,
        "upper": upper,
        "status": one.status,
        "note": one.note,
    }


def _tests(
    one: Classed, samples: pd.DataFrame, groups: pd.Series, contrast: Contrast | None
) -> dict:
    """Fisher's exact tests of double-high or not: over all groups, and between both sides."""
    codes = pd.Series(one.codes, dtype=object, index=samples.index)
    found = {"pvalue": np.nan, "contrastPvalue": np.nan}
    if codes.isna().all():
        return found
    high = (codes == BOTH_HIGH).to_numpy()
    found["pvalue"] = fisher(_crossed(high, groups.cat.codes.to_numpy())).pvalue
    if contrast is not None:
        above, below = (
            contrast.members(side, samples).to_numpy(dtype=bool)
            for side in (NUMERATOR, DENOMINATOR)
        )
        sides = np.where(above, 0, np.where(below, 1, -1))
        found["contrastPvalue"] = fisher(_crossed(high[sides >= 0], sides[sides >= 0])).pvalue
    return found


def _crossed(high: np.ndarray, codes: np.ndarray) -> np.ndarray:
    size = int(codes.max(initial=0)) + 1
    return np.array([[((codes == k) & (high == one)).sum() for k in range(size)] for one in (1, 0)])
