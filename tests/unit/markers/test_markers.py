"""The marker panel: reading it, and what is said about every gene of it."""

from dataclasses import replace

import anndata
import numpy as np
import pandas as pd
import pytest

from recurseq.base.errors import InputError
from recurseq.base.tables import describe, read_table, write_table
from recurseq.cohort.genes.annotation import load_annotation
from recurseq.design.calling import CallingRule
from recurseq.design.contrast import Contrast
from recurseq.markers.extract import extract_markers
from recurseq.markers.panel import panel_notes, panel_problems, read_panel
from recurseq.report.sections.markers import VERDICTS

HEADER = "gene\tset\tsource\texpected_t_vs_n\n"


def write(tmp_path, text, name="panel.tsv", encoding="utf-8"):
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return path


def test_panel_is_read_with_blanks_trimmed_and_byte_order_mark_dropped(tmp_path):
    text = HEADER + " AFP \toncofetal\tdoi:1\t up\r\nAFP\tsecretory\t\t \nALB\thepatocyte\t\tdown\n"
    panel = read_panel(write(tmp_path, text, encoding="utf-8-sig"))
    assert panel.columns.tolist() == ["gene", "set", "source", "expected_t_vs_n"]
    assert panel["gene"].tolist() == ["AFP", "AFP", "ALB"]
    assert panel["expected_t_vs_n"].tolist() == ["up", None, "down"]
    assert panel["source"].tolist() == ["doi:1", None, None]


def test_source_and_expectations_are_optional(tmp_path):
    panel = read_panel(write(tmp_path, "gene\tset\nAFP\ta\n"))
    assert panel.columns.tolist() == ["gene", "set", "source"]
    assert panel["source"].tolist() == [None]


def test_all_problems_are_named_with_their_lines(tmp_path):
    rows = "AFP\ta\t\tupp\n\ta\t\tup\nALB\ta\t\tdown\nALB\ta\t\t\nMYC\t\t\tUP\n"
    path = write(tmp_path, HEADER + rows)
    texts = "\n".join(str(problem) for problem in panel_problems(path, ["t_vs_n"]))
    assert "line 2, column 'expected_t_vs_n': found 'upp'" in texts
    assert "did you mean 'up'?" in texts
    assert "line 6, column 'expected_t_vs_n': found 'UP'" in texts
    assert "column 'gene': no value in line 3" in texts
    assert "column 'set': no value in line 6" in texts
    assert "lines 4, 5: gene 'ALB' is in set 'a' 2 times" in texts
    with pytest.raises(InputError) as caught:
        read_panel(path)
    assert len(caught.value.problems) == 5


def test_missing_and_unknown_columns_are_named(tmp_path):
    path = write(tmp_path, "genes\tset\texpcted_t_vs_n\nAFP\ta\tup\n")
    texts = "\n".join(str(problem) for problem in panel_problems(path, []))
    assert "there is no column 'gene'" in texts
    assert "did you mean 'genes'?" in texts
    assert "unknown column 'expcted_t_vs_n'" in texts


@pytest.mark.parametrize(("text", "words"), [("", "empty"), (HEADER, "the panel has no gene")])
def test_an_empty_panel_is_a_problem(tmp_path, text, words):
    (problem,) = panel_problems(write(tmp_path, text), [])
    assert words in str(problem)


def test_a_missing_panel_is_a_problem(tmp_path):
    assert "does not exist" in str(panel_problems(tmp_path / "none.tsv", [])[0])


def test_expectations_of_other_studies_are_allowed_but_not_near_misses(tmp_path):
    path = write(tmp_path, HEADER + "AFP\ta\t\tup\n")
    assert panel_problems(path, ["early_vs_none", "t_vs_m"]) == []
    assert panel_problems(path, ["t_vs_n"]) == []
    (problem,) = panel_problems(path, ["T-vs-N"])
    assert "did you mean 'expected_T-vs-N'?" in str(problem)


GENES = {
    "ENSG00000000001.2": "AFP",
    "ENSG00000000002.1": "ALB",
    "ENSG00000000003.1": "GPC3",
    "ENSG00000000004.1": "DUP",
    "ENSG00000000005.1": "DUP",
    "ENSG00000000006.1": "CALM1",
    "ENSG00000000007.1": "<b>x</b>",
    "ENSG00000000008.1": "LOW",
}
SAMPLES = pd.DataFrame(
    {
        "group": pd.Categorical(["n", "n", "t", "t", "u"], categories=["n", "t", "u"]),
        "sex": pd.Categorical(["f", "m", "f", "m", "m"]),
        "age": [50.0, 60.0, 70.0, 80.0, 90.0],
    },
    index=["s1", "s2", "s3", "s4", "s5"],
)


