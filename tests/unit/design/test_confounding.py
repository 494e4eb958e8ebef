"""Planted confounding is named for what it is, in numbers and in words."""

from itertools import product

import numpy as np
import pandas as pd
import pytest

from recurseq.base.tables import read_table, write_table
from recurseq.design.adjustment import adjusted_design, adjustment
from recurseq.design.calling import CallingRule
from recurseq.design.confounding import relations
from recurseq.design.confounding_table import confounding_table, sentence
from recurseq.design.contrast import Contrast
from recurseq.design.formula import design_matrix, parse_formula

RULE = CallingRule(0.05, 0.0, 1.0)
CASE = Contrast("case", RULE, "group", ("case",), ("control",))
OTHER = Contrast("other", RULE, "group", ("other",), ("control",))
FORMULA = parse_formula("~ group")


def sheet():
    """Eight cases, eight controls, four others; each column lies to the groups as it is called."""
    group = np.repeat(["case", "control", "other"], (8, 8, 4))
    return pd.DataFrame(
        {
            "group": pd.Categorical(group, ["control", "case", "other"]),
            "separated": np.repeat(["new", "old", "old"], (8, 8, 4)),
            "nested": [*"AABBBCCC", *"DDDDEEEE", *"ADAD"],
            "associated": [*"mmmmmmmf", *"ffffffmm", *"mfmf"],
            "balanced": ["x", "y"] * 10,
            "constant": ["k"] * 20,
            "patient": [f"P{k}" for k in range(20)],
            "year": [*range(2010, 2018), *range(2001, 2009), *range(2018, 2022)],
            "age": [60.5 + 3 * (k % 8) + 9 * (k < 8) for k in range(20)],
            "batch": [1.0, 2.0] * 10,
            "one_sided": ["v", "w"] * 4 + [None] * 12,
            "sparse": ["x", "y"] * 9 + [None] * 2,
        },
        index=[f"s{k:02d}" for k in range(20)],
    )


def rows(contrast=CASE, samples=None, formula=FORMULA, left_out=()):
    samples = sheet() if samples is None else samples
    found = relations(samples, [contrast], formula, left_out)
    return {one.column: one for one in found}


def test_every_relation_is_recognised():
    assert {name: one.code for name, one in rows().items()} == {
        "separated": "separated", "nested": "nested", "associated": "associated",
        "balanced": "balanced", "constant": "balanced", "patient": "too_few",
        "year": "separated", "age": "associated", "batch": "balanced", "one_sided": "too_few",
        "sparse": "balanced",
    }  # fmt: skip


def test_statistics_in_closed_form():
    found = rows()
    assert found["separated"].statistic == pytest.approx(1)
    # 7 and 2 of 8: φ² = (7·6 - 1·2)²/(8·8·9·7), n = 16.
    squared = 40**2 / (8 * 8 * 9 * 7)
    assert found["associated"].statistic == pytest.approx(
        np.sqrt((squared - 1 / 15) / (1 - 1 / 15))
    )
    # Two groups 9 apart with the same 8 values of variance 9 · 5.25.
    share = 4.5**2 / (4.5**2 + 9 * 5.25)
    assert found["age"].statistic == pytest.approx(1 - (1 - share) * 15 / 14)
    assert found["age"].measure == "adjusted_r_squared"
    assert (found["batch"].kind, found["year"].kind) == ("categorical", "numeric")


def test_what_adding_a_column_would_do():
    assert {name: one.adjustment for name, one in rows().items()} == {
        "separated": "not_estimable", "nested": "estimable", "associated": "estimable",
        "balanced": "estimable", "constant": "constant", "patient": "identifier",
        "year": "estimable", "age": "estimable", "batch": "estimable",
        "one_sided": "missing_values", "sparse": "missing_values",
    }  # fmt: skip
    alone = sheet()[:16]  # without the others, nothing links the plates
    alone["group"] = alone["group"].cat.remove_unused_categories()
    assert rows(samples=alone)["nested"].adjustment == "not_estimable"
    inside = parse_formula("~ associated + group")
    typed = sheet().assign(associated=lambda s: pd.Categorical(s["associated"]))
    assert rows(samples=typed, formula=inside)["associated"].adjustment == "in_formula"
    same = typed.assign(same=lambda s: np.where(s["associated"] == "m", "y", "n"))
    assert rows(samples=same, formula=inside)["same"].adjustment == "nothing_new"
    many = sheet().assign(day=[*"abcdefghi"] * 2 + [*"ab"])
    assert rows(samples=many)["day"].adjustment == "estimable"
    day = many.assign(age2=lambda s: pd.Categorical(np.arange(20) % 5))
    crowded = parse_formula("~ age2 + group")
    assert rows(samples=day, formula=crowded)["day"].adjustment == "too_many_levels"


