"""The word for what stands behind a call, and the tables that carry it."""

import numpy as np
import pandas as pd
import pytest

from recurseq.base.tables import describe, read_table, write_table
from recurseq.contrasts.results import summary_row
from recurseq.design.calling import CallingRule
from recurseq.evidence.summary import summarise
from recurseq.evidence.support import support_of
from recurseq.evidence.weigh import weigh_evidence
from recurseq.limma import effective_libraries, voom
from support.evidence_study import RULE, contrast, study_of

GENE = {
    "significant": True,
    "log2FoldChange": 2.0,
    "voomLog2FoldChange": 1.5,
    "voomPadj": 0.01,
    "auc": 0.9,
    "aucLower": 0.75,
    "aucUpper": 1.0,
    "topTwoShare": 0.3,
}


def word(sizes=(10, 10), other_variables=False, rule=RULE, **changes):
    table = pd.DataFrame([{**GENE, **changes}])
    return support_of(table, rule, sizes, other_variables=other_variables).iloc[0]


def test_a_call_is_confirmed_by_sign_and_level():
    assert word() == "confirmed"
    assert word(voomPadj=0.05) == "unconfirmed"
    assert word(voomLog2FoldChange=-1.5) == "unconfirmed"
    assert word(voomPadj=np.nan) == "unconfirmed"
    assert word(significant=False) == "none"
    assert word(voomPadj=0.08, rule=CallingRule(0.1)) == "confirmed"


def test_overlapping_sides_whose_means_differ():
    assert word(auc=0.69, aucLower=0.5) == "carried_by_few"
    assert word(auc=0.70, aucLower=0.5) == "confirmed"
    down = {"log2FoldChange": -2.0, "voomLog2FoldChange": -1.0}
    assert word(auc=0.31, aucUpper=0.5, **down) == "carried_by_few"
    assert word(auc=0.29, aucUpper=0.5, **down) == "confirmed"
    assert word(auc=0.65, log2FoldChange=0.9) == "confirmed"  # a small change overlaps
    assert word(auc=0.65, other_variables=True) == "confirmed"  # the area is not the contrast's


def test_two_samples_that_hold_most():
    limit = 0.2 + 0.6 * 0.8
    assert word(topTwoShare=limit + 0.01, aucLower=0.6) == "carried_by_few"
    assert word(topTwoShare=limit - 0.01, aucLower=0.6) == "confirmed"
    assert word(topTwoShare=0.99) == "confirmed"  # most samples are higher all the same
    assert word(topTwoShare=0.99, aucLower=0.6, other_variables=True) == "carried_by_few"
    assert word(sizes=(2, 10), topTwoShare=1.0, aucLower=0.3) == "confirmed"  # any two hold all
    assert word(sizes=(40, 2), topTwoShare=0.6, aucLower=0.6) == "confirmed"
    assert word(sizes=(2, 40), topTwoShare=0.7, aucUpper=0.5, auc=0.1, **DOWN) == "carried_by_few"


DOWN = {"log2FoldChange": -2.0, "voomLog2FoldChange": -1.0}


def test_a_contrast_of_coefficients_is_confirmed_or_not():
    missing = {"auc": np.nan, "aucLower": np.nan, "aucUpper": np.nan, "topTwoShare": np.nan}
    assert word(sizes=None, **missing) == "confirmed"
    assert word(sizes=None, voomPadj=0.5, **missing) == "unconfirmed"


KINDS = {
    "levels": {},
    "average": {"asked": contrast(numerator=("early", "none"), denominator=("normal",))},
    "batch": {"formula": "~ batch + group"},
    "slope": {"formula": "~ age + group", "asked": contrast(coefficients={"age": 1.0})},
    "interaction": {
        "formula": "~ batch * group",
        "asked": contrast(coefficients={"batch[two]:group[early]": 1.0}),
    },
    "threshold": {"asked": contrast(CallingRule(0.1, 1.0, 0.0))},
    "three against three": {"sizes": (3, 3, 3)},
}


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_of_contrast_has_a_table(name, tmp_path):
    model, formula, samples, asked, genes = study_of(**KINDS[name])
    table = weigh_evidence(model, asked, formula, samples, genes)
    write_table(table, tmp_path / "evidence.tsv", "contrast_evidence")
    again = read_table(tmp_path / "evidence.tsv", "contrast_evidence")
    assert list(again.columns) == describe("contrast_evidence").names
    assert again["gene_id"].tolist() == genes.loc[genes["pvalue"].notna(), "gene_id"].tolist()
    called = set(genes.loc[genes["significant"], "gene_id"])
    assert set(again.loc[again["support"] != "none", "gene_id"]) == called
    assert again["voomPvalue"].between(0, 1).all()
    assert again["auc"].isna().all() == (not asked.of_levels)
    summary = summarise([summary_row(genes, asked, samples, 0.0)], [again])
    assert list(summary.columns) == describe("contrast_summary").names
    assert summary["confirmed"].item() == (again["support"] == "confirmed").sum()


def test_the_second_opinion_is_voom_on_the_models_factors():
    model, formula, samples, asked, genes = study_of(formula="~ batch + group")
    table = weigh_evidence(model, asked, formula, samples, genes).set_index("gene_id")
    counts = model.counts.to_numpy().T
    libraries = effective_libraries(counts, model.size_factors.to_numpy())
    weights = asked.weights(formula, samples).to_numpy()
    found = voom(counts, model.design.to_numpy(), libraries).contrast(weights)
    expected = pd.DataFrame({"p": found.pvalue, "change": found.change}, index=model.counts.columns)
    expected = expected.reindex(table.index)
    np.testing.assert_allclose(table["voomPvalue"], expected["p"], rtol=1e-7)
    np.testing.assert_allclose(table["voomLog2FoldChange"], expected["change"], atol=1e-9)


def test_order_of_samples_and_reference_level_do_not_matter():
    from support.deseq_study import simulated

    counts, samples, _ = simulated()
    first = weigh_evidence(*_arguments(counts, samples))
    shuffled = samples.sample(frac=1, random_state=1)
    shuffled["group"] = shuffled["group"].cat.reorder_categories(["early", "normal", "none"])
    second = weigh_evidence(*_arguments(counts.loc[shuffled.index], shuffled))
    numbers = first.select_dtypes("number").columns
    np.testing.assert_allclose(first[numbers], second[numbers], rtol=1e-6, atol=1e-9)
    words = ["emptyGroup", "support"]
    pd.testing.assert_frame_equal(first[words], second[words])
    names = [[set(str(cell).split(";")) for cell in t["flipsWithout"]] for t in (first, second)]
    assert names[0] == names[1]


def _arguments(counts, samples):
    model, formula, samples, asked, genes = study_of(counts=counts, samples=samples)
    return model, asked, formula, samples, genes
