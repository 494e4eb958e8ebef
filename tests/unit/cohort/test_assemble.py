"""The cohort: one AnnData whose content does not depend on the order of anything."""

import dataclasses
import warnings

import anndata
import numpy as np
import pandas as pd
import pytest

from recurseq.base.errors import InputError
from recurseq.base.h5ad import write_h5ad
from recurseq.cohort.assemble import assemble
from recurseq.cohort.filtering import drop_reasons, keep_genes, smallest_group
from recurseq.cohort.genes.annotation import load_annotation
from recurseq.cohort.importing import count_problems, import_cohort
from recurseq.cohort.readers.count_table import CountTable
from recurseq.cohort.readers.read import read_counts
from recurseq.deseq.notes import STATUS
from recurseq.study import load_study, read_samples


def study_table():
    counts = pd.DataFrame(
        [[12, 3, 0, 10], [0, 0, 0, 0], [1, 2, 3, 4], [0, 0, 7, 0]],
        index=["g3", "g1", "10", "g2"],
        columns=["s2", "s10", "extra", "s1"],
    )
    names = pd.Series(["A", "A", "NA", ""], index=counts.index)
    return CountTable(counts, names, None, "matrix", ("from the reader",))


def study_samples():
    return pd.DataFrame(
        {
            "group": pd.Categorical(["b", "a", "b"], categories=["b", "a"]),
            "age": [61.5, np.nan, 40.0],
            "plate": ["p1", "p1", "p2"],
            "stage": ["I", None, "II"],
        },
        index=["s1", "s2", "s10"],
    )


def cohort_of(table, samples, **changed):
    options = {
        "min_count": 3,
        "min_samples": 2,
        "simulated": True,
        "main_factor": "group",
    }
    return assemble(table, samples, load_annotation("none"), **{**options, **changed})


def test_content():
    cohort = cohort_of(study_table(), study_samples(), messages=["one more"])
    assert list(cohort.obs_names) == ["s1", "s10", "s2"]
    assert list(cohort.var_names) == ["10", "g1", "g2", "g3"]
    assert cohort.X is None  # counts are held once
    counts = cohort.layers["counts"]
    assert counts.tolist() == [[4, 0, 0, 10], [2, 0, 0, 3], [1, 0, 0, 12]]
    assert counts.dtype == np.int32
    assert list(cohort.var["gene_name"]) == ["NA", "A", "g2", "A"]
    assert list(cohort.var["kept"]) == [False, False, False, True]
    assert list(cohort.var["drop_reason"]) == [
        "fewer than 2 samples with 3 counts or more",
        "all zero",
        "all zero",  # its only counts are in a column that is not in the sheet
        "",
    ]
    assert cohort.uns["simulated"] is True
    messages = list(cohort.uns["messages"])
    assert messages[:2] == ["from the reader", "one more"]
    assert messages[2].endswith("'extra'")


def test_order_of_the_input_does_not_show(tmp_path):
    table, samples = study_table(), study_samples()
    table = dataclasses.replace(table, counts=table.counts.assign(another=1))
    order = ["g2", "10", "g1", "g3"]
    shuffled = CountTable(
        table.counts.loc[order, ["another", "extra", "s10", "s1", "s2"]],
        table.gene_names.loc[order],
        None,
        "matrix",
        table.messages,
    )
    write_h5ad(cohort_of(table, samples), tmp_path / "a.h5ad")
    write_h5ad(cohort_of(shuffled, samples.iloc[[2, 0, 1]]), tmp_path / "b.h5ad")
    assert (tmp_path / "a.h5ad").read_bytes() == (tmp_path / "b.h5ad").read_bytes()