def test_estimability_is_that_of_ranks():
    """A contrast is estimable when it adds no rank as a further row (Searle 1971)."""
    random = np.random.default_rng(8)
    outcomes = set()
    for _ in range(150):
        group = np.repeat(["a", "b", "c"], (4, 4, 3))
        labels = [f"{'pqr'[k]}" for k in random.integers(0, 3, 11)]
        if random.random() < 0.6:  # make a level the groups' own
            labels = [one if g == "a" else f"{one}2" for one, g in zip(labels, group, strict=True)]
        samples = pd.DataFrame(
            {"group": pd.Categorical(group), "column": labels},
            index=[f"s{k}" for k in range(11)],
        )
        asked = Contrast("x", RULE, "group", ("b",), ("a",))
        code = adjustment(samples, asked, FORMULA, "column")
        if code not in ("estimable", "not_estimable"):
            continue
        design = design_matrix(FORMULA, samples)
        whole = np.column_stack([design, pd.get_dummies(samples["column"]).astype(float)])
        row = np.append(asked.weights(FORMULA, samples), np.zeros(whole.shape[1] - 3))
        rank = np.linalg.matrix_rank
        estimable = rank(np.vstack([whole, row])) == rank(whole)
        assert code == ("estimable" if estimable else "not_estimable")
        outcomes.add(code)
        if estimable:
            full = adjusted_design(FORMULA, samples, "column")
            assert rank(full) == full.shape[1] == rank(whole)
    assert outcomes == {"estimable", "not_estimable"}


def test_sentences_say_what_the_sheet_holds():
    found = rows()
    assert sentence(found["separated"]) == (
        "All 8 case samples have separated new and all 8 control samples have separated old. "
        "A difference that comes from separated cannot be told from one between case and control. "
        "No model can adjust for it: the two cannot be told apart."
    )
    assert sentence(found["nested"]).startswith(
        "All 8 control samples have values of nested (D and E) that none of the 8 case samples has."
    )
    assert "Samples outside this contrast link the values" in sentence(found["nested"])
    assert sentence(found["associated"]).startswith(
        "associated differs: f in 1 of 8 case samples and 6 of 8 control samples."
    )
    assert sentence(found["year"]).startswith(
        "year does not overlap: 2010 to 2017 in case and 2001 to 2008 in control."
    )
    assert "median 80 in case and 71 in control" in sentence(found["age"])
    assert sentence(found["one_sided"]) == "Of 8 control samples none has a value of one_sided."
    assert "own" in sentence(found["patient"])
    assert "All samples compared have constant k." in sentence(found["constant"])


def test_nothing_of_a_cell_acts_in_the_terminal():
    samples = sheet().assign(evil=np.repeat(["\x1b[2J", "\u202eb", "\u202eb"], (8, 8, 4)))
    assert "\\x1b[2J" in sentence(rows(samples=samples)["evil"])
    assert sentence(rows(samples=samples)["evil"]).isprintable()


def test_a_label_that_few_share_is_said():
    shared = sheet().assign(plate=[*"AAAAABBC", *"DDDDDDCC", *"AAAA"])
    words = sentence(rows(samples=shared)["plate"])
    assert "occur on both sides hold 1 of 8 case samples and 2 of 8 control samples" in words


