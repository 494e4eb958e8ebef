"""A study as one block of text for the page."""

from __future__ import annotations

import numpy as np
import pandas as pd

from recurseq.design.calling import is_called
from recurseq.design.contrast import DENOMINATOR, NUMERATOR
from recurseq.figures.colours import GROUPS
from recurseq.report import gene_words
from recurseq.report.explorer.block import pack
from recurseq.report.explorer.contrast_data import (
    DIGITS,
    FEW_DIGITS,
    Arrays,
    contrast_arrays,
    decimal,
    evidence_arrays,
)
from recurseq.report.explorer.explored import Explored, Tested, wanted_first
from recurseq.report.explorer.expression import (
    first_genes,
    quantised,
    quartiles,
    steps_of_quartiles,
)
from recurseq.report.explorer.identifiers import coded_ids
from recurseq.report.explorer.numbers import levels_of
from recurseq.report.words import number, pvalue, spaced

EVIDENCE = 70_000  # tested genes × contrasts beyond which only called genes keep their evidence
BLOCK = 4096  # genes whose expression is in memory at a time


def packed(explored: Explored) -> str:
    """Pack a study for the script of the explorer (`block.pack`)."""
    arrays = _gene_arrays(explored)
    meta = _gene_meta(explored, arrays)
    contrasts = []
    spare = keeps_called_only(explored)
    leading: dict[str, list[str]] = {}
    for place, tested in enumerate(explored.contrasts):
        told, own = _contrast(tested, list(explored.groups.index), spare)
        sets, edges = _sets(tested, explored.genes["gene_name"])
        contrasts.append(told | {"sets": sets})
        own |= {"setGenes": _joined(edges), "setEnds": np.cumsum([len(one) for one in edges])}
        own["setEnds"] = own["setEnds"].astype(np.uint32)
        leading[tested.contrast.name] = list(explored.genes.index[own["setGenes"]])
        arrays |= {f"{place}/{name}": array for name, array in own.items()}
    whole = first_genes(
        wanted_first(explored, leading),
        list(explored.expressed),
        len(explored.groups),
        len(explored.groups.cat.categories),
    )
    arrays |= _expression(explored, whole)
    return pack({**meta, "contrasts": contrasts}, arrays)


def keeps_called_only(explored: Explored) -> bool:
    """Whether the study is so large that only called genes keep their evidence."""
    return sum(int(one.genes["pvalue"].notna().sum()) for one in explored.contrasts) > EVIDENCE


def _gene_arrays(explored: Explored) -> Arrays:
    genes = explored.genes
    arrays = {"panel": genes["panel"].to_numpy(np.uint8)}
    arrays |= decimal("baseMean", genes["baseMean"], DIGITS)
    arrays["group"] = explored.groups.cat.codes.to_numpy(np.int8)
    if explored.omnibus is not None:
        for column in ("pvalue", "padj"):
            name = f"omnibus{column.capitalize()}"
            arrays |= decimal(name, explored.omnibus[column], FEW_DIGITS)
    return arrays


def _gene_meta(explored: Explored, arrays: Arrays) -> dict:
    """Texts of genes and samples; columns of few texts become arrays with their levels."""
    genes, levels = explored.genes, {}
    told_ids, own = coded_ids(list(map(str, genes.index)))
    arrays |= own
    for name in ("gene_type", "pattern"):
        levels[name], arrays[name] = levels_of(genes[name])
    symbols = genes["gene_name"].where(genes["gene_name"] != genes.index, "")
    noted = [(place, notes) for place, notes in enumerate(genes["notes"]) if notes]
    return {
        "ids": told_ids,
        "symbols": list(map(str, symbols)),
        "aliases": "\n".join(map(str, genes["aliases"])),
        "notes": dict(noted),
        "levels": levels,
        "samples": list(map(str, explored.groups.index)),
        "groups": list(map(str, explored.groups.cat.categories)),
        "colours": list(GROUPS),
        "omnibus": gene_words.omnibus(*explored.omnibus_models),
    }


def _contrast(tested: Tested, samples: list[str], spare: bool) -> tuple[dict, Arrays]:
    contrast, rule = tested.contrast, tested.contrast.rule
    levels, arrays = contrast_arrays(tested.genes, rule)
    if tested.evidence is not None:
        weighed = tested.evidence.where(is_called(tested.genes) | (not spare))
        more, own = evidence_arrays(weighed, tested.genes, samples)
        levels, arrays = levels | more, arrays | own
    told = {
        "name": contrast.name,
        "title": spaced(contrast.label),
        "numerator": contrast.side_name(NUMERATOR),
        "denominator": contrast.side_name(DENOMINATOR),
        "sizes": tested.sizes,
        "origin": tested.origin,
        "link": tested.link,
        "alpha": rule.alpha,
        "minAbsLfc": rule.min_abs_lfc,
        "column": rule.column,
        "filterThreshold": f"{tested.filter_threshold:.3g}",
        "words": gene_words.of_contrast(contrast, tested.filter_threshold),
        "levels": levels,
    }
    return told, arrays


def _sets(tested: Tested, names: pd.Series) -> tuple[list[dict], list[np.ndarray]]:
    """Describe the sets, and find the rows of their leading edges."""
    places = pd.Series(np.arange(len(names)), names).groupby(level=0).first()
    told, edges = [], []
    for row in tested.sets.itertuples():
        genes = [] if pd.isna(row.leading_edge) else str(row.leading_edge).split(";")
        edges.append(places.reindex(genes).dropna().to_numpy(np.uint32))
        about = f"NES {number(row.NES)}, adjusted {pvalue(row.competitivePadj)}"
        told.append(
            {
                "set": str(row.set),
                "collection": row.collection,
                "direction": row.direction,
                "about": about,
            }
        )
    return told, edges


def _joined(edges: list[np.ndarray]) -> np.ndarray:
    return np.concatenate([np.empty(0, np.uint32), *edges])


def _expression(explored: Explored, whole: list[str]) -> Arrays:
    """Every cell of some genes, quartiles of the others; a block of genes at a time."""
    genes, expressed = explored.genes.index, explored.expressed
    some = expressed.isin(whole)
    groups, number = explored.groups.cat.codes.to_numpy(), len(explored.groups.cat.categories)
    cells, quarters = [_NOTHING], [np.empty((number, 5, 0), np.int16)]
    for start in range(0, len(expressed), BLOCK):
        block = slice(start, start + BLOCK)
        values = np.asarray(explored.vst[:, explored.columns[block]], dtype=float).T
        kept = some[block]
        cells.append(_steps(values[kept]))
        if not kept.all():
            quarters.append(steps_of_quartiles(quartiles(values[~kept], groups, number)))
    cells, cell_ends = map(np.concatenate, zip(*cells, strict=True))
    return {
        "cellGene": genes.get_indexer(expressed[some]).astype(np.uint32),
        "cellEnds": cell_ends,
        "cells": cells,
        "quartileGene": genes.get_indexer(expressed[~some]).astype(np.uint32),
        "quartiles": np.concatenate(quarters, axis=2),
    }


_NOTHING = (np.empty(0, np.uint8), np.empty(0, np.int16))


def _steps(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return steps and ends of `expression.quantised`, flat."""
    return tuple(part.ravel() for part in quantised(values)) if values.size else _NOTHING
