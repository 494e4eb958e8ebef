"""Figures of a cohort's quality: components, distances, library sizes, sex."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from recurseq.design.groups import sample_groups
from recurseq.figures.colours import FAINT, GROUPS, INK, QUIET, group_colours
from recurseq.figures.labels import place_labels
from recurseq.figures.parts import (
    MOST_NAMES,
    brief_names,
    cluster_order,
    draw_bar,
    group_key,
    strip,
)
from recurseq.figures.style import (
    HALF,
    MARKERS,
    SEQUENTIAL,
    WIDE,
    empty,
    heading,
    new_figure,
    short,
    styled,
)

MOST_SHAPES = 6


def quality_figures(
    sheet: pd.DataFrame,
    factor: str,
    tables: Mapping[str, pd.DataFrame],
    simulated: bool,
    removed: Sequence[str] = (),
) -> dict[str, Figure]:
    """Draw every figure of the quality control.

    Parameters
    ----------
    sheet
        The typed sample sheet, index = sample.
    factor
        Name of the main factor, "" for none.
    tables
        The tables ``qc_...`` without this prefix.
    simulated
        Whether to say that the data are simulated.
    removed
        Variables whose effect was taken off in the tables ``pca_batch_removed...``, if these exist.

    Returns
    -------
    dict
        pca, pca_batch_removed if there are tables of it, associations, distances, library_sizes and
        sex_check.
    """
    groups = sample_groups(sheet, factor)
    flagged = list(dict.fromkeys(tables["flags"]["sample_id"]))
    column = shape_column(sheet, factor, tables["pca_association"])
    shapes = None if column is None else sheet[column]
    figures = {
        "pca": pca_figure(tables["pca"], tables["pca_variance"], groups, shapes, flagged, simulated)
    }
    if "pca_batch_removed" in tables:
        after = tables["pca_batch_removed"], tables["pca_batch_removed_variance"]
        figures["pca_batch_removed"] = pca_figure(
            *after, groups, shapes, flagged, simulated, removed
        )
    return figures | {
        "associations": association_figure(tables["pca_association"], simulated),
        "distances": distance_figure(tables["distances"], groups, simulated),
        "library_sizes": library_figure(tables["library_sizes"], groups, flagged, simulated),
        "sex_check": sex_figure(tables["sex_check"], simulated),
    }


def shape_column(sheet: pd.DataFrame, factor: str, association: pd.DataFrame) -> str | None:
    """Choose the sheet's column that is shown by marker shapes beside the main factor.

    Of the categorical columns with at most six levels, known for three samples in four, that the
    main factor does not settle, the one that explains most of PC1 and PC2; None without any.

    Parameters
    ----------
    sheet
        The typed sample sheet.
    factor
        Name of the main factor, "" for none.
    association
        Table ``qc_pca_association``.
    """
    shown = association[
        association["component"].isin(["PC1", "PC2"]) & (association["kind"] == "categorical")
    ]
    explained = (
        shown.groupby("column", sort=False)["adjusted_r_squared"]
        .sum()
        .sort_values(ascending=False, kind="stable")
    )
    for column in explained.index:
        levels = sheet[column].astype(object).where(sheet[column].notna(), "NA").astype(str)
        settled = factor and levels.groupby(sheet[factor].astype(str)).nunique().max() == 1
        known = sheet[column].notna().mean() >= 0.75
        text = not pd.api.types.is_numeric_dtype(sheet[column])
        if column != factor and text and known and levels.nunique() <= MOST_SHAPES and not settled:
            return str(column)
    return None


@styled
def pca_figure(
    scores: pd.DataFrame,
    variance: pd.DataFrame,
    groups: pd.Series,
    shapes: pd.Series | None = None,
    flagged: pd.Index | list[str] = (),
    simulated: bool = False,
    removed: Sequence[str] = (),
) -> Figure:
    """Draw PC1 against PC2, and the share of variance of every component.

    Parameters
    ----------
    scores, variance
        Tables ``qc_pca`` and ``qc_pca_variance``.
    groups
        Categorical, index = sample: gives the colours.
    shapes
        A second column of the sheet, index = sample: gives the marker shapes.
    flagged
        Samples whose names are written.
    simulated
        Whether to say that the data are simulated.
    removed
        Variables whose effect was taken off the expression before.
    """
    figure = new_figure(WIDE, 4.6)
    groups = groups.reindex(scores["sample_id"])
    colours = group_colours(groups.cat.categories)
    key = _pca_key(groups, shapes)
    title = "Principal components of the samples"
    if removed:
        title += f", effect of {' and '.join(removed)} taken off"
    heading(figure, title, _pca_facts(scores), simulated, key)
    if scores.shape[1] < 2:
        empty(figure.add_subplot(), "no principal components: the samples do not differ")
        return figure
    main, side = figure.subplots(1, 2, width_ratios=[3.4, 1])
    share = variance["variance_explained"].to_numpy(dtype=float)
    x = scores["PC1"].to_numpy()
    y = scores["PC2"].to_numpy() if "PC2" in scores else np.zeros(len(scores))
    marks = _marks(shapes, scores["sample_id"])
    for level, colour in colours.items():
        for mark in dict.fromkeys(marks):
            chosen = (groups == level).to_numpy() & (marks == mark)
            main.scatter(
                x[chosen], y[chosen], s=42, color=colour, marker=mark, edgecolor="white",
                linewidth=0.6, zorder=3,
            )  # fmt: skip
    main.axhline(0, color=FAINT, linewidth=0.8, zorder=0)
    main.axvline(0, color=FAINT, linewidth=0.8, zorder=0)
    main.set_xlabel(f"PC1 ({share[0]:.1%} of the variance)")
    main.set_ylabel(f"PC2 ({share[1]:.1%} of the variance)" if len(share) > 1 else "no PC2")
    main.margins(0.1)
    _scree(side, share)
    named = scores["sample_id"].isin(list(flagged)).to_numpy()
    names = np.array(brief_names(scores["sample_id"]))[named]
    place_labels(main, x[named], y[named], names, avoid=np.column_stack([x, y]), ring=95)
    return figure


def _pca_facts(scores: pd.DataFrame) -> str:
    return f"{len(scores)} samples, most variable genes after variance stabilisation"


def _marks(shapes: pd.Series | None, samples: pd.Series) -> np.ndarray:
    if shapes is None:
        return np.array([MARKERS[0]] * len(samples))
    table = _shape_levels(shapes)
    return np.array([table[_level(value)] for value in shapes.reindex(samples)])


def _shape_levels(shapes: pd.Series) -> dict[str, str]:
    levels = sorted({_level(value) for value in shapes})
    return {level: MARKERS[place % len(MARKERS)] for place, level in enumerate(levels)}


def _level(value: object) -> str:
    return "NA" if pd.isna(value) else str(value)


def _pca_key(groups: pd.Series, shapes: pd.Series | None) -> dict[str, dict]:
    key = group_key(groups)
    if shapes is not None:
        for level, mark in _shape_levels(shapes).items():
            key[f"{shapes.name}: {level}"] = {"color": INK, "marker": mark}
    return key


def _scree(axes: Axes, share: np.ndarray) -> None:
    axes.bar(np.arange(1, len(share) + 1), share * 100, color="#8C8C8C", width=0.75)
    axes.set_xticks(np.arange(1, len(share) + 1))
    axes.set_xlabel("component")
    axes.set_ylabel("% of the variance")


@styled
def association_figure(association: pd.DataFrame, simulated: bool = False) -> Figure:
    """Draw how far each column of the sheet explains each component (adjusted R²).

    Parameters
    ----------
    association
        Table ``qc_pca_association``.
    simulated
        Whether to say that the data are simulated.
    """
    columns = list(dict.fromkeys(association["column"]))
    components = list(dict.fromkeys(association["component"]))
    figure = new_figure(HALF, 0.7 + max(0.22 * len(columns), min(0.36 * max(len(columns), 3), 3.2)))
    facts = "adjusted R² of a linear model of the component on the column alone; * padj < 0.05"
    heading(figure, "What the principal components follow", facts, simulated)
    axes = figure.add_subplot()
    if not columns:
        empty(axes, "the sample sheet has no column that could explain anything")
        return figure
    grid = association.pivot(index="column", columns="component", values="adjusted_r_squared")
    adjusted = association.pivot(index="column", columns="component", values="padj")
    grid, adjusted = (
        table.reindex(index=columns, columns=components).to_numpy(dtype=float)
        for table in (grid, adjusted)
    )
    grid = np.maximum(grid, 0)  # below 0: less than chance
    image = axes.imshow(grid, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    for row, column in np.argwhere(~np.isnan(grid)):
        star = "*" if adjusted[row, column] < 0.05 else ""
        tone = "white" if grid[row, column] > 0.55 else INK
        axes.text(
            column, row, f"{grid[row, column]:.2f}{star}", ha="center", va="center", fontsize=8.5,
            color=tone,
        )  # fmt: skip
    axes.set_xticks(range(len(components)), components)
    axes.set_yticks(range(len(columns)), [short(name) for name in columns])
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    figure.colorbar(image, ax=axes, label="adjusted R²", pad=0.02)
    return figure


@styled
def distance_figure(distances: pd.DataFrame, groups: pd.Series, simulated: bool = False) -> Figure:
    """Draw the distances between samples, ordered by average-linkage clustering.

    Parameters
    ----------
    distances
        Table ``qc_distances``.
    groups
        Categorical, index = sample: gives the colour bars.
    simulated
        Whether to say that the data are simulated.
    """
    matrix = distances.iloc[:, 1:].to_numpy(dtype=float, copy=True)
    samples = distances["sample_id"].astype(str).to_numpy()
    order = cluster_order(matrix)
    np.fill_diagonal(matrix, np.nan)  # the zeros to itself would take half of the colour scale
    named = len(samples) <= MOST_NAMES
    figure = new_figure(HALF, max(3.7, 0.13 * len(samples) * named))
    facts = (
        f"{len(samples)} samples, Euclidean distance after variance stabilisation; grey: a sample "
        "and itself"
    )
    groups = groups.reindex(distances["sample_id"])
    colours = group_colours(groups.cat.categories)
    key = group_key(groups, marker="s")
    heading(figure, "Distances between samples", facts, simulated, key)
    bar, main = figure.subplots(1, 2, width_ratios=[0.03, 1])
    image = main.imshow(
        matrix[np.ix_(order, order)], cmap=SEQUENTIAL, aspect="auto", interpolation="nearest"
    )
    main.set_facecolor(QUIET)  # shows through where there is no distance
    draw_bar(bar, [colours.get(str(groups.iloc[row]), "white") for row in order], upright=True)
    bar.set_yticks(range(len(samples)) if named else [])
    if named:
        names = brief_names(samples)
        bar.set_yticklabels([names[row] for row in order], fontsize=8)
    main.set_xticks([])
    main.set_yticks([])
    main.spines[:].set_visible(False)
    figure.colorbar(image, ax=main, label="distance", shrink=0.8, pad=0.02)
    return figure


@styled
def library_figure(
    sizes: pd.DataFrame, groups: pd.Series, flagged: list[str] = (), simulated: bool = False
) -> Figure:
    """Draw library size, detected genes and top-gene share of every sample, by group.

    Parameters
    ----------
    sizes
        Table ``qc_library_sizes``.
    groups
        Categorical, index = sample.
    flagged
        Samples whose names are written.
    simulated
        Whether to say that the data are simulated.
    """
    figure = new_figure(WIDE, 3.4)
    heading(figure, "Depth and complexity of the libraries", f"{len(sizes)} samples", simulated)
    panels = figure.subplots(1, 3)
    groups = groups.reindex(sizes["sample_id"])
    colours = group_colours(groups.cat.categories)
    measures = (
        ("library_size", 1e-6, "million reads"),
        ("detected_genes", 1e-3, "thousand genes with a count"),
        ("top_50_share", 100, "% of reads in the 50 largest genes"),
    )
    positions = {}
    for axes, (column, factor, label) in zip(panels, measures, strict=True):
        values = sizes[column].to_numpy(dtype=float) * factor
        positions[axes] = (strip(axes, values, groups, colours), values)
        axes.set_ylim(0, max(np.nanmax(values, initial=0) * 1.12, 1e-9))
        axes.set_ylabel(label)
    named = sizes["sample_id"].isin(list(flagged)).to_numpy()
    for axes, (x, values) in positions.items():
        place_labels(
            axes,
            x[named],
            values[named],
            np.array(brief_names(sizes["sample_id"]))[named],
            size=8,
            avoid=np.column_stack([x, values]),
            ring=55,
        )
    return figure


@styled
def sex_figure(sex: pd.DataFrame, simulated: bool = False) -> Figure:
    """Draw XIST against the genes of the Y chromosome, marking samples that contradict the sheet.

    Parameters
    ----------
    sex
        Table ``qc_sex_check``.
    simulated
        Whether to say that the data are simulated.
    """
    figure = new_figure(HALF, 3.0)
    title, facts = "Sex by expression", "log2 of (normalised count + 1)"
    axes = figure.add_subplot()
    shown = sex[sex["xist"].notna() & sex["y_genes"].notna()]
    if shown.empty:
        heading(figure, title, facts, simulated)
        empty(axes, "XIST and genes of the Y chromosome were not found by name")
        return figure
    looks = {"female": GROUPS[2], "male": GROUPS[3], "unclear": "#7F7F7F"}
    wrong = (~shown["agrees"].fillna(True)).to_numpy(dtype=bool)
    x, y = shown["xist"].to_numpy(dtype=float), shown["y_genes"].to_numpy(dtype=float)
    key = {}
    for name, colour in looks.items():
        rows = (shown["inferred"] == name).to_numpy()
        axes.scatter(x[rows], y[rows], s=38, color=colour, edgecolor="white", zorder=3)
        key[f"{name} ({rows.sum()})"] = {"color": colour}
    axes.scatter(x[wrong], y[wrong], s=110, facecolor="none", edgecolor=INK, zorder=4)
    if wrong.any():
        look = {"color": INK, "markerfacecolor": "none", "markersize": 9}
        key[f"contradicts the sheet ({wrong.sum()})"] = look
    axes.set_xlabel("XIST")
    axes.set_ylabel("mean of the Y-chromosome genes")
    axes.margins(0.08)
    heading(figure, title, facts, simulated, key)
    named = wrong | (shown["inferred"] == "unclear").to_numpy()
    names = np.array(brief_names(shown["sample_id"]))[named]
    place_labels(axes, x[named], y[named], names, avoid=np.column_stack([x, y]), ring=0)
    return figure
