import numpy as np
import pandas as pd

from recurseq.cohort.filtering import (
    filter_notes,
    fitted_genes,
    high_in_one_group,
    samples_needed,
    smallest_group,
)
from recurseq.design.contrast import Group
from support.paths import REPOSITORY

REFERENCE = REPOSITORY / "tests" / "reference" / "few_replicates.filter.tsv.gz"


def test_samples_needed_are_those_of_edger():
    expected = pd.read_csv(REFERENCE, sep="\t", index_col=0)["needed"]
    assert [samples_needed(n) for n in expected.index] == expected.tolist()
    assert samples_needed(40) == 31 and samples_needed(11) == 11 and samples_needed(12) == 12


def groups(*levels, within=()):
    return [Group("group", level, within) for level in levels]


def sheet():
    return pd.DataFrame(
        {
            "group": pd.Categorical(list("aaabbbbc"), categories=list("abcd")),
            "sex": pd.Categorical(list("fmmffmmm")),
            "age": range(8),
        }
    )


def test_smallest_group_is_one_that_is_compared():
    samples = sheet()
    assert smallest_group(samples, groups("a", "b")) == 3
    assert smallest_group(samples, groups("b")) == 4
    assert smallest_group(samples, groups("a", "c")) == 1
    assert smallest_group(samples, groups("b", "d")) == 4  # nobody is in d
    assert smallest_group(samples, groups("a", "b", within=(("sex", "f"),))) == 1
    assert smallest_group(samples, groups("a", "b", within=(("age", 3.0),))) == 3
    assert smallest_group(samples, []) == 1  # coefficients: any factor of the design
    assert smallest_group(samples[["sex", "age"]], []) == 3
    assert smallest_group(samples[["age"]], []) == 8


def test_genes_high_in_one_group_are_named():
    samples = pd.DataFrame({"group": pd.Categorical(["a"] * 12 + ["b"] * 12 + ["c"] * 4)})
    counts = np.full((28, 5), 1)
    counts[:, 0] = 10_000  # the library, so that shares follow counts
    counts[:7, 1] = 30  # high in more than half of a
    counts[:5, 2] = 30  # in fewer than half of a
    counts[[*range(7), *range(12, 16)], 3] = 30  # in a, and nearly as high in b
    counts[24:, 4] = 30  # in c, which nothing compares
    compared = groups("a", "b")
    found = high_in_one_group(counts, counts.sum(axis=1), samples, compared, 10)
    assert found.tolist() == [False, True, False, False, False]
    limits = {"min_count": 10, "min_samples": 12}

    def notes(compared, ids="VWXYZ", **limits):
        ids = ids if isinstance(ids, list) else list(ids)
        codes = fitted_genes(counts, ids, None, spike_ins=True, **limits)[1]
        return filter_notes(counts, codes, ids, samples, compared, **limits)

    (note,) = notes(compared, **limits)
    assert note.startswith("1 gene is left out") and "'W'" in note and "below 12" in note
    assert notes(compared, min_count=10, min_samples=7) == []
    assert notes(compared, min_count=0, min_samples=12) == []
    assert notes([], **limits) == []
    assert notes(compared, ["V", "ERCC-00002", "X", "Y", "Z"], **limits) == []  # no gene of theirs