@pytest.mark.parametrize("messages", [(), ("μ: text",)])
def test_round_trip(tmp_path, messages):
    table = dataclasses.replace(study_table(), messages=messages)
    table = dataclasses.replace(table, counts=table.counts.drop(columns="extra"))
    written = cohort_of(table, study_samples())
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        write_h5ad(written, tmp_path / "new" / "cohort.h5ad")
        read = anndata.read_h5ad(tmp_path / "new" / "cohort.h5ad")
    assert not (tmp_path / "new" / "cohort.h5ad.partial").exists()
    pd.testing.assert_frame_equal(read.obs, written.obs)
    pd.testing.assert_frame_equal(read.var, written.var)
    assert list(read.obs["group"].cat.categories) == ["b", "a"]
    kinds = [read.var[name].dtype.name for name in ("gene_name", "drop_reason", "gene_type")]
    assert kinds == ["object", "category", "category"]
    assert read.obs["plate"].tolist() == ["p1", "p2", "p1"]
    assert read.obs["stage"].isna().tolist() == [False, False, True]
    assert read.var["gene_name"].tolist() == ["NA", "A", "g2", "A"]
    assert read.var["kept"].dtype == bool
    assert all(isinstance(name, str) for name in [*read.obs_names, *read.var_names])
    assert read.X is None
    assert (read.layers["counts"] == written.layers["counts"]).all()
    assert list(read.uns["messages"]) == list(messages)
    assert bool(read.uns["simulated"]) is True


def test_a_column_may_be_called_as_the_index(tmp_path):
    samples = study_samples().assign(sample_id=["x", "x", "y"])  # the names stand in another column
    write_h5ad(cohort_of(study_table(), samples), tmp_path / "cohort.h5ad")
    read = anndata.read_h5ad(tmp_path / "cohort.h5ad")
    assert read.obs["sample_id"].tolist() == samples.sort_index()["sample_id"].tolist()
    assert list(read.obs_names) == sorted(samples.index)


def test_large_counts_keep_their_value():
    counts = pd.DataFrame({"s1": [2**40 + 1, 5], "s2": [0, 1], "s10": [1, 1]}, index=["a", "b"])
    cohort = cohort_of(CountTable(counts, None, None, "matrix", ()), study_samples())
    assert cohort.layers["counts"].dtype == np.int64
    assert cohort.layers["counts"][0, 0] == 2**40 + 1


def test_keep_genes():
    counts = np.array([[10, 10, 9, 0, 0], [10, 9, 9, 0, 0], [0, 0, 900, 1, 0]])
    kept, codes = keep_genes(counts, 10, 2)
    assert kept.tolist() == [True, False, False, False, False]
    assert codes.tolist() == ["", "filtered", "filtered", "filtered", "all_zero"]
    words = drop_reasons(codes, 10, 2)
    assert words[1] == "fewer than 2 samples with 10 counts or more"
    assert words[4] == "all zero"
    assert keep_genes(counts, 10, 1)[0].tolist() == [True, True, True, False, False]
    assert drop_reasons(["filtered"], 10, 1) == ["fewer than 1 sample with 10 counts or more"]
    kept, codes = keep_genes(counts, 0, 2)
    assert kept.tolist() == [True, True, True, True, False]
    assert codes.tolist() == ["", "", "", "", "all_zero"]


@pytest.mark.parametrize("left_out", [True, False])
def test_spike_ins_stay_in_the_table_and_out_of_the_model(left_out):
    counts = pd.DataFrame(
        {"s1": [50, 900, 0], "s2": [60, 10, 0], "s10": [70, 400, 0]},
        index=["TP53", "ERCC-00002", "ERCC-00003"],
    )
    table = CountTable(counts, None, None, "matrix", ())
    genes = cohort_of(table, study_samples(), spike_ins=left_out).var
    assert list(genes.index) == ["ERCC-00002", "ERCC-00003", "TP53"]
    expected = ["spike_in", "spike_in", ""] if left_out else ["", "all_zero", ""]
    assert list(genes["drop_code"]) == expected
    assert list(genes["kept"]) == [not left_out, False, True]
    if left_out:
        assert set(expected) - {""} <= set(STATUS)
        assert "genes.spike_ins" in genes["drop_reason"].iloc[0]


def config_of(folder, **changed):
    config = {
        "study": {"title": "T"},
        "counts": {"path": str(folder / "counts.tsv")},
        "samples": {"path": str(folder / "samples.tsv")},
        "design": {"formula": "~ group", "levels": {"group": ["a", "b"]}},
        "contrasts": {"c": {"factor": "group", "numerator": "b", "denominator": "a"}},
        "filter": {"min_count": 5},
    }
    return {**config, **changed}