def test_order_of_samples_and_names_of_levels_change_nothing():
    samples = sheet()
    turned = samples.sample(frac=1, random_state=5)
    pd.testing.assert_frame_equal(
        confounding_table(rows(samples=turned).values()), confounding_table(rows().values())
    )
    renamed = samples.assign(nested=samples["nested"].map(lambda one: f"z{'EDCBA'.index(one)}"))
    assert rows(samples=renamed)["nested"].statistic == pytest.approx(rows()["nested"].statistic)
    swapped = Contrast("x", RULE, "group", ("control",), ("case",))
    for name, one in rows(swapped).items():
        assert one.code == rows()[name].code
        np.testing.assert_allclose(one.statistic, rows()[name].statistic)


def test_only_samples_of_the_contrast_count():
    assert rows(OTHER)["nested"].code == "associated"  # D on both sides
    assert rows(OTHER)["separated"].code == "balanced"  # all old
    within = sheet().assign(balanced=lambda s: pd.Categorical(s["balanced"]))
    both = parse_formula("~ balanced * group")
    asked = Contrast("x", RULE, "group", ("case",), ("control",), {"balanced": "x"})
    assert rows(asked, within, both)["associated"].sizes == (4, 4)


def test_columns_can_be_left_out():
    assert "year" not in rows(left_out=("year",))


def test_numbers_of_three_samples_are_not_called_separated():
    few = sheet().iloc[[0, 1, 2, 8, 9, 10]]
    assert rows(samples=few)["year"].code == "associated"


def test_contrasts_of_coefficients_are_held_against_what_they_weigh():
    slope = Contrast("slope", RULE, coefficients={"age": 10.0})
    samples = sheet().assign(
        group2=lambda s: np.where(s["age"] > 70, "old", "young"), twice=lambda s: 2 * s["age"] + 1
    )
    found = rows(slope, samples, parse_formula("~ age"))
    assert "age" not in found
    assert found["twice"].code == "separated"
    assert found["twice"].adjustment == "not_estimable"
    assert found["group2"].code == "associated"
    # In a simple regression the weights are the centred ages.
    share = np.corrcoef(samples["age"], samples["group2"] == "old")[0, 1] ** 2
    assert found["group2"].statistic == pytest.approx(1 - (1 - share) * 19 / 18)
    assert found["balanced"].code == "balanced"
    interaction = Contrast("i", RULE, coefficients={"batch[2]:group[case]": 1.0})
    typed = samples.assign(batch=pd.Categorical(np.where(samples["batch"] > 1, "2", "1")))
    named = rows(interaction, typed, parse_formula("~ batch * group"))
    assert not {"batch", "group"} & set(named)


def test_the_table_can_be_written_and_read(tmp_path):
    table = confounding_table(relations(sheet(), [CASE, OTHER], FORMULA))
    write_table(table, tmp_path / "t.tsv", "qc_confounding")
    again = read_table(tmp_path / "t.tsv", "qc_confounding")
    assert list(again["relation"]) == list(table["relation"])
    assert set(zip(again["contrast"], again["column"], strict=True)) == set(
        product(["case", "other"], sheet().columns[1:])
    )


def test_sentences_about_tcga_plates_are_true(shared_data):
    samples = pd.read_csv(
        shared_data / "data" / "tcga_lihc" / "samples.tsv", sep="\t", index_col=0, dtype=str
    )
    levels = ["normal", "no_recurrence", "early_recurrence"]
    samples = samples[samples["group"].isin(levels)]
    samples["group"] = pd.Categorical(samples["group"], levels)
    asked = Contrast("none", RULE, "group", ("no_recurrence",), ("normal",))
    words = sentence(rows(asked, samples)["plate"])
    counts = pd.crosstab(samples["plate"], samples["group"])
    one, other = (set(counts.index[counts[name] > 0]) for name in ("no_recurrence", "normal"))
    assert not one & other
    assert sorted(one) == ["A16W", "A32O", "A38B", "A41C"]
    assert words.startswith(
        "All 8 no_recurrence samples have values of plate (A16W, A32O, A38B and A41C) "
        "that none of the 11 normal samples has."
    )
    early = Contrast("early", RULE, "group", ("early_recurrence",), ("normal",))
    both = counts.index[(counts["early_recurrence"] > 0) & (counts["normal"] > 0)]
    held = counts.loc[both].sum()
    assert (
        f"hold {held['early_recurrence']} of 33 early_recurrence samples and {held['normal']} of "
        "11 normal samples" in sentence(rows(early, samples)["plate"])
    )
