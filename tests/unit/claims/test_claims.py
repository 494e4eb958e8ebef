"""Claims: verdicts by hand, power against the fit, problems and notes."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from recurseq.claims.check import check_claims, judged
from recurseq.claims.checks import claim_notes, claim_problems
from recurseq.claims.claim import read_claims
from recurseq.claims.power import detectable_effect, power_at, standard_error_at
from recurseq.cohort.genes.annotation import load_annotation
from recurseq.stats.power import wald_power
from support.evidence_study import contrast, study_of

NOTHING = load_annotation("none")


def claim(**changes):
    entry = {"gene": "g001", "contrast": "c", "direction": "up"} | changes
    return read_claims([{key: value for key, value in entry.items() if value is not None}])[0]


def found(change, error, pvalue=None):
    half = 1.959963984540054 * error
    z = abs(change) / error
    pvalue = (0.01 if z > 1.96 else 0.5) if pvalue is None else pvalue
    return {"pvalue": pvalue, "observed": "up" if change > 0 else "down", "ci_lower": change - half,
            "ci_upper": change + half, "note": None}  # fmt: skip


@pytest.mark.parametrize(
    ("size", "change", "error", "verdict", "smaller"),
    [
        (None, 2.0, 0.5, "supported", False),
        (None, -2.0, 0.5, "contradicted", False),
        (None, 2.0, 2.0, "undecided", False),
        (None, -2.0, 2.0, "undecided", False),
        (2.0, 2.0, 0.5, "supported", False),
        (2.0, 0.7, 0.3, "supported", True),  # 0.11 to 1.29: the direction is shown
        (2.0, 0.2, 0.3, "contradicted", True),  # -0.39 to 0.79: two units would have been seen
        (2.0, 0.2, 2.0, "undecided", False),
        (2.0, -0.2, 0.3, "contradicted", True),
        (2.0, 5.0, 0.5, "supported", False),  # larger than claimed is no contradiction
    ],
)
@pytest.mark.parametrize("sign", [1, -1])
def test_verdicts_by_hand_and_mirrored(size, change, error, verdict, smaller, sign):
    direction = "up" if sign > 0 else "down"
    one = claim(direction=direction, log2FoldChange=None if size is None else sign * size)
    answer = judged(one, found(sign * change, error))
    assert answer["verdict"] == verdict
    assert ("excludes the claimed size" in (answer["note"] or "")) == smaller


def test_a_gene_without_a_test_is_undecided_also_where_it_has_an_interval():
    one = claim(log2FoldChange=2.0)
    assert judged(one, {"note": "not in the counts"})["verdict"] == "undecided"
    assert judged(one, found(0.2, 0.1, np.nan))["verdict"] == "undecided"  # Cook's outlier


@pytest.fixture(scope="module", params=["~ group", "~ batch + group"])
def study(request):
    return study_of(request.param, sizes=(5, 11, 10))


def test_at_the_observed_change_the_error_is_that_of_the_fit(study):
    fit, formula, samples, asked, genes = study
    weights = asked.weights(formula, samples)
    rows = genes[genes["pvalue"].notna() & (genes["baseMean"] > 20)].head(60)
    errors = [
        standard_error_at(fit, row.gene_id, weights, row.log2FoldChange)
        for row in rows.itertuples()
    ]
    assert errors == pytest.approx(rows["lfcSE"].to_numpy(), rel=1e-3)


def test_power_grows_with_the_effect_and_the_detectable_one_has_eighty_per_cent(study):
    fit, formula, samples, asked, genes = study
    weights = asked.weights(formula, samples)
    gene = genes.sort_values("baseMean")["gene_id"].iloc[-20]
    powers = [power_at(fit, gene, weights, change, 0.05) for change in (0.5, 1, 2, 4)]
    assert powers == sorted(powers)
    for direction in ("up", "down"):
        change = detectable_effect(fit, gene, weights, direction, 0.05)
        assert (change > 0) == (direction == "up")
        error = standard_error_at(fit, gene, weights, change)
        assert wald_power(change, error) == pytest.approx(0.8, abs=0.01)


def test_the_table_tells_of_genes_sets_and_what_is_absent(study):
    fit, _, samples, _, genes = study
    model = SimpleNamespace(
        obs=samples, var_names=fit.counts.columns, uns={"formula": fit.formula},
        var=pd.DataFrame({"gene_name": fit.counts.columns}, fit.counts.columns),
    )  # fmt: skip
    top = genes.sort_values("pvalue").iloc[0]
    direction = "up" if top["log2FoldChange"] > 0 else "down"
    entries = [
        {"gene": top["gene_id"], "direction": direction, "log2FoldChange": top["log2FoldChange"]},
        {"gene": "NOWHERE", "direction": "up"},
        {"set": "S", "collection": "k", "direction": "down", "source": "a paper"},
        {"set": "SMALL", "collection": "k", "direction": "down"},
    ]
    claims = read_claims([{**entry, "contrast": "c"} for entry in entries])
    row = {"set": "S", "NES": 1.2, "competitivePvalue": 0.01, "note": None}
    sets = pd.DataFrame([{**row, "competitiveDirection": "up"}])
    table = check_claims(
        claims, {"c": contrast()}, {"c": genes}, {("c", "k"): sets}, fit, model, NOTHING
    )
    assert list(table["verdict"]) == ["supported", "undecided", "contradicted", "undecided"]
    assert table["pvalue"].iloc[0] == top["pvalue"]
    assert table["power"].iloc[0] > 0.5  # an effect that was seen by chance or not
    assert "not in the counts" in table["note"].iloc[1]
    assert "allowed number" in table["note"].iloc[3]
    assert list(table["n_numerator"]) == [10] * 4
    assert table["source"].iloc[2] == "a paper"


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({"contrast": "d"}, "no contrast"),
        ({"log2FoldChange": -1.0}, "the direction is 'up'"),
        ({"log2FoldChange": 0}, "the direction is 'up'"),
        ({"gene": None, "set": "S", "collection": "x"}, "no collection"),
        ({"gene": None, "set": "Q", "collection": "k"}, "no set of the collection"),
        ({"gene": None, "set": "S", "collection": "k", "log2FoldChange": 1}, "for a gene set"),
    ],
)
def test_problems_name_the_entry(entry, words):
    problems = claim_problems([claim(), claim(**entry)], ["c"], {"k": ["S"]})
    assert len(problems) == 1
    assert words in problems[0].found
    assert problems[0].where.startswith("config: claims.1.")


def test_genes_that_the_counts_lack_are_said_and_no_problem():
    genes = pd.DataFrame({"gene_id": ["g001"], "gene_name": ["A"]})
    claims = [claim(), claim(gene="B")]
    assert claim_problems(claims, ["c"], {}) == []
    notes = claim_notes(claims, genes, NOTHING)
    assert len(notes) == 1 and "about B" in notes[0]
