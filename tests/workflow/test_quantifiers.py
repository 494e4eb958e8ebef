"""Folders of Salmon through the real command, compared with R tximport and DESeq2."""

import anndata
import numpy as np
import pandas as pd
import pytest

from support.first_steps import first_steps
from support.paths import REPOSITORY
from support.small_study import StudyFolder

pytestmark = [pytest.mark.workflow, pytest.mark.xdist_group("quantifiers")]
REFERENCE = REPOSITORY / "tests" / "reference"


def reference(name, **options):
    return pd.read_csv(REFERENCE / f"tximport.{name}.tsv.gz", sep="\t", **options)


@pytest.fixture
def salmon_study(tmp_path):
    """The study of make_tximport_reference.R: six folders as Salmon leaves them, and a table."""
    estimates = reference("estimates", dtype=str)
    for name, one in estimates.groupby("sample"):
        folder = tmp_path / "quants" / f"{name}_quant"
        (folder / "logs").mkdir(parents=True)
        (folder / "aux_info").mkdir()
        one.drop(columns="sample").to_csv(folder / "quant.sf", sep="\t", index=False)
        (folder / "cmd_info.json").write_text("{}")
        (folder / "logs" / "salmon_quant.log").write_text("[info] done\n")
        (folder / "aux_info" / "fld.gz").write_bytes(b"\x1f\x8bnothing to read")
    reference("genes").to_csv(tmp_path / "tx2gene.tsv", sep="\t", index=False)
    samples = sorted(estimates["sample"].unique())
    sheet = pd.DataFrame({"sample_id": samples, "group": ["control"] * 3 + ["treated"] * 3})
    sheet.to_csv(tmp_path / "samples.tsv", sep="\t", index=False)
    study = StudyFolder(
        tmp_path,
        {
            "study": {"title": "Folders of Salmon"},
            "counts": {"directory": "quants", "transcripts": "tx2gene.tsv"},
            "samples": {"path": "samples.tsv"},
            "design": {"formula": "~ group", "levels": {"group": ["control", "treated"]}},
            "contrasts": {
                "effect": {"factor": "group", "numerator": "treated", "denominator": "control"}
            },
        },
    )
    study.write()
    return study


def test_salmon_folders_give_the_fold_changes_of_r(salmon_study):
    ended = salmon_study.run("--until", "test_contrast")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    results = salmon_study.path / "results"
    assert {path.name for path in results.iterdir()} == {
        *("cohort.h5ad", "model.h5ad", "contrasts", "logs"),
    }
    cohort = anndata.read_h5ad(results / "cohort.h5ad")
    lengths = reference("lengths", index_col="id").T
    np.testing.assert_allclose(
        cohort.layers["average_length"],
        lengths.loc[cohort.obs_names, cohort.var_names],
        rtol=1e-12,
    )
    assert any("lengths" in message and "offsets" in message for message in cohort.uns["messages"])
    model = anndata.read_h5ad(results / "model.h5ad")
    factors = reference("factors", index_col="id")
    ours = pd.DataFrame(model.layers["normalization_factor"].T, model.var_names, model.obs_names)
    np.testing.assert_allclose(ours.loc[factors.index, factors.columns], factors, rtol=1e-10)

    genes = pd.read_csv(results / "contrasts" / "effect" / "genes.tsv", sep="\t", index_col=0)
    expected = reference("results", index_col="id")
    assert set(expected.index) == set(cohort.var_names[cohort.var["kept"]])
    counts = pd.DataFrame(cohort.layers["counts"], cohort.obs_names, cohort.var_names)
    # A group without a count has no finite fold change; programs stop at different large ones.
    seen = counts.groupby(cohort.obs["group"].astype(str)).sum().gt(0).all()
    compared = expected.index[seen[expected.index]]
    assert len(compared) >= 140
    genes, expected = genes.loc[compared], expected.loc[compared]
    np.testing.assert_allclose(genes["baseMean"], expected["baseMean"], rtol=1e-9)
    np.testing.assert_allclose(
        genes["log2FoldChange"], expected["log2FoldChange"], rtol=1e-4, atol=1e-5
    )
    np.testing.assert_allclose(genes["lfcSE"], expected["lfcSE"], rtol=1e-3)
    called = genes["padj"] < 0.05
    assert called.sum() > 10
    assert (called == (expected["padj"] < 0.05)).all()


def test_table_of_transcripts_that_is_not_there(salmon_study):
    salmon_study.set("counts.transcripts", "no_such.tsv")
    salmon_study.set("genes.annotation", "none_such.gtf")
    ended = salmon_study.run("--dry-run")
    said = ended.stdout + ended.stderr
    assert ended.returncode != 0
    assert "no_such.tsv: the file does not exist" in said
    assert "none_such.gtf: the file does not exist" in said
    assert "MissingInputException" not in said and "Traceback" not in said


def test_every_problem_of_quantifier_files_in_one_message(salmon_study):
    quants = salmon_study.path / "quants"
    (quants / "S2-lung_quant").rename(quants / "other")
    path = quants / "S1-lung_quant" / "quant.sf"
    path.write_text(path.read_text().replace("\t0.000000\t0.000\n", "\t0.000000\t-1\n", 1))
    salmon_study.set("normalization.size_factors", "no_such_column")
    code, said = first_steps(salmon_study.path)
    assert code != 0
    assert "Traceback" not in said
    assert "sample 'S2-lung'" in said
    assert "quant.sf, column NumReads" in said
    assert "'no_such_column' is not a column" in said