def cohort():
    rng = np.random.default_rng(4)
    counts = rng.integers(0, 500, (5, len(GENES)))
    factors = np.array([0.5, 1.0, 2.0, 1.0, 4.0])
    return anndata.AnnData(
        X=counts.astype(float),
        obs=SAMPLES.assign(size_factor=factors),
        var=pd.DataFrame({"gene_name": list(GENES.values())}, index=list(GENES)),
        layers={
            "counts": counts,
            "normalized": counts / factors[:, None],
            "vst": np.log2(counts + 1.0),
        },
        uns={"main_factor": "group"},
    )


def contrast_table():
    count = len(GENES)
    table = pd.DataFrame(
        {
            "gene_id": list(GENES),
            "gene_name": list(GENES.values()),
            "baseMean": 100.0,
            "log2FoldChange": [3.0, -2.0, 0.5, -1.5, 1.0, 0.2, 2.0, np.nan],
            "lfcSE": [0.5] * (count - 1) + [np.nan],
            "stat": 1.0,
            "pvalue": [1e-9, 1e-4, 0.3, 1e-3, 0.04, np.nan, 1e-5, np.nan],
            "padj": [1e-8, 1e-3, 0.5, 1e-2, np.nan, np.nan, 1e-4, np.nan],
            "shrunkenLog2FoldChange": [2.8, -1.8, 0.1, -1.0, 0.4, 0.0, 1.5, np.nan],
            "shrunkenLfcSE": 0.4,
            "pvalueThreshold": np.nan,
            "padjThreshold": np.nan,
            "significant": [True, True, False, True, False, False, True, False],
            "direction": ["up", "down", "none", "down", "none", "none", "up", "none"],
            "note": [None, None, None, None, "independent filtering", "Cook's outlier in s3",
                     None, "filtered before fitting: fewer than 2 samples with 10 counts"],
        }
    )  # fmt: skip
    return table.assign(significant=table["significant"].astype("boolean"))


RULE = CallingRule(0.05)
T_VS_N = Contrast("t_vs_n", RULE, "group", ("t",), ("n",))
SLOPE = Contrast("slope", RULE, coefficients={"age": 10.0, "sex[m]:age": -0.5})
CONTRASTS = [T_VS_N, Contrast("tu_vs_n_m", RULE, "group", ("t", "u"), ("n",), {"sex": "m"}), SLOPE]


def panel(rows):
    return pd.DataFrame(rows, columns=["gene", "set", "source", "expected_t_vs_n"], dtype=object)


@pytest.fixture(scope="module")
def extracted():
    rows = [
        ("AFP", "oncofetal", "doi:1", "up"),
        ("ALB", "hepatocyte", None, "up"),
        ("GPC3", "oncofetal", None, "up"),
        ("DUP", "other", None, None),
        ("CALM1", "other", None, "down"),
        ("<b>x</b>", "other", None, "up"),
        ("LOW", "other", None, "down"),
        ("NOTHERE", "other", None, "up"),
        ("AFP", "liver", None, None),
        ("ENSG00000000002", "hepatocyte", None, "down"),
    ]
    annotation = load_annotation("none")
    tables = dict.fromkeys((one.name for one in CONTRASTS), contrast_table())
    return extract_markers(panel(rows), tables, CONTRASTS, cohort(), annotation)


def rows_of(markers, query, contrast="t_vs_n", group=None):
    found = markers[(markers["query"] == query) & (markers["contrast"] == contrast)]
    return found if group is None else found[found["set"] == group]


def row_of(markers, query, contrast="t_vs_n", group=None):
    (row,) = rows_of(markers, query, contrast, group).to_dict("records")
    return row


def test_there_is_a_row_for_every_panel_gene_and_contrast_in_order(extracted):
    markers, _ = extracted
    assert list(markers.columns) == describe("markers").names
    assert len(markers) == (10 + 1) * 3  # one symbol is carried by two genes
    assert markers["contrast"].tolist() == ["t_vs_n", "tu_vs_n_m", "slope"] * 11
    assert markers["query"].drop_duplicates().tolist()[:3] == ["AFP", "ALB", "GPC3"]


