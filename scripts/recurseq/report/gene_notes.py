"""What is said of single genes in ``recurseq explain`` and in the report alike."""

from __future__ import annotations

import pandas as pd


def marker_sentences(rows: pd.DataFrame) -> list[str]:
    """Say in which sets of the marker panel a gene is, and what the panel expects of it."""
    if rows.empty:
        return ["It is not in the marker panel."]
    sentences = []
    for name, members in rows.groupby("set", sort=False):
        expected = [
            f"{row.contrast} expected {row.expected}: {row.verdict}"
            for row in members[members["expected"].notna()].itertuples()
        ]
        text = "; ".join(expected) or "without an expectation in these contrasts"
        sentences.append(f"It is in the set {name!r} of the marker panel ({text}).")
    return sentences


def replacement_sentences(replacements: pd.DataFrame) -> list[str]:
    """Name the counts of a gene that were replaced: ``replacements`` of the model, its rows."""
    return [
        f"The count of sample {row.sample_id}, {int(row.count):,}, is an outlier and was replaced "
        f"by {int(row.replacement):,} before fitting."
        for row in replacements.itertuples(name="Row", index=False)
    ]


def theme_sentences(themes: pd.DataFrame | None, name: str) -> list[str]:
    """Say which themes of gene sets share a gene, and what each does in the contrasts.

    Parameters
    ----------
    themes
        Table ``theme_summary``; None when there is none.
    name
        Symbol of the gene, or its identifier when it has none.
    """
    if themes is None:
        return []
    sentences = []
    for _, rows in themes.groupby("theme"):
        if name not in str(rows["shared_genes"].iloc[0]).split(";"):
            continue
        called = rows[rows["direction"] != "none"]
        where = [f"{row.direction} in {row.contrast}" for row in called.itertuples()]
        number, title = rows["theme"].iloc[0], rows["name"].iloc[0]
        sentences.append(f"It is a shared gene of theme {number}, {title}: {', '.join(where)}.")
    return sentences
