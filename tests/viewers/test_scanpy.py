"""scanpy itself opens the demo's file, by the recipe of the documentation word for word."""

import json
import re

import numpy as np
import pytest

from recurseq.base.tables import read_table
from support.paths import REPOSITORY

pytestmark = pytest.mark.workflow

SAVE = """
import matplotlib
matplotlib.use("agg")
{recipe}
import json
import matplotlib.pyplot as plt
figures = [plt.figure(number) for number in plt.get_fignums()]
texts = [" ".join(one.get_text() for one in figure.findobj(plt.Text)) for figure in figures]
colours = list(study.uns["group_colors"])
print(json.dumps({{"texts": texts, "symbols": symbols, "colours": colours}}))
"""
READ = """
import json, warnings
warnings.simplefilter("error")
import anndata
study = anndata.read_h5ad("results/study.h5ad")
gene = study.var_names[study.var["gene_symbols"] == "MT1M"][0]
row = study.varm["early_vs_none"].loc[gene]
print(json.dumps({
    "gene": gene, "log2FoldChange": row["log2FoldChange"], "support": row["support"],
    "X": bool((study.X == study.layers["vst"]).all()), "pca": study.obsm["X_pca"][:, 0].tolist(),
    "samples": list(study.obs_names), "counts": int(study.layers["counts"].sum()),
}))
"""


def last_line(text):
    return json.loads(text.strip().splitlines()[-1])


def test_anndata_reads_it_without_a_warning(viewers, finished_demo):
    read = last_line(viewers("python", "-c", READ, folder=finished_demo.path))
    results = finished_demo.path / "results"
    genes = read_table(results / "contrasts/early_vs_none/genes.tsv", "contrast_genes")
    row = genes.set_index("gene_id").loc[read["gene"]]
    assert row["gene_name"] == "MT1M" and row["log2FoldChange"] == read["log2FoldChange"]
    evidence = read_table(results / "contrasts/early_vs_none/evidence.tsv", "contrast_evidence")
    assert evidence.set_index("gene_id").loc[read["gene"], "support"] == read["support"]
    components = read_table(results / "qc/pca.tsv", "qc_pca").set_index("sample_id")
    expected = components.loc[read["samples"], "PC1"]
    np.testing.assert_allclose(read["pca"], expected, rtol=1e-6)
    sizes = read_table(results / "qc/library_sizes.tsv", "qc_library_sizes")
    assert read["counts"] == sizes["library_size"].sum() and read["X"]


def test_the_recipe_of_the_documentation_draws_its_figures(viewers, finished_demo):
    page = (REPOSITORY / "docs/scanpy.md").read_text(encoding="utf-8")
    recipe = "\n".join(re.findall(r"```python\n(.*?)```", page, re.DOTALL))
    drawn = last_line(
        viewers("python", "-c", SAVE.format(recipe=recipe), folder=finished_demo.path)
    )
    assert len(drawn["texts"]) == recipe.count("sc.pl.") == 7
    components, violins, heatmap, dots, genes, confirmed, signature = drawn["texts"]
    assert "PC1 (21" in components and "MT1M" in components and "early_recurrence" in components
    for text in (violins, heatmap, dots, genes):
        assert "MT1M" in text and "MYCN" in text
    assert all(symbol in confirmed for symbol in drawn["symbols"]) and len(drawn["symbols"]) == 10
    assert "metallothioneins" in signature
    assert drawn["colours"] == ["#009e73", "#e69f00", "#cc79a7"]  # the report's
