"""Principal components of the samples, by any column of the sheet that the report names."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np
import pandas as pd

from recurseq.figures.colours import GROUPS
from recurseq.report.words import number, pvalue, spaced

SHOWN = 6  # components
FIFTHS = 5
MOST_LEVELS = 31  # told apart by colour and shape; the others together are one more
OTHERS = "other levels"
UNKNOWN = -1  # code of a sample without a value
# Five steps of viridis, without its two ends, which are hard to see on dark or white ground.
STEPS = ("#46327e", "#365c8d", "#277f8e", "#3fbc73", "#bddf26")


def component_data(
    scores: pd.DataFrame,
    variance: pd.DataFrame,
    association: pd.DataFrame,
    sheet: pd.DataFrame,
    factor: str,
    flagged: Sequence[str],
) -> str:
    """Write what the script of the section draws, as JSON.

    Only columns of the table of associations are in it, which leaves out names and identifiers;
    of numbers it holds the fifth of the samples that they are in, not themselves.

    Parameters
    ----------
    scores, variance, association
        Tables ``qc_pca``, ``qc_pca_variance`` and ``qc_pca_association``.
    sheet
        The typed sample sheet, indexed by sample.
    factor
        The column that is shown first; another one where it is none of those that are known.
    flagged
        Samples with a flag.
    """
    shares = variance.set_index("component")["variance_explained"]
    components = [name for name in scores.columns[1:] if name in shares.index][:SHOWN]
    rows = sheet.loc[scores["sample_id"]]
    kinds = association.drop_duplicates("column").set_index("column")["kind"]
    order = sorted(kinds.index, key=lambda column: column != factor)
    return json.dumps(
        {
            "samples": list(map(str, scores["sample_id"])),
            "flagged": [int(name in set(flagged)) for name in scores["sample_id"]],
            "components": components,
            "shares": [f"{100 * shares[name]:.1f} %" for name in components],
            "scores": [[float(f"{x:.4g}") for x in scores[name]] for name in components],
            "columns": [
                _column(column, kinds[column], rows[column], association, components)
                for column in order
            ],
        },
        separators=(",", ":"),
    )


def _column(
    name: str, kind: str, values: pd.Series, association: pd.DataFrame, components: Sequence[str]
) -> dict:
    levels, codes = fifths(values) if kind == "numeric" else _levels(values)
    known = association[association["column"] == name].set_index("component")
    explains = {
        component: f"{number(known['adjusted_r_squared'][component])} "
        f"(padj {pvalue(known['padj'][component])})"
        for component in components
        if component in known.index
    }
    colours = STEPS if kind == "numeric" else GROUPS
    return {
        "title": spaced(name),
        "levels": levels,
        "codes": codes,
        "colours": list(colours),
        "explains": explains,
    }


def fifths(values: pd.Series) -> tuple[list[str], list[int]]:
    """Return the ranges of five classes of about as many samples each, and the class of each.

    Values that are alike stay together, so that there may be fewer classes; missing ones are -1.
    """
    numbers = pd.to_numeric(values, errors="coerce").astype(float)
    known = numbers.dropna()
    edges = np.unique(np.quantile(known, np.arange(1, FIFTHS) / FIFTHS, method="lower"))
    classes = np.searchsorted(edges, numbers.to_numpy())
    used = np.unique(classes[numbers.notna()])
    ranges = [known[np.searchsorted(edges, known) == one] for one in used]
    names = [_range(one.min(), one.max()) for one in ranges]
    codes = np.where(numbers.isna(), UNKNOWN, np.searchsorted(used, classes))
    return names, codes.tolist()


def _range(low: float, high: float) -> str:
    return f"{low:.4g}" if low == high else f"{low:.4g} to {high:.4g}"


def _levels(values: pd.Series) -> tuple[list[str], list[int]]:
    texts = values.astype(object).where(values.notna(), None)
    if isinstance(values.dtype, pd.CategoricalDtype):
        names = [one for one in values.cat.categories if (values == one).any()]
    else:
        names = sorted(texts.dropna().unique(), key=str)
    places = {one: min(place, MOST_LEVELS) for place, one in enumerate(names)}
    shown = [spaced(str(name)) for name in names[:MOST_LEVELS]] + [OTHERS] * (
        len(names) > MOST_LEVELS
    )
    return shown, [UNKNOWN if one is None else places[one] for one in texts]
