"""Agreement with R DESeq2 on the airway study: four cell lines, three degrees of freedom.

Every sixth gene lies in tests/reference with its counts; the counts of the whole study are taken
from InMoose where that is installed (it is published as source only, so it is not in the lock).
"""

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from recurseq.deseq import Options, contrast_table, fit, omnibus_table
from recurseq.design.formula import contrast_vector, design_matrix, parse_formula

CELLS = ["N61311", "N052611", "N080611", "N061011"]
# R's prior variance is the best of 1000 grid points, 0.008 apart, on a flat curve: a step to the
# next one moves the dispersions by up to 1 %, and the standard errors by half of that.
DISPERSION, SCALE = {"airway": 1e-3, "airway_part": 1e-2}, {"airway": 1e-4, "airway_part": 5e-3}
OPTIONS = Options(alpha=0.05, lfc_threshold=0.5, shrinkage="none")
QUESTION = {"factor": "dex", "numerator": ["trt"], "denominator": ["untrt"]}


def whole_study(repository: Path) -> pd.DataFrame:
    """Counts from an installed InMoose, or from the environment that `make bench` sets up."""
    inside = "inmoose/data/airway/airway.h5ad"
    spec = find_spec("inmoose")
    folders = [Path(spec.origin).parents[1]] if spec else []
    folders += sorted((repository / ".bench-venv").glob("lib*/python3*/site-packages"))
    found = [folder / inside for folder in folders if (folder / inside).exists()]
    if not found:
        pytest.skip("InMoose, which holds the counts of airway, is not installed (make bench)")
    import anndata

    counts = anndata.read_h5ad(found[0]).to_df().astype(int)
    return counts.loc[:, counts.any()]


@pytest.fixture(scope="module", params=["airway_part", "airway"])
def airway(request, repository):
    """Fit, samples, our table, R's table and facts, name."""

    def read(table):
        path = repository / "tests" / "reference" / f"{request.param}.{table}.tsv.gz"
        return pd.read_csv(path, sep="\t", index_col="id")

    counts = read("counts").T if request.param == "airway_part" else whole_study(repository)
    samples = pd.DataFrame(
        {
            "cell": pd.Categorical(np.repeat(CELLS, 2)),
            "dex": pd.Categorical(["untrt", "trt"] * 4, ["untrt", "trt"]),
        },
        index=sorted(counts.index),
    )
    formula = parse_formula("~ cell + dex")
    model = fit(counts.loc[samples.index], design_matrix(formula, samples), threads=2)
    table = contrast_table(model, contrast_vector(formula, samples, QUESTION), OPTIONS)
    return (
        model,
        samples,
        table.set_index("gene_id"),
        read("results"),
        read("facts")["value"],
        request.param,
    )


def test_fit(airway):
    model, samples, _, theirs, facts, name = airway
    np.testing.assert_allclose(model.size_factors, facts[samples.index], rtol=1e-9)
    assert model.trend.asymptote == pytest.approx(facts["asymptote"], rel=1e-3)
    assert model.trend.extra_poisson == pytest.approx(facts["extra"], rel=1e-3)
    assert model.prior_variance == pytest.approx(facts["prior"], abs=0.03)
    ratio = model.genes["dispersion"].reindex(theirs.index) / theirs["dispersion"]
    assert (ratio - 1).abs().quantile(0.99) < DISPERSION[name]


def test_estimates(airway):
    model, _, table, theirs, _, name = airway
    ours = table.loc[theirs.index]
    expressed = model.genes["baseMean"].reindex(theirs.index) >= 1
    difference = (ours["log2FoldChange"] - theirs["log2FoldChange"]).abs()[expressed]
    assert (difference < 1e-3).mean() >= (0.999 if name == "airway" else 0.99)
    relative = (ours["lfcSE"] / theirs["lfcSE"] - 1).abs()
    assert relative.median() < SCALE[name]
    assert relative.quantile(0.99) < 1e-2


def test_tests(airway):
    model, samples, table, theirs, facts, _ = airway
    assert len(table) == facts["genes"]
    assert table["pvalue"].isna().sum() == facts["pvalue_missing"]
    # one gene more or less below alpha can move the threshold of independent filtering
    assert abs(table["padj"].isna().sum() - facts["padj_missing"]) <= 0.001 * facts["genes"]
    called = set(table.index[table["padj"] < 0.05])
    expected = set(theirs.index[theirs["padj"] < 0.05])
    assert len(expected) == facts["called"]
    assert len(called & expected) >= 0.99 * len(called | expected)
    ours = table.loc[theirs.index]
    for column in ("pvalue", "pvalueThreshold"):
        assert (ours[column] - theirs[column]).abs().quantile(0.99) < 2e-3, column
    reduced = design_matrix(parse_formula("~ cell"), samples)
    omnibus = omnibus_table(model, reduced, OPTIONS)
    assert (omnibus["padj"] < 0.05).sum() == pytest.approx(facts["lrt_called"], rel=0.005)
