"""Patterns: parts and p-values by hand, planted truth, properties, problems and notes."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm
from statsmodels.stats.multitest import multipletests

from recurseq.base.tables import read_table, write_table
from recurseq.contrasts.results import contrast_tables
from recurseq.deseq import Options
from recurseq.design.calling import CallingRule
from recurseq.design.contrast import Contrast
from recurseq.patterns.checks import pattern_notes, pattern_problems
from recurseq.patterns.classify import (
    classify_patterns,
    equivalence_pvalue,
    nearest_pattern,
    pattern_counts,
)
from recurseq.patterns.codes import CODES, NO_EVIDENCE
from support.deseq_study import fitted

RULE = CallingRule(0.05, 0.0, 1.0)
FIRST = Contrast("first", RULE, "group", ("none",), ("normal",))
LAST = Contrast("last", RULE, "group", ("early",), ("none",))


def table(changes, error=0.2):
    """A contrast table of estimates and one standard error."""
    changes = np.asarray(changes, dtype=float)
    names = [f"g{i}" for i in range(len(changes))]
    pvalues = 2 * norm.sf(np.abs(changes) / error)
    return pd.DataFrame(
        {"gene_id": names, "gene_name": names, "log2FoldChange": changes, "lfcSE": error,
         "pvalue": pvalues, "padj": pvalues, "pvalueThreshold": np.nan, "padjThreshold": np.nan}
    )  # fmt: skip


def classed(first, last, error=0.2, steps=(FIRST, LAST)):
    tables = {"first": table(first, error), "last": table(last, error)}
    return classify_patterns(tables, steps, 0.05)


WAYS = [
    ("tumour_general", 3.0, 0.0),
    ("tumour_general", -3.0, 0.1),
    ("recurrence_specific", 0.1, -3.0),
    ("monotone_up", 2.0, 2.0),
    ("lost_further", -1.2, -2.5),
    ("monotone_down", -0.8, -1.1),
    ("discordant", -3.0, 3.0),
    ("unchanged", 0.1, -0.1),
    ("no_evidence", 3.0, 0.9),  # neither changed nor shown unchanged
    ("no_evidence", 0.8, 0.0),  # nowhere by two-fold, which is not shown either
]


def test_each_pattern_by_its_definition():
    found = classed([w[1] for w in WAYS], [w[2] for w in WAYS], error=0.25)
    expected = [code for code, *_ in WAYS]
    strict = classed([3.0, 0.8], [0.9, 0.0], error=0.6)
    assert found["pattern"].tolist()[:8] == expected[:8]
    assert strict["pattern"].tolist() == ["no_evidence"] * 2
    # Changed for certain, and for certain by less than two-fold.
    assert classed([0.8], [0.0], error=0.05)["pattern"].tolist() == ["unchanged"]


def test_the_pvalue_is_the_largest_of_the_parts():
    found = classed([3.0, 0.1], [0.3, -0.8], error=0.25)
    changed, equivalent = 2 * norm.sf(3 / 0.25), norm.cdf((0.3 - 1) / 0.25)
    assert found["pvalue"][0] == pytest.approx(max(changed, equivalent))
    assert found["steps"].tolist() == ["up;unchanged", "unchanged;unchanged"]
    changed, equivalent = 2 * norm.sf(0.8 / 0.25), norm.cdf((0.1 - 1) / 0.25)
    # Nowhere two-fold: the largest p-value is that of the larger change being small.
    assert found["pvalue"][1] == pytest.approx(norm.cdf((0.8 - 1) / 0.25))
    assert found["changePvalue_last"][1] == pytest.approx(changed)
    assert found["equivalencePvalue_first"][1] == pytest.approx(equivalent)


def test_equivalence_is_the_larger_of_two_one_sided_tests():
    change, error = pd.Series([-0.4, 0.2, 1.5]), pd.Series([0.3, 0.1, 0.2])
    lower, upper = norm.sf((change + 1) / error), norm.cdf((change - 1) / error)
    assert equivalence_pvalue(change, error, 1.0).to_numpy() == pytest.approx(
        np.maximum(lower, upper), rel=1e-9
    )
    assert (equivalence_pvalue(change, error, 0.0) == 1).all()
    assert equivalence_pvalue(change[:1], error[:1] * 0, 1.0).tolist() == [1.0]


def test_pvalues_are_adjusted_within_the_pattern_over_all_genes():
    rng = np.random.default_rng(3)
    found = classed(rng.normal(0, 2, 300), rng.normal(0, 1, 300), error=0.4)
    for code in set(found["pattern"]) - {NO_EVIDENCE}:
        own = found["pattern"] == code
        family = np.where(own, found["pvalue"], 1.0)
        expected = multipletests(family, method="fdr_bh")[1][own]
        # Genes taken for the pattern that were not shown have larger p-values: no matter here.
        assert found["padj"][own].to_numpy() == pytest.approx(expected)
    counts = pattern_counts(found)
    assert counts["pattern"].tolist() == list(CODES)
    assert counts["genes"].sum() == 300


def test_turning_the_factor_round_turns_the_patterns_round():
    rng = np.random.default_rng(4)
    first, last = rng.normal(0, 2, 200), rng.normal(0, 2, 200)
    there, back = classed(first, last), classed(-first, -last)
    swapped = {"up": "down", "down": "up", "unchanged": "unchanged"}
    mirrored = [";".join(swapped[s] for s in way.split(";")) for way in there["steps"]]
    assert back["steps"].tolist() == mirrored
    assert back["pvalue"].to_numpy() == pytest.approx(there["pvalue"].to_numpy())
    # What falls is told as two patterns, each adjusted by itself; all others mirror exactly.
    rises, falls = {"monotone_up"}, {"monotone_down", "lost_further"}
    for one, other in zip(there["pattern"], back["pattern"], strict=True):
        if one in rises:
            assert other in falls | {NO_EVIDENCE}
        elif one in falls:
            assert other in rises
        elif one != NO_EVIDENCE:
            assert other == one
    order = rng.permutation(200)
    shuffled = classed(first[order], last[order])
    assert (shuffled["pattern"].to_numpy() == there["pattern"].to_numpy()[order]).all()


def test_withheld_pvalues_and_missing_estimates():
    tables = {"first": table([3.0, 0.0, 2.0]), "last": table([3.0, 0.0, 2.0])}
    tables["last"].loc[1, "pvalue"] = np.nan  # Cook's outlier
    tables["last"].loc[2, ["log2FoldChange", "lfcSE", "pvalue"]] = np.nan  # filtered
    found = classify_patterns(tables, (FIRST, LAST), 0.05)
    assert found["gene_id"].tolist() == ["g0", "g1"]
    assert found["pattern"].tolist() == ["monotone_up", "no_evidence"]
    assert found["padj"].isna().tolist() == [False, True]
    assert found["steps"].isna().tolist() == [False, True]


def test_three_steps_with_a_change_in_the_middle():
    states = np.array([[0, 1, 0], [1, 0, 1], [0, -1, -1], [1, 0, 0], [0, 0, 1], [1, 1, -1]])
    names = nearest_pattern(states, states * 2.0, np.ones(3))
    assert list(names) == [
        "monotone_up", "monotone_up", "monotone_down", "tumour_general", "recurrence_specific",
        "discordant",
    ]  # fmt: skip


def test_with_a_tested_threshold_a_change_must_exceed_it():
    rule = CallingRule(0.05, 0.5, 1.0)
    steps = [replace(step, rule=rule) for step in (FIRST, LAST)]
    tables = {"first": table([2.0, 0.9]), "last": table([0.0, 0.0])}
    for one in tables.values():
        one["pvalueThreshold"] = np.minimum(
            1, 2 * norm.sf((one["log2FoldChange"].abs() - 0.5) / one["lfcSE"])
        )
    found = classify_patterns(tables, steps, 0.05)
    assert found["changePvalue_first"].tolist() == tables["first"]["pvalueThreshold"].tolist()
    assert found["pattern"].tolist() == ["tumour_general", "no_evidence"]


PLANTED = {
    "tumour_general": (2.5, 0.0),
    "recurrence_specific": (0.0, 2.5),
    "monotone_up": (2.0, 2.0),
    "lost_further": (-2.0, -2.0),
    "discordant": (2.5, -2.5),
    "unchanged": (0.0, 0.0),
}


def planted_study(sizes, seed, genes=1200, dispersion=0.15):
    """Counts with planted patterns, half of the genes unchanged, fitted and tested."""
    rng = np.random.default_rng(seed)
    codes = list(PLANTED)
    truth = np.array(codes)[rng.choice(6, genes, p=[0.15, 0.1, 0.1, 0.1, 0.05, 0.5])]
    sign = np.where(np.isin(truth, codes[:2]), rng.choice([-1, 1], genes), 1)
    first, last = (sign * np.array([PLANTED[code][k] for code in truth]) for k in (0, 1))
    group = np.repeat([0, 1, 2], sizes)
    level = np.column_stack([np.zeros(genes), first, first + last])
    level -= level.min(axis=1, keepdims=True)
    means = rng.lognormal(5, 1, genes)[:, None] * 2 ** level[:, group]
    counts = rng.negative_binomial(1 / dispersion, 1 / (1 + dispersion * means))
    names = [f"s{i:02d}" for i in range(len(group))]
    samples = pd.DataFrame(
        {"group": pd.Categorical.from_codes(group, ["normal", "none", "early"])}, index=names
    )
    counts = pd.DataFrame(counts.T, names, [f"g{i:04d}" for i in range(genes)])
    model, formula = fitted(counts, samples)
    tables = {
        step.name: contrast_tables(
            model, step, formula, samples, Options(shrinkage="none"),
            genes=pd.DataFrame({"gene_name": counts.columns}, counts.columns),
        ).genes
        for step in (FIRST, LAST)
    }  # fmt: skip
    return classify_patterns(tables, (FIRST, LAST), 0.05), pd.Series(truth, counts.columns)


def confusion(sizes, seed):
    found, truth = planted_study(sizes, seed)
    return pd.crosstab(truth.reindex(found["gene_id"]).to_numpy(), found["pattern"].to_numpy())


def test_planted_patterns_are_found_and_hardly_any_is_wrong():
    table = confusion((12, 20, 20), seed=5).reindex(index=PLANTED, columns=CODES, fill_value=0)
    for code in PLANTED:
        right = table.loc[code, code]
        assert right / table.loc[code].sum() > 0.8, table.to_string()
        assert 1 - right / max(table[code].sum(), 1) <= 0.06, table.to_string()


def test_a_small_study_classes_less_and_not_worse():
    table = sum(
        confusion((4, 4, 4), seed).reindex(index=PLANTED, columns=CODES, fill_value=0)
        for seed in (1, 2)
    )
    assert table[NO_EVIDENCE].sum() > table.loc[:, table.columns != NO_EVIDENCE].sum().sum() / 2
    assert table.loc["unchanged", NO_EVIDENCE] > table.loc["unchanged", "unchanged"]
    wrong = [table[code].sum() - table.loc[code, code] for code in PLANTED]
    assert sum(wrong) <= 0.06 * table.drop(columns=NO_EVIDENCE).sum().sum(), table.to_string()


def test_the_table_is_written_with_its_steps(tmp_path):
    found = classed([3.0, 0.0], [0.0, 0.0])
    write_table(found, tmp_path / "genes.tsv", "patterns")
    again = read_table(tmp_path / "genes.tsv", "patterns")
    assert again["log2FoldChange_first"].tolist() == [3.0, 0.0]
    assert list(again.columns[6:9]) == [
        "log2FoldChange_first", "changePvalue_first", "equivalencePvalue_first"
    ]  # fmt: skip


def test_problems_and_notes():
    contrasts = {"first": FIRST, "last": LAST}
    section = {"factor": "group", "contrasts": ["first", "last"]}
    assert pattern_problems(None, contrasts) == pattern_problems(section, contrasts) == []
    assert pattern_notes(section, contrasts) == pattern_notes(None, contrasts) == []
    unknown = pattern_problems({"contrasts": ["first", "lost"]}, contrasts)
    assert "no contrast" in unknown[0].found and "'last'" in unknown[0].fix
    other = pattern_problems({**section, "factor": "batch"}, contrasts)
    assert len(other) == 2 and "levels of 'batch'" in other[0].found
    turned = pattern_notes({"contrasts": ["last", "first"]}, contrasts)
    assert len(turned) == 1 and "no chain" in turned[0]
    none = {name: replace(one, rule=CallingRule(0.05)) for name, one in contrasts.items()}
    assert len([note for note in pattern_notes(section, none) if "min_abs_lfc" in note]) == 2
