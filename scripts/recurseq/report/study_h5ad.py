"""The study as one AnnData object, for scanpy and for viewers of h5ad files.

Expression, components, scores of signatures and every contrast stand in one object, under the names
that those programs look for. Its layers are those of the model's file and are not read here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.colors import to_hex

from recurseq.base.h5ad import Stored, without_slash
from recurseq.base.versions import own_version
from recurseq.design.calling import is_called
from recurseq.figures.colours import group_colours
from recurseq.study import Study

if TYPE_CHECKING:
    from anndata import AnnData

SYMBOLS = "gene_symbols"  # the name that scanpy's documentation uses
OF_GENES = ("gene_name", "gene_type", "chromosome", "kept", "drop_reason", "baseMean", "dispersion")
OF_CONTRASTS = (
    *("log2FoldChange", "lfcSE", "stat", "pvalue", "padj"),
    *("shrunkenLog2FoldChange", "shrunkenLfcSE", "pvalueThreshold", "padjThreshold"),
    *("significant", "direction", "status"),
)
SHOWN = "vst"  # the layer that is X: counts of samples differ by depth alone


def study_data(
    model: Stored, study: Study, tables: Mapping[str, pd.DataFrame | Mapping[str, pd.DataFrame]]
) -> AnnData:
    """Gather a study in one object, without its layers.

    Parameters
    ----------
    model
        The fitted model.
    study
        The study, which has counts.
    tables
        ``qc_pca``, ``qc_pca_variance``, ``contrast_summary`` and perhaps ``signature_scores``; and
        ``contrast_genes`` and ``contrast_evidence`` by contrast.

    Returns
    -------
    anndata.AnnData
        Samples × genes. ``obs``: the sheet, texts as categories, and ``size_factor``. ``var``:
        ``gene_symbols``, each once, and what the model holds of the gene. ``obsm``: ``X_pca``
        (float32) and ``signatures``. ``varm``: a table for each contrast, missing where a gene was
        not tested. ``uns``: ``contrasts``, ``thresholds``, ``pca`` and colours of the main factor.
    """
    import anndata

    samples, genes = _samples(model.obs), model.var_names
    scores = tables["qc_pca"].set_index("sample_id").reindex(samples.index)
    data = anndata.AnnData(
        obs=samples,
        var=model.var[[name for name in OF_GENES if name in model.var]].assign(
            **{SYMBOLS: unique_symbols(model.var["gene_name"], model.var["baseMean"])}
        ),
        obsm={"X_pca": scores.to_numpy(dtype=np.float32)},
        varm={
            name: _contrast(table, tables["contrast_evidence"][name], genes)
            for name, table in tables["contrast_genes"].items()
        },
        uns=_notes(model, study, tables) | _colours(samples, str(model.uns["main_factor"])),
    )
    if "signature_scores" in tables:
        found = tables["signature_scores"].set_index("sample_id").reindex(samples.index)
        data.obsm["signatures"] = found.astype(np.float32)
    return data


def unique_symbols(names: pd.Series, expression: pd.Series) -> pd.Series:
    """Return symbols of which each stands once.

    Of genes with the same symbol, the one with the largest mean has it as it is, the others with
    their identifier behind it.

    Parameters
    ----------
    names, expression
        Symbol and mean count of each gene; index = identifier.
    """
    names = names.astype(str)
    order = expression.fillna(-1).to_numpy().argsort(kind="stable")[::-1]
    repeated = names.iloc[order].duplicated().reindex(names.index)
    longer = names + " (" + names.index.astype(str) + ")"
    return names.where(~repeated, longer)


def _samples(sheet: pd.DataFrame) -> pd.DataFrame:
    """Give texts as categories, under names that no program keeps for itself."""
    names: list[str] = []
    for name in map(without_slash, sheet):
        plain = "_" + name.lstrip("_") if name.startswith("__") else name
        while plain in names:
            plain += "_"
        names.append(plain)
    return _storable(sheet).set_axis(names, axis=1)


def _contrast(table: pd.DataFrame, evidence: pd.DataFrame, genes: pd.Index) -> pd.DataFrame:
    support = evidence.set_index("gene_id")["support"]
    columns = table.set_index("gene_id")[list(OF_CONTRASTS)].assign(support=support)
    columns["significant"] = is_called(columns)
    return _storable(columns.reindex(genes))


def _notes(model: Stored, study: Study, tables: Mapping) -> dict[str, object]:
    contrasts = tables["contrast_summary"].set_index("contrast")
    shares = tables["qc_pca_variance"]["variance_explained"].to_numpy(dtype=float)
    return {
        "title": study.title,
        "recurseq_version": own_version(),
        "simulated": bool(study.simulated),
        "formula": str(model.uns["formula"]),
        "contrasts": _storable(contrasts),
        "thresholds": asdict(study.testing),
        "pca": {"variance_ratio": shares},
    }


def _colours(samples: pd.DataFrame, factor: str) -> dict[str, np.ndarray]:
    """Colours of the report's figures, where scanpy looks for those of a column."""
    name = without_slash(factor)
    if not isinstance(samples.get(name, pd.Series()).dtype, pd.CategoricalDtype):
        return {}
    colours = group_colours(samples[name].cat.categories).values()
    return {f"{name}_colors": np.array([to_hex(colour) for colour in colours], dtype=object)}


def _storable(frame: pd.DataFrame) -> pd.DataFrame:
    """Turn texts into categories and whole numbers into those that any reader knows."""
    columns = {}
    for name, values in frame.items():
        if isinstance(values.dtype, pd.StringDtype) or values.dtype == object:
            columns[name] = values.where(values.isna(), values.astype(str)).astype("category")
        elif values.dtype == "Int64":
            columns[name] = values.astype(float if values.isna().any() else int)
        else:
            columns[name] = values
    return pd.DataFrame(columns, index=frame.index)
