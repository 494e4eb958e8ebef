"""The rule on shuffled labels, and what is said of a contrast."""

import numpy as np
import pandas as pd
import pytest

from recurseq.base.tables import read_table, write_table
from recurseq.deseq import Options
from recurseq.design.calling import CallingRule
from recurseq.evidence.shuffles import Rule, shuffle_labels
from recurseq.evidence.support import agreement
from recurseq.evidence.verdict import counts_sentence, verdict_columns
from recurseq.evidence.weigh import weigh_evidence
from support.deseq_study import simulated
from support.evidence_study import contrast, study_of

pytestmark = pytest.mark.slow

# Dispersions come from Newton's method, which ends nearer the maximum than R's climb.
NEWTON = 0.01

STUDIES = {
    "three groups": {"seed": 3},
    "with a batch": {"formula": "~ batch + group", "seed": 6},
    "with age": {"formula": "~ age + group", "seed": 7},
    "an average": {"asked": contrast(numerator=("early", "none"), denominator=("normal",))},
    "a threshold": {"asked": contrast(CallingRule(0.1, 0.5, 0.0)), "seed": 8},
    "a slope": {"formula": "~ age", "asked": contrast(coefficients={"age": 1.0})},
}


def options(asked):
    rule = asked.rule
    return Options(alpha=rule.alpha, lfc_threshold=rule.lfc_threshold, shrinkage="none")


def shuffled(study, permutations=19, **more):
    model, formula, samples, asked, _ = study
    found = {"permutations": permutations, "seed": 5, **more}
    return shuffle_labels(model, asked, formula, samples, options(asked), **found)


@pytest.mark.parametrize("name", STUDIES)
def test_on_the_labels_as_they_are_the_calls_are_those_of_the_contrast(name):
    model, formula, samples, asked, genes = study = study_of(**STUDIES[name])
    found = Rule(model, asked, formula, options(asked)).calls(samples, model.design)
    table = genes.set_index("gene_id")
    assert found["significant"].sum() > 0 or name == "a slope"
    for column in ("log2FoldChange", "pvalue", "padj", "pvalueThreshold", "padjThreshold"):
        expected = table[column].reindex(found.index)
        np.testing.assert_allclose(found[column], expected, rtol=NEWTON, atol=1e-8, err_msg=column)
    assert found["significant"].tolist() == table["significant"].reindex(found.index).tolist()
    evidence = weigh_evidence(*study[:1], asked, formula, samples, genes).set_index("gene_id")
    called = found.index[found["significant"]]
    both = evidence.join(table[["log2FoldChange"]]).loc[called]
    assert found.loc[called, "confirmed"].tolist() == agreement(both, asked.rule).tolist()


def test_outlier_counts_are_looked_for_anew():
    """A count that is replaced under the real labels, in the fit of the same labels again."""
    counts, samples, _ = simulated(seed=3)
    counts.iloc[10, 150] = 60_000
    model, formula, samples, asked, genes = study_of(counts=counts, samples=samples)
    assert model.genes["replaced"].sum() > 0
    found = Rule(model, asked, formula, options(asked)).calls(samples, model.design)
    expected = genes.set_index("gene_id")["pvalue"].tolist()
    assert found["pvalue"].tolist() == pytest.approx(expected, rel=NEWTON, nan_ok=True)


def test_transcript_lengths_of_the_fit_are_kept():
    counts, samples, _ = simulated(genes=80)
    random = np.random.default_rng(4)
    lengths = counts * 0 + np.exp(random.normal(7, 0.3, counts.shape))
    from recurseq.deseq import fit
    from recurseq.design.formula import design_matrix, parse_formula

    formula, asked = parse_formula("~ group"), contrast()
    model = fit(counts, design_matrix(formula, samples), lengths=lengths)
    again = Rule(model, asked, formula, options(asked)).calls(samples, model.design)
    from recurseq.deseq import contrast_tests

    expected, _ = contrast_tests(
        model, asked.weights(formula, samples), options(asked), compared=asked.compared(samples)
    )
    np.testing.assert_allclose(again["pvalue"], expected["pvalue"], rtol=NEWTON, atol=1e-8)


def test_threads_and_order_give_the_same_bytes(tmp_path):
    counts, samples, _ = simulated(genes=120)
    first = shuffled(study_of(counts=counts, samples=samples))
    other = samples.iloc[::-1]
    second = shuffled(study_of(counts=counts.loc[other.index], samples=other), threads=3)
    for name, table in (("one", first), ("two", second)):
        write_table(table, tmp_path / name, "contrast_permutations")
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    assert len(first) == 19 and first["called"].nunique() > 1


