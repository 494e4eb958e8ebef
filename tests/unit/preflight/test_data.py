"""What `check` knows of the counts before a run: each defect is a problem, or a note, in words."""

import numpy as np
import pandas as pd
import pytest

from recurseq.preflight.examine import examine
from support.small_study import simulate


def study(folder, counts, groups=("normal", "early_recurrence"), **more):
    sheet = simulate()[1].set_index("sample_id")
    sheet = sheet[sheet["group"].isin(groups)]
    counts[list(sheet.index)].to_csv(folder / "counts.tsv", sep="\t", index_label="gene_id")
    sheet.to_csv(folder / "samples.tsv", sep="\t")
    sides = {"factor": "group", "numerator": groups[1], "denominator": groups[0]}
    return examine(
        {
            "study": {"title": "t"},
            "counts": {"path": str(folder / "counts.tsv")},
            "samples": {"path": str(folder / "samples.tsv")},
            "design": {"formula": "~ group", "levels": {"group": list(groups)}},
            "contrasts": {"one": sides},
            **more,
        }
    )


@pytest.fixture
def counts():
    return simulate()[0]


def found(examination):
    return [(problem.where, problem.found) for problem in examination.problems]


def test_a_study_without_defects_tells_how_many_genes_pass(tmp_path, counts):
    seen = study(tmp_path, counts)
    assert seen.problems == () and seen.needed == 4
    passing = (counts >= 10).sum(axis=1)
    assert 0 < seen.kept < (passing > 0).sum()
    assert any("genes pass the filter" in note for note in seen.notes)  # a few hundred


def test_a_zero_in_every_gene_is_a_problem_unless_the_method_bears_it(tmp_path, counts):
    samples = list(counts.columns)
    for place in range(len(counts)):
        counts.iloc[place, [0, 1, 2, 3, 8, 9, 10, 11][place % 8]] = 0
    assert len(samples) == 12
    limits = {"filter": {"min_count": 1, "min_samples": 1}}
    ((where, what),) = found(study(tmp_path, counts, **limits))
    assert where == "counts" and what.startswith("every gene has a zero")
    assert "poscounts" in study(tmp_path, counts, **limits).problems[0].fix
    poscounts = {"normalization": {"method": "poscounts"}}
    assert found(study(tmp_path, counts, **limits, **poscounts)) == []


def test_zeros_count_among_the_genes_that_pass_the_filter(tmp_path, counts):
    counts.iloc[:, 1] = 0
    counts.iloc[0, 1] = 9  # the only gene with a count in every sample, and too few to pass
    counts.iloc[0, 2:] = 9
    ((_, what),) = found(study(tmp_path, counts, filter={"min_count": 10, "min_samples": 3}))
    assert what.startswith("every gene has a zero")


def test_no_gene_that_passes_is_a_problem(tmp_path, counts):
    ((where, what),) = found(study(tmp_path, counts, filter={"min_count": 10**7}))
    assert where == "config: filter" and what.startswith("no gene has 10000000 counts")


def test_replicates_that_are_copies_are_a_problem_and_one_that_is_none_is_not(tmp_path, counts):
    copies = counts.copy()
    for first in (0, 8):
        for place in range(first + 1, first + 4):
            copies.iloc[:, place] = copies.iloc[:, first]
    ((where, what),) = found(study(tmp_path, copies))
    assert where == "counts" and "within 2 orders of magnitude" in what
    copies.iloc[:, 3] = counts.iloc[:, 3]
    assert found(study(tmp_path, copies)) == []


def test_counting_noise_alone_is_a_problem_where_no_gene_varies_more(tmp_path, counts):
    means = np.tile(np.array([[50.0], [400.0], [3000.0]]), (1, 12))
    same = pd.DataFrame(means.astype(int), ["a", "b", "c"], counts.columns)
    ((_, what),) = found(study(tmp_path, same))
    assert "varies between replicates" in what


def test_genes_of_one_group_that_are_left_out_are_counted(tmp_path, counts):
    counts.iloc[0] = 0
    counts.iloc[0, [8, 9, 10]] = 40  # three of the four of one group
    seen = study(tmp_path, counts)
    (note,) = (note for note in seen.notes if "left out by the filter" in note)
    assert "GENE0" in note and "below 4" in note