@pytest.mark.parametrize(
    ("query", "group", "verdict", "observed"),
    [
        ("AFP", "oncofetal", "as expected", "up"),
        ("ALB", None, "opposite", "down"),
        ("ENSG00000000002", None, "as expected", "down"),
        ("GPC3", None, "not significant", "up"),
        ("CALM1", None, "not tested", "up"),
        ("<b>x</b>", None, "as expected", "up"),
        ("LOW", None, "not tested", None),
        ("NOTHERE", None, "not tested", None),
        ("AFP", "liver", "no expectation", "up"),
    ],
)
def test_verdicts(extracted, query, group, verdict, observed):
    row = row_of(extracted[0], query, group=group)
    assert (row["verdict"], row["observed"]) == (verdict, observed)


def test_a_gene_that_only_misses_the_fold_change_has_a_verdict_of_its_own():
    small = contrast_table().assign(significant=False)  # GPC3: padj 0.5; AFP: 1e-8
    rows = panel([("AFP", "a", None, "up"), ("GPC3", "a", None, "up"), ("ALB", "a", None, "up")])
    strict = replace(T_VS_N, rule=CallingRule(0.05, 0.0, 4.0))
    annotation = load_annotation("none")
    markers, _ = extract_markers(rows, {"t_vs_n": small}, [strict], cohort(), annotation)
    below = "significant, but below the fold change asked for"
    assert markers["verdict"].tolist() == [below, "not significant", below]
    assert markers["verdict"].isin(VERDICTS).all()
    # With a threshold that is tested its p-value decides, and none is small here.
    tested = replace(T_VS_N, rule=CallingRule(0.05, 0.5, 4.0))
    markers, _ = extract_markers(rows, {"t_vs_n": small}, [tested], cohort(), annotation)
    assert (markers["verdict"] == "not significant").all()


def test_an_expectation_belongs_to_its_contrast_only(extracted):
    assert row_of(extracted[0], "AFP", "tu_vs_n_m", "oncofetal")["verdict"] == "no expectation"


def test_reasons_are_given_where_a_value_is_missing(extracted):
    markers, _ = extracted
    assert "not in the counts" in row_of(markers, "NOTHERE")["note"]
    assert row_of(markers, "NOTHERE")["gene_id"] is None
    assert row_of(markers, "LOW")["note"].startswith("filtered before fitting")
    assert row_of(markers, "CALM1")["note"] == "Cook's outlier in s3"
    assert row_of(markers, "AFP", group="liver")["note"] is None


def test_confidence_interval_is_the_wald_interval(extracted):
    row = row_of(extracted[0], "ALB")
    assert row["ci_lower"] == pytest.approx(-2 - 0.5 * 1.9599639845)
    assert row["ci_upper"] == pytest.approx(-2 + 0.5 * 1.9599639845)
    assert row["shrunkenLog2FoldChange"] == -1.8


def test_means_and_numbers_are_of_the_samples_of_each_side(extracted):
    markers, _ = extracted
    normalized = cohort().to_df(layer="normalized")["ENSG00000000001.2"]
    plain = row_of(markers, "AFP", group="oncofetal")
    assert (plain["n_numerator"], plain["n_denominator"]) == (2, 2)
    assert plain["mean_numerator"] == pytest.approx((normalized["s3"] + normalized["s4"]) / 2)
    assert plain["mean_denominator"] == pytest.approx((normalized["s1"] + normalized["s2"]) / 2)
    within = row_of(markers, "AFP", "tu_vs_n_m", "oncofetal")
    assert (within["n_numerator"], within["n_denominator"]) == (2, 1)
    assert within["mean_numerator"] == pytest.approx((normalized["s4"] + normalized["s5"]) / 2)
    assert (within["numerator"], within["denominator"]) == ("t and u (sex = m)", "n (sex = m)")
    absent = row_of(markers, "NOTHERE")
    assert absent["n_numerator"] == 2
    assert np.isnan(absent["mean_numerator"])


def test_a_numeric_within_restricts_no_sample():
    contrasts = [replace(T_VS_N, name="c", within={"age": 65})]
    rows = [("AFP", "a", None, None)]
    markers, _ = extract_markers(
        panel(rows), {"c": contrast_table()}, contrasts, cohort(), load_annotation("none")
    )
    assert markers["n_numerator"].tolist() == [2]


def test_a_contrast_of_coefficients_has_no_sides(extracted):
    row = row_of(extracted[0], "ALB", "slope")
    assert row["numerator"] == "+10 × age -0.5 × sex[m]:age"
    assert row["denominator"] is None
    assert pd.isna(row["n_numerator"])
    assert np.isnan(row["mean_numerator"])
    assert row["log2FoldChange"] == -2