@pytest.fixture
def small_study(tmp_path):
    (tmp_path / "counts.tsv").write_text(
        "gene\t1\t2\t3\t4\t5\nENSG1\t5\t5\t1\t1\t0\nENSG2\t5\t0\t0\t0\t9\n"
    )
    (tmp_path / "samples.tsv").write_text("sample_id\tgroup\n1\ta\n2\ta\n3\tb\n4\tb\n5\tb\n")
    return tmp_path


def test_import_of_a_study(small_study):
    study = load_study(config_of(small_study)).cohort
    samples = read_samples(study)
    assert count_problems(study, samples) == []
    cohort = import_cohort(study, samples)
    assert list(cohort.obs_names) == list("12345")
    assert cohort.var["kept"].tolist() == [True, True]  # the smallest group has two samples
    assert cohort.uns["main_factor"] == "group"
    strict = load_study(config_of(small_study, filter={"min_count": 5, "min_samples": 3})).cohort
    with pytest.raises(InputError, match="no gene has 5 counts or more in 3 samples"):
        import_cohort(strict, samples)


def test_problems_of_counts_and_annotation_come_together(small_study):
    (small_study / "counts.tsv").write_text(
        "gene\t1\t2\t3\t4\nA\t-5\t5\t1.5\t9\nB\t40\t50\t60\t70\n"
    )
    config = config_of(small_study, genes={"annotation": str(small_study / "no.gtf")})
    study = load_study(config).cohort
    samples = read_samples(study)
    found = " ".join(str(problem) for problem in count_problems(study, samples))
    for expected in ("sample '5'", "gene 'A', sample '1': -5", "no.gtf"):
        assert expected in found
    with pytest.raises(InputError, match="sample '5'"):
        import_cohort(study, samples)


def test_a_file_that_cannot_be_read_is_a_problem(small_study):
    study = load_study(config_of(small_study, counts={"path": "nowhere.tsv"})).cohort
    samples = read_samples(study)
    assert [problem.where for problem in count_problems(study, samples)] == ["nowhere.tsv"]


def test_real_cohort_keeps_the_genes_of_the_reference(shared_data):
    folder = shared_data / "data/tcga_lihc"
    groups = ["normal", "no_recurrence", "early_recurrence"]
    config = {
        **config_of(folder),
        "counts": {"path": str(folder / "counts.tsv.gz")},
        "samples": {"path": str(folder / "samples.tsv"), "keep": {"group": groups}},
        "genes": {"annotation": "builtin"},
        "design": {"formula": "~ group", "levels": {"group": groups}},
        "filter": {"min_count": 10, "min_samples": "auto"},
    }
    config["contrasts"]["c"].update(numerator="early_recurrence", denominator="no_recurrence")
    study = load_study(config).cohort
    cohort = import_cohort(study, read_samples(study))
    assert cohort.shape == (52, 60482)
    assert cohort.obs["group"].value_counts().to_dict() == {
        "early_recurrence": 33,
        "normal": 11,
        "no_recurrence": 8,
    }
    reference = pd.read_csv(
        shared_data / "reference/tcga_lihc/dispersions.tsv.gz", sep="\t", index_col=0
    )
    assert int(cohort.var["kept"].sum()) == 21815
    assert set(cohort.var_names[cohort.var["kept"]]) == set(reference.index)
    assert any(text.startswith("38 columns of the counts") for text in cohort.uns["messages"])


@pytest.mark.parametrize(
    ("name", "factor", "min_count"),
    [("airway", "dex", 0), ("pasilla", "condition", 0), ("mouse_hcc", "group", 10)],
)
def test_real_studies_keep_the_genes_of_the_reference(shared_data, name, factor, min_count):
    folder = shared_data / "data" / name
    samples = pd.read_csv(folder / "samples.tsv", sep="\t", index_col=0)
    counts = read_counts(folder / "counts.tsv.gz").counts[list(samples.index)]
    typed = samples[[factor]].astype("category")
    kept, _ = keep_genes(counts.to_numpy().T, min_count, smallest_group(typed, []))
    reference = shared_data / "reference" / name / "dispersions.tsv.gz"
    assert set(counts.index[kept]) == set(pd.read_csv(reference, sep="\t", index_col=0).index)