def test_a_shuffle_depends_on_its_number_seed_and_contrast_only():
    study = study_of(genes=80)
    long, short = shuffled(study, 8), shuffled(study, 4)
    pd.testing.assert_frame_equal(long.head(4), short)
    assert not shuffled(study, 8, seed=6)["smallest_pvalue"].equals(long["smallest_pvalue"])


def test_planted_changes_are_above_chance():
    study = study_of(genes=200, sizes=(4, 9, 9), seed=2)
    row = verdict_columns(int(study[4]["significant"].sum()), shuffled(study))
    assert row["verdict"] == "above_chance" and row["permutation_pvalue"] == 1 / 20


@pytest.mark.parametrize(
    "settings",
    [
        {"sizes": (3, 3, 3)},
        {
            "formula": "~ batch * group",
            "asked": contrast(coefficients={"batch[two]:group[early]": 1.0}),
        },
    ],
    ids=["three against three", "an interaction"],
)
def test_what_cannot_be_tested_has_an_empty_table(settings, tmp_path):
    table = shuffled(study_of(genes=60, **settings))
    write_table(table, tmp_path / "permutations.tsv", "contrast_permutations")
    again = read_table(tmp_path / "permutations.tsv", "contrast_permutations")
    assert again.empty
    assert verdict_columns(3, again)["verdict"] == "not_testable"


def test_the_pvalue_is_valid_when_nothing_changes():
    """P(p <= k / (m + 1)) <= k / (m + 1), labels meaning nothing, genes correlated."""
    pvalues = np.array([_null_pvalue(seed) for seed in range(40)])
    assert len(set(pvalues)) > 5
    for level in (0.05, 0.1, 0.25, 0.5, 0.75):
        error = 2.6 * np.sqrt(level * (1 - level) / len(pvalues))
        assert (pvalues <= level + 1e-9).mean() <= level + error


def _null_pvalue(seed):
    """One null study of 5 against 5 in which a hidden factor moves a third of the genes."""
    random = np.random.default_rng([11, seed])
    base = 2 ** random.uniform(4, 9, 60)
    hidden = np.exp(random.normal(0, 1, 10) * (np.arange(60) < 20)[:, None])
    counts = random.negative_binomial(4, 4 / (4 + base[:, None] * hidden))
    names = [f"s{k}" for k in range(10)]
    table = pd.DataFrame(counts.T, names, [f"g{k:02d}" for k in range(60)])
    samples = pd.DataFrame(
        {"group": pd.Categorical(["early", "none"] * 5, ["none", "early"])}, index=names
    )
    study = study_of(counts=table, samples=samples)
    called = int(study[4]["significant"].sum())
    return verdict_columns(called, shuffled(study, 19))["permutation_pvalue"]


def table_of(*called):
    return pd.DataFrame({"called": called})


def test_verdicts_by_hand():
    row = verdict_columns(10, table_of(*range(19)))
    assert row["permutation_pvalue"] == (1 + 9) / 20 and row["verdict"] == "like_chance"
    assert row["permuted_median"] == 9 and row["permuted_q95"] == pytest.approx(17.1)
    assert verdict_columns(19, table_of(*range(19)))["verdict"] == "above_chance"  # p = 0.05
    assert verdict_columns(18, table_of(*range(19)))["permutation_pvalue"] == 0.1  # a tie counts
    nothing = verdict_columns(0, table_of(*[0] * 25))
    assert nothing["permutation_pvalue"] == 1 and nothing["verdict"] == "like_chance"
    without = verdict_columns(5, None)
    assert without["permutations"] == 0 and without["verdict"] is None
    assert np.isnan(without["permutation_pvalue"])


def test_the_verdict_stands_with_the_counts():
    row = {"called_up": 60, "called_down": 39, "confirmed": 1}
    row |= verdict_columns(99, table_of(*[180] * 25))
    said = "99 called, 1 confirmed; shuffled labels call 180 in the median: like chance"
    assert counts_sentence(row) == said
    few = row | verdict_columns(99, table_of())
    assert counts_sentence(few) == "99 called, 1 confirmed; not testable against shuffled labels"
    assert counts_sentence(row | verdict_columns(99, None)) == "99 called, 1 confirmed"
    assert counts_sentence(row | {"called_up": 0, "called_down": 0}).startswith("none called; ")