def test_a_symbol_of_two_genes_gives_both_and_says_so(extracted):
    found = rows_of(extracted[0], "DUP")
    assert found["gene_id"].tolist() == ["ENSG00000000004.1", "ENSG00000000005.1"]
    assert found["note"].str.contains("2 genes carry this name").all()
    assert found["note"].iloc[1].endswith("independent filtering")
    assert found["verdict"].tolist() == ["no expectation"] * 2


def test_samples_hold_every_gene_found_once_in_every_sample(extracted):
    _, samples = extracted
    assert list(samples.columns) == describe("marker_samples").names
    assert not samples.duplicated(["gene_id", "sample_id"]).any()
    assert set(samples["gene_id"]) == set(GENES)
    assert len(samples) == len(GENES) * 5
    model = cohort()
    for row in samples.itertuples():
        assert row.count == model.to_df(layer="counts").loc[row.sample_id, row.gene_id]
        assert row.normalized == model.to_df(layer="normalized").loc[row.sample_id, row.gene_id]
        transformed = model.to_df(layer="vst").loc[row.sample_id, row.gene_id]
        assert row.vst == round(transformed, 6)  # a file holds no more digits
        assert row.group == SAMPLES.loc[row.sample_id, "group"]
        assert row.gene_name == GENES[row.gene_id]


def test_an_older_symbol_is_found_through_the_annotation():
    annotation = pd.DataFrame(
        [("ENSG00000000001", "174", "AFP", "4", "protein-coding", "FETA|HPAFP")],
        columns=["gene_id", "entrez_id", "gene_name", "chromosome", "gene_type", "aliases"],
    )
    markers, _ = extract_markers(
        panel([("HPAFP", "oncofetal", None, "up")]), {"t_vs_n": contrast_table()},
        [T_VS_N], cohort(), annotation,
    )  # fmt: skip
    row = markers.iloc[0]
    assert (row["gene_id"], row["gene_name"], row["matched_by"]) == (
        "ENSG00000000001.2",
        "AFP",
        "alias",
    )
    assert row["verdict"] == "as expected"
    assert "HPAFP" in row["note"]


def test_tables_survive_writing_and_a_model_file(tmp_path, extracted):
    markers, samples = extracted
    write_table(markers, tmp_path / "markers.tsv", "markers")
    write_table(samples, tmp_path / "samples.tsv", "marker_samples")
    back = read_table(tmp_path / "markers.tsv", "markers")
    assert back["verdict"].tolist() == markers["verdict"].tolist()
    assert back["significant"].isna().sum() == 3  # the gene that is not there, in three contrasts
    cohort().write_h5ad(tmp_path / "model.h5ad")
    again = extract_markers(
        panel([("AFP", "a", None, None), ("DUP", "a", None, None)]),
        {"t_vs_n": contrast_table()}, [T_VS_N],
        anndata.read_h5ad(tmp_path / "model.h5ad"), load_annotation("none"),
    )  # fmt: skip
    assert again[0]["mean_numerator"].iloc[0] == markers["mean_numerator"].iloc[0]
    write_table(again[1], tmp_path / "samples.tsv", "marker_samples")


def test_nothing_found_gives_rows_with_reasons_and_no_samples(tmp_path):
    markers, samples = extract_markers(
        panel([("X", "a", None, "up")]), {"t_vs_n": contrast_table()},
        [T_VS_N], cohort(), load_annotation("none"),
    )  # fmt: skip
    assert markers["verdict"].tolist() == ["not tested"]
    assert len(samples) == 0
    write_table(samples, tmp_path / "samples.tsv", "marker_samples")


def test_a_study_without_a_main_factor_has_no_groups(tmp_path):
    model = cohort()
    model.uns["main_factor"] = ""
    rows = panel([("AFP", "a", None, None)])
    args = {"slope": contrast_table()}, [SLOPE]
    markers, samples = extract_markers(rows, *args, model, load_annotation("none"))
    assert samples["group"].isna().all()
    write_table(markers, tmp_path / "markers.tsv", "markers")
    write_table(samples, tmp_path / "samples.tsv", "marker_samples")


def test_expectations_for_other_contrasts_only_are_remarked(tmp_path):
    path = write(tmp_path, HEADER + "AFP\ta\t\tup\n")
    assert panel_notes(path, ["t_vs_n", "other"]) == []
    (note,) = panel_notes(path, ["tumour_vs_normal"])
    assert "'expected_t_vs_n'" in note and "without an expectation" in note
    assert panel_notes(write(tmp_path, "gene\tset\nAFP\ta\n"), ["other"]) == []
