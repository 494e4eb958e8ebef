"""Planted truth in mixed tissue, and studies in which something is missing."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from recurseq.base.places import SHIPPED_SETS
from recurseq.base.tables import read_table, write_table
from recurseq.cohort.genes.gene_sets import GeneSet, GeneSets, read_gene_sets
from recurseq.design.calling import CallingRule
from recurseq.design.contrast import Contrast
from recurseq.signatures import differences
from recurseq.signatures.analyse import FOR_T_CELLS, OWN_GENES, analyse_signatures
from recurseq.signatures.composition import with_t_cells
from recurseq.signatures.settings import SignatureSettings
from support.mixed_tissue import mixed_model, own_sets

pytestmark = pytest.mark.slow

RULE = CallingRule(0.05)
CASE = Contrast("case_vs_control", RULE, "group", ("case",), ("control",))
SHIPPED = read_gene_sets(SHIPPED_SETS)
MARKED = with_t_cells(SHIPPED)
OWN = GeneSets("own.gmt", (*own_sets().sets, GeneSet("THREE", "few", ("OTHER1", "OTHER2", "ALB")),
                           GeneSet("ABSENT", "none", ("NOT1", "NOT2", "NOT3"))))  # fmt: skip


def analysed(model, contrasts=(CASE,), method="ssgsea", own=OWN, **collections):
    settings = SignatureSettings({}, method, 5)
    chosen = {"own": own, "liver": SHIPPED, **collections}
    return analyse_signatures(model, chosen, MARKED, contrasts, settings, 0.05)


def rows(tables, collection="own"):
    tests = tables.tests
    return tests[tests["collection"] == collection].set_index("set")


@pytest.mark.parametrize("method", ["ssgsea", "mean_z"])
def test_a_difference_of_purity_alone_is_explained_and_an_effect_of_its_own_remains(method):
    counted = {name: [] for name in ("OF_STROMA", "OWN_EFFECT", "OF_NOTHING")}
    for seed in range(6):
        tables = analysed(mixed_model(seed=seed), method=method)
        for name, codes in counted.items():
            codes.append(rows(tables).loc[name, "remains"])
    assert counted["OWN_EFFECT"] == ["remains"] * 6
    assert counted["OF_STROMA"].count("explained") >= 5
    assert "remains" not in counted["OF_STROMA"]
    # More tumour cells are more of their genes, too: no effect of its own.
    assert counted["OF_NOTHING"].count("remains") <= 1


def test_the_note_and_the_proxies_tell_of_it():
    tables = analysed(mixed_model())
    made_of = rows(tables, "composition")
    assert list(made_of["direction"]) == ["up", "down", "down", "down", "none"]
    assert made_of["adjustedPvalue"].isna().all() and made_of["remains"].isna().all()
    note = rows(tables).loc["OF_STROMA", "note"]
    assert "hepatocytes, stroma, immune and sinusoids held equal" in note and "explains it" in note
    assert rows(tables).loc["OWN_EFFECT", "note"].startswith("called with")
    row = rows(tables).loc["OWN_EFFECT"]
    assert row["lower"] < row["estimate"] < row["upper"]
    assert row["adjustedLower"] < row["adjustedEstimate"] < row["adjustedUpper"]


def test_proxies_follow_the_shares_and_purity_their_rest():
    model = mixed_model(shift=0)
    samples = analysed(model).samples.set_index("sample_id")
    for name in ("hepatocytes", "stroma", "immune"):
        assert samples[name].corr(np.log(model.shares[name]), method="spearman") > 0.9
    others = model.shares["stroma"] + model.shares["immune"]
    assert samples["purity"].corr(others, method="spearman") < -0.5


def test_exhaustion_that_is_only_more_t_cells_is_not_more_exhaustion():
    tables = analysed(mixed_model(shift=(0, 0, 1)))
    derived = rows(tables, "derived")
    assert derived.loc["exhaustion", "direction"] == "down"
    assert derived.loc[FOR_T_CELLS, "direction"] == "none"
    shrunk = derived.loc[FOR_T_CELLS, "estimate"] / derived.loc["exhaustion", "estimate"]
    assert abs(shrunk) < 0.35  # four genes measure T cells with error
    samples = tables.samples.set_index("sample_id")
    within = samples.groupby("group")[["exhaustionForTCells", "tCells"]].transform(
        lambda values: values - values.mean()
    )
    # What is left goes with T cells no more, within the groups.
    assert abs(np.corrcoef(within.to_numpy().T)[0, 1]) < 1e-8


def test_a_set_is_not_adjusted_for_itself():
    liver = rows(analysed(mixed_model()), "liver")
    assert liver.loc["HEPATOCYTE_IDENTITY", "adjustedFor"] == "stroma;immune;sinusoids"
    assert OWN_GENES in liver.loc["HEPATOCYTE_IDENTITY", "note"]
    assert liver.loc["STELLATE_CELLS_AND_FIBROSIS", "adjustedFor"] == "hepatocytes;immune;sinusoids"
    assert (
        liver.loc["CYTOTOXIC_LYMPHOCYTES", "adjustedFor"] == "hepatocytes;stroma;immune;sinusoids"
    )


def test_sets_without_a_score_have_a_reason_and_no_column():
    tables = analysed(mixed_model())
    told = tables.sets.set_index("set")
    assert told.loc["THREE", ["status", "genes", "found", "used"]].tolist() == [
        *("too_few_genes", 3, 3, 3)
    ]
    assert "3 of its 3 genes are fitted" in told.loc["THREE", "note"]
    assert told.loc["ABSENT", "status"] == "none_found"
    assert not {"THREE", "ABSENT"} & set(tables.scores.columns)
    assert not {"THREE", "ABSENT"} & set(tables.tests["set"])


def test_sets_of_one_name_carry_their_collection():
    again = GeneSets("again.gmt", (replace(SHIPPED.sets[0], description="again"),))
    tables = analysed(mixed_model(), again=again)
    name = SHIPPED.sets[0].name
    assert {f"liver:{name}", f"again:{name}"} <= set(tables.scores.columns)
    assert name not in tables.scores.columns


def test_the_order_of_samples_and_genes_changes_nothing():
    model, turned = mixed_model(), mixed_model()
    turned.obs, turned.obs_names = turned.obs.iloc[::-1], turned.obs_names[::-1]
    turned.var, turned.var_names = turned.var.iloc[::-1], turned.var_names[::-1]
    turned.layers = {"vst": turned.layers["vst"][::-1, ::-1]}
    turned.obsm = {"design_matrix": turned.obsm["design_matrix"].iloc[::-1]}
    for one, other in zip(analysed(model), analysed(turned), strict=True):
        pd.testing.assert_frame_equal(one, other, rtol=1e-9)


def test_swapping_the_sides_swaps_every_sign_and_no_verdict():
    swapped = replace(CASE, numerator=("control",), denominator=("case",))
    one, other = (rows(analysed(mixed_model(), (c,)), "liver") for c in (CASE, swapped))
    np.testing.assert_allclose(one["estimate"], -other["estimate"])
    np.testing.assert_allclose(one["adjustedPadj"], other["adjustedPadj"])
    assert list(one["remains"]) == list(other["remains"])


def test_adjusted_pvalues_are_those_of_all_rows_of_a_contrast():
    tests = analysed(mixed_model()).tests
    order = tests["pvalue"].to_numpy().argsort()[::-1]
    count = len(tests)
    stepped = tests["pvalue"].to_numpy()[order] * count / np.arange(count, 0, -1)
    expected = np.minimum(1, np.minimum.accumulate(stepped))
    np.testing.assert_allclose(tests["padj"].to_numpy()[order], expected)
    assert tests["adjustedPvalue"].notna().sum() == count - 5  # all but the proxies


def few(size):
    """Three samples, or as many as are asked for, of a larger study."""
    model = mixed_model()
    keep = [*range(size - 1), len(model.obs) - 1]
    model.obs, model.obs_names = model.obs.iloc[keep], model.obs_names[keep]
    model.layers = {"vst": model.layers["vst"][keep]}
    model.obsm = {"design_matrix": model.obsm["design_matrix"].iloc[keep]}
    return model


@pytest.mark.parametrize("method", ["ssgsea", "gsva", "mean_z"])
def test_three_samples_are_tested_alone_and_told_why_not_more(method):
    tests = analysed(few(3), method=method).tests
    assert tests["adjustedPvalue"].isna().all()
    untested = tests[tests["pvalue"].isna()]
    assert list(untested["set"]) == [FOR_T_CELLS]  # its covariate takes the last degree of freedom
    assert untested["note"].str.startswith("not tested").all()
    own = tests[tests["collection"] == "own"]
    assert own["note"].str.contains("0 residual degrees of freedom would be left").all()


def test_eight_samples_are_too_few_for_four_proxies_and_nine_are_enough(monkeypatch):
    monkeypatch.setattr(differences, "FARTHEST", np.inf)  # with one case any proxy may lie apart
    eight, nine = (analysed(few(size)).tests for size in (8, 9))
    proxies = eight["adjustedFor"].dropna().str.split(";").str.len()
    assert set(proxies) == {3}  # sets that one proxy is left out for
    assert nine["adjustedPvalue"].notna().sum() > 50


def test_a_proxy_that_all_but_separates_the_sides_is_not_held_equal():
    liver = rows(analysed(mixed_model(shift=(0, 4, 0))))
    assert not liver["adjustedFor"].str.contains("stroma").any()
    assert liver["note"].str.contains(r"not adjusted for stroma: the sides differ by \d").all()
    assert liver["adjustedFor"].str.contains("hepatocytes").all()


def test_a_slope_is_tested_per_unit():
    model = mixed_model()
    model.uns = {"formula": "~ dose", "main_factor": ""}
    design = pd.DataFrame({"Intercept": 1.0, "dose": model.obs["dose"]}, model.obs.index)
    model.obsm = {"design_matrix": design}
    slope = Contrast("dose", RULE, coefficients={"dose": 10.0})
    tables = analysed(model, (slope,))
    row = rows(tables).loc["OWN_EFFECT"]
    expected = np.polyfit(model.obs["dose"], tables.scores["OWN_EFFECT"], 1)[0] * 10
    assert row["estimate"] == pytest.approx(expected)
    assert row["denominator"] is None and pd.isna(row["n_numerator"])
    assert tables.samples["group"].isna().all()


def test_mouse_genes_have_scores_and_no_proxies():
    model = mixed_model()
    names = model.var["gene_name"].str.capitalize()
    model.var = model.var.assign(gene_name=names).set_axis(list(names))
    model.var_names = model.var.index
    mouse = GeneSets("own.gmt", tuple(
        replace(one, genes=tuple(g.capitalize() for g in one.genes)) for one in own_sets().sets
    ))  # fmt: skip
    settings = SignatureSettings({}, "ssgsea", 5)
    tables = analyse_signatures(model, {"own": mouse}, MARKED, (CASE,), settings, 0.05)
    assert list(tables.tests["set"]) == ["OF_STROMA", "OWN_EFFECT", "OF_NOTHING"]
    assert tables.tests["note"].str.contains("no proxy is left").all()
    assert tables.tests["note"].str.contains("its genes are human").all()
    assert tables.samples[["purity", "immune", "phase", "exhaustion"]].isna().all(axis=None)


def test_a_proxy_that_follows_the_groups_exactly_is_a_reason():
    model = mixed_model(4)
    tall = model.obs["group"].eq("case").to_numpy()
    liver = dict.fromkeys(SHIPPED.members(model.var_names)["HEPATOCYTE_IDENTITY"])
    columns = model.var_names.isin(list(liver))
    level = model.layers["vst"][0].copy()
    model.layers["vst"] = np.tile(level, (len(tall), 1))
    model.layers["vst"][:, columns] += 3.0 * tall[:, None]
    tests = analysed(model).tests
    assert tests["note"].str.contains("not adjusted for hepatocytes: the sides differ").any()


def test_no_set_with_a_score_gives_tables_without_rows():
    none = GeneSets("own.gmt", (GeneSet("ABSENT", "none", ("ALB", "NOT2")),))
    settings = SignatureSettings({}, "ssgsea", 5)
    tables = analyse_signatures(mixed_model(), {"own": none}, MARKED, (CASE,), settings, 0.05)
    assert list(tables.scores.columns) == ["sample_id"] and len(tables.scores) == 28
    assert set(tables.tests["collection"]) == {"composition", "derived"}


def test_tables_are_written_and_read_again(tmp_path):
    for name, table in analysed(mixed_model())._asdict().items():
        write_table(table, tmp_path / "t.tsv", f"signature_{name}")
        again = read_table(tmp_path / "t.tsv", f"signature_{name}")
        assert list(again.columns) == list(table.columns) and len(again) == len(table)
