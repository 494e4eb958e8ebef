"""Models with a further column give what the same formula gives, and a planted batch its calls."""

import numpy as np
import pandas as pd
import pytest

from recurseq.base.tables import read_table, write_table
from recurseq.deseq import Options, contrast_table
from recurseq.design.calling import CallingRule
from recurseq.design.confounding import relations
from recurseq.design.confounding_table import confounding_table
from recurseq.qc.covariates import adjust_for_covariates
from support.deseq_study import fitted
from support.evidence_study import contrast, study_of

OPTIONS = {"alpha": 0.05, "independent_filtering": True, "cooks": True}
GENES = 300
MOVED = 60  # genes that the plate moves, and the group does not
COLUMNS = ("plate", "noise", "label", "patient", "partly")


@pytest.fixture(scope="module")
def planted():
    """No gene knows the group; a plate with most cases and few controls moves the first genes."""
    random = np.random.default_rng(12)
    plate = np.array([*"AAAAAAAAAB", *"BBBBBBBBBA"])
    names = [f"s{k:02d}" for k in range(20)]
    change = np.where(np.arange(GENES) < MOVED, 2.0, 0.0)
    mean = 2 ** random.uniform(5, 9, GENES) * 2 ** np.outer(plate == "A", change)
    counts = random.negative_binomial(10, 10 / (10 + mean))
    samples = pd.DataFrame(
        {
            "group": pd.Categorical([*["early"] * 10, *["none"] * 10], ["none", "early"]),
            "plate": plate,
            "noise": random.normal(size=20),
            "label": np.repeat(["yes", "no"], 10),
            "patient": names,
            "partly": [None, *["x", "y"] * 9, "x"],
        },
        index=names,
    )
    table = pd.DataFrame(counts, names, [f"g{k:03d}" for k in range(GENES)])
    return study_of("~ group", counts=table, samples=samples)


def adjusted(study, panel=None, left_out=()):
    model, formula, samples, asked, genes = study
    confounding = confounding_table(relations(samples, [asked], formula, left_out))
    return adjust_for_covariates(
        model, formula, samples, [asked], {asked.name: genes}, confounding, panel,
        options=OPTIONS,
    )  # fmt: skip


@pytest.fixture(scope="module")
def tables(planted):
    panel = pd.DataFrame({"gene_id": ["g001", None, "g250", "g001"]})
    return adjusted(planted, panel)


def test_calls_that_a_plate_made_end_when_it_is_in_the_model(planted, tables):
    genes = planted[-1].set_index("gene_id")
    false = genes["significant"].iloc[:MOVED].sum()
    row = tables["qc_adjusted"].set_index("column").loc["plate"]
    assert false > 40
    assert row["called_before"] == genes["significant"].sum()
    assert row["called_after"] < 5
    assert row["called_both"] <= row["called_after"]
    noise = tables["qc_adjusted"].set_index("column").loc["noise"]
    assert noise["called_both"] > 0.8 * noise["called_before"]


@pytest.mark.parametrize("column", ["plate", "noise"])
def test_the_same_as_that_formula_from_the_start(planted, tables, column):
    model, _, samples, asked, _ = planted
    typed = samples.assign(plate=pd.Categorical(samples["plate"]))
    whole, parsed = fitted(model.counts, typed, f"~ {column} + group")
    expected = contrast_table(
        whole, asked.weights(parsed, typed), Options(shrinkage="none", **OPTIONS),
        compared=asked.compared(typed),
    )  # fmt: skip
    row = tables["qc_adjusted"].set_index("column").loc[column]
    assert row["called_after"] == asked.rule.mask(expected).sum()
    assert row["coefficients"] == 1
    found = tables["qc_adjusted_markers"]
    found = found[found["column"] == column].set_index("gene_id")
    assert list(found.index) == ["g001", "g250"]
    by_gene = expected.set_index("gene_id").loc[found.index]
    for ours, theirs in (("log2FoldChange_after", "log2FoldChange"), ("padj_after", "padj")):
        np.testing.assert_allclose(found[ours].astype(float), by_gene[theirs], rtol=1e-4, atol=1e-6)


def test_columns_that_cannot_be_added_say_why(tables):
    notes = tables["qc_adjusted"].set_index("column")["note"]
    assert notes["label"] == "the contrast and the column cannot be told apart"
    assert "names samples" in notes["patient"]
    assert notes["partly"] == "samples of the model have no value of it"
    assert notes[["plate", "noise"]].isna().all()
    fits = tables["qc_adjusted"].set_index("column")["called_after"]
    assert fits[["label", "patient", "partly"]].isna().all()
    assert set(tables["qc_adjusted_markers"]["column"]) == {"plate", "noise"}


def test_tables_can_be_written_and_read(tables, tmp_path):
    for name, table in tables.items():
        write_table(table, tmp_path / name, name)
        assert len(read_table(tmp_path / name, name)) == len(table)


def test_nothing_to_add_gives_empty_tables(planted, tmp_path):
    tables = adjusted(planted, pd.DataFrame({"gene_id": ["g001"]}), COLUMNS)
    for name, table in tables.items():
        assert table.empty
        write_table(table, tmp_path / name, name)
    assert set(adjusted(planted, None, COLUMNS)) == {"qc_adjusted"}


def test_a_sheet_of_many_columns_is_fitted_in_part(planted, monkeypatch):
    monkeypatch.setattr("recurseq.qc.covariates.MOST_FITS", 1)
    found = adjusted(planted)["qc_adjusted"].set_index("column")
    assert found["called_after"].notna().sum() == 1
    assert found.loc["noise", "note"].startswith("only the first")


def test_the_threshold_of_the_rule_decides(planted):
    model, _, samples, _, _ = planted
    strict = contrast(CallingRule(0.05, 0.5, 0.0))
    study = study_of("~ group", strict, model.counts, samples)
    panel = pd.DataFrame({"gene_id": ["g001"]})
    found = adjusted(study, panel, COLUMNS[:1] + COLUMNS[2:])
    genes = study[-1].set_index("gene_id")
    row = found["qc_adjusted_markers"].iloc[0]
    assert row["padj_before"] == genes.loc["g001", "padjThreshold"]
    assert found["qc_adjusted"]["called_before"].iloc[0] == genes["significant"].sum()
