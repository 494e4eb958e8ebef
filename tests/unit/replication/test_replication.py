"""Calls looked up in other studies: planted agreement, chance, matching, absent things."""

import json

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest, false_discovery_control, norm, spearmanr

from recurseq.base.errors import InputError
from recurseq.base.tables import describe, read_table, write_table
from recurseq.design.calling import CallingRule
from recurseq.design.contrast import Contrast
from recurseq.replication.checks import replication_notes, replication_problems, table_findings
from recurseq.replication.match import match_genes
from recurseq.replication.read import read_genes
from recurseq.replication.replicate import replicate
from recurseq.replication.settings import other_studies
from recurseq.replication.summary import LEAST_FOUND, Direction, verdict
from recurseq.stats.intervals import binomial_interval

RULE = CallingRule(0.05, min_abs_lfc=1.0)
CONTRAST = Contrast("a_vs_b", RULE, "group", ("a",), ("b",))
GENES, CALLED = 1000, 100


def study_table(effect, seed, error=0.3, gene_ids=None):
    """Table ``contrast_genes`` of a study that measured true effects with an error."""
    rng = np.random.default_rng(seed)
    estimate = effect + error * rng.standard_normal(len(effect))
    pvalue = 2 * norm.sf(np.abs(estimate / error))
    padj = false_discovery_control(pvalue)
    ids = gene_ids or [f"ENSG{i:011d}.{1 + i % 7}" for i in range(len(effect))]
    table = pd.DataFrame(dict.fromkeys(describe("contrast_genes").names), range(len(effect)))
    table = table.assign(
        gene_id=ids,
        gene_name=[f"G{i}" for i in range(len(effect))],
        baseMean=np.random.default_rng(0).lognormal(5, 1.5, len(effect)),
        log2FoldChange=estimate,
        lfcSE=error,
        stat=estimate / error,
        pvalue=pvalue,
        padj=padj,
        status="tested",
    )
    return table.assign(significant=RULE.mask(table), direction=RULE.direction(table))


@pytest.fixture(scope="module")
def truth():
    effect = np.zeros(GENES)
    effect[:CALLED] = np.where(np.arange(CALLED) % 2, 2.0, -2.0)
    return effect


@pytest.fixture(scope="module")
def here(truth):
    return study_table(truth, 1)


def as_results(folder, genes, name="a_vs_b", sizes=(), demo=False, sides=("a", "b")):
    """Write a result folder with one contrast."""
    write_table(genes, _made(folder / "contrasts" / name / "genes.tsv"), "contrast_genes")
    summary = pd.DataFrame(
        [{"contrast": name, "numerator": sides[0], "denominator": sides[1],
          "n_numerator": 7, "n_denominator": 5}]
    )  # fmt: skip
    summary.to_csv(folder / "contrasts" / "summary.tsv", sep="\t", index=False)
    sizes = pd.DataFrame(list(sizes), columns=["sample_id", "library_size"])
    sizes.to_csv(_made(folder / "qc" / "library_sizes.tsv"), sep="\t", index=False)
    config = {"demo": {"truth": "t"}} if demo else {"study": {}}
    (folder / "provenance.json").write_text(json.dumps({"config": config}))
    return folder


def _made(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def looked_up(here, entries, own_sizes=None, panel=(), contrast=CONTRAST):
    for entry in entries.values():
        entry.setdefault("sign", "same")
    studies = other_studies({"studies": entries}, [contrast.name])
    found = replicate(
        studies, {contrast.name: contrast}, {contrast.name: here}, own_sizes or {}, panel
    )
    for name, table in found.genes.items():  # every table can be written and read again
        assert list(table) == describe("replication_genes").names, name
    return found


def test_planted_effects_replicate(tmp_path, here, truth):
    there = study_table(truth, 2)
    folder = as_results(tmp_path / "other", there)
    found = looked_up(here, {"other": {"results": str(folder)}})
    row = found.summary.iloc[0]
    assert row["called"] == row["found"] == row["looked_up"] == here["significant"].sum()
    assert row["verdict"] == "replicates"
    called = here["significant"].to_numpy()
    agree = np.sign(here["log2FoldChange"]) == np.sign(there["log2FoldChange"])
    assert row["same_direction"] == (agree & called).sum() >= CALLED
    assert row["replicated"] >= CALLED
    assert row["size_ratio"] == pytest.approx(1, abs=0.1)
    expected = spearmanr(here["log2FoldChange"], there["log2FoldChange"]).statistic
    assert row["spearman"] == pytest.approx(expected)
    assert (row["numerator_there"], row["n_numerator_there"]) == ("a", 7)
    assert 0.4 < row["background_share"] < 0.6  # nothing else changes


def test_numbers_of_a_gene_are_those_of_the_definition(tmp_path, here, truth):
    there = study_table(truth * 0.3, 3)
    there.loc[::5, ["pvalue", "padj"]] = np.nan
    folder = as_results(tmp_path / "other", there)
    calls = looked_up(here, {"other": {"results": str(folder)}}).genes["other"]
    other = there.set_index("gene_id").loc[calls["gene_idThere"]].reset_index()
    same = np.sign(other["log2FoldChange"]) == np.sign(calls["log2FoldChange"])
    one_sided = np.where(same, other["pvalue"] / 2, 1 - other["pvalue"] / 2)
    known = other["pvalue"].notna().to_numpy()
    np.testing.assert_allclose(calls["replicationPvalue"][known], one_sided[known])
    adjusted = false_discovery_control(one_sided[known])
    np.testing.assert_allclose(calls["replicationPadj"][known], adjusted)
    np.testing.assert_array_equal(
        calls["replicated"][known].astype(bool), (adjusted < 0.05) & same[known]
    )
    assert calls["replicated"][~known].isna().all()
    assert (calls["status"] == "no_pvalue").sum() == (~known).sum() > 0
    assert calls["same_direction"].notna().all()


def test_unrelated_studies_are_like_chance(tmp_path, here):
    verdicts, replicated, nominal = [], 0, []
    for seed in range(20):
        folder = as_results(tmp_path / str(seed), study_table(np.zeros(GENES), 100 + seed))
        row = looked_up(here, {"other": {"results": str(folder)}}).summary.iloc[0]
        verdicts.append(row["verdict"])
        replicated += row["replicated"] > 0
        nominal.append(row["nominal"] / row["nominal_by_chance"])
    assert verdicts.count("like_chance") >= 18
    assert "replicates" not in verdicts
    assert replicated <= 4  # of 20, at a level of 0.05
    assert np.mean(nominal) == pytest.approx(1, abs=0.25)


def test_a_shift_of_all_genes_is_background_and_no_replication(tmp_path, truth):
    """Purity that differs alike in both studies moves genes that are not called, too."""
    shift = 0.8 * np.random.default_rng(5).standard_normal(GENES)
    here = study_table(shift, 6)
    folder = as_results(tmp_path / "other", study_table(shift * 0.2, 7))
    row = looked_up(here, {"other": {"results": str(folder)}}).summary.iloc[0]
    assert row["background_share"] > 0.55


def test_reversed_sides_are_told_and_turned_by_sign(tmp_path, here, truth):
    folder = as_results(tmp_path / "other", study_table(-truth, 2), sides=("b", "a"))
    row = looked_up(here, {"other": {"results": str(folder)}}).summary.iloc[0]
    assert row["verdict"] == "reversed"
    assert "are they the same groups?" in row["caution"]
    turned = looked_up(here, {"other": {"results": str(folder), "sign": "opposite"}}).summary.iloc[
        0
    ]
    assert turned["verdict"] == "replicates"
    assert (turned["numerator_there"], turned["n_numerator_there"]) == ("a", 5)
    assert turned["caution"] is None


def test_scaling_or_shuffling_genes_changes_nothing(tmp_path, here, truth):
    there = study_table(truth, 2)
    one = as_results(tmp_path / "one", there)
    other = as_results(tmp_path / "two", there.sample(frac=1, random_state=3))
    found = looked_up(here, {"one": {"results": str(one)}, "two": {"results": str(other)}})
    pd.testing.assert_frame_equal(found.genes["one"], found.genes["two"])


def test_the_same_sequencing_replicates_nothing(tmp_path, here, truth):
    sizes = [("X1", 1234567), ("X2", 7654321)]
    folder = as_results(tmp_path / "other", study_table(truth, 2), sizes=sizes)
    entry = {"other": {"results": str(folder)}}
    found = looked_up(here, entry, {"S1": 1234567, "S2": 99}, panel=[here["gene_id"][0]])
    row = found.summary.iloc[0]
    assert (row["verdict"], row["shared_samples"], row["shared_names"]) == ("not_independent", 1, 0)
    assert "'S1'" in row["caution"]
    assert (found.meta["method"] == "alone").all()  # it is no further study
    named = looked_up(here, entry, {"X1": 1, "S2": 99}).summary.iloc[0]
    assert (named["verdict"], named["shared_names"]) == ("replicates", 1)
    assert "same patients?" in named["caution"]


def test_matching_by_identifier_then_by_symbol_and_never_by_chance():
    own = pd.DataFrame(
        {
            "gene_id": [
                "ENSG00000000001.4",
                "ENSG00000000002.1",
                "ENSG00000000003.1",
                "E4",
                "E5",
                "E6",
            ],
            "gene_name": ["A", "B", "C", "TWICE", "TWICE", "F"],
        }
    )
    other = pd.DataFrame(
        {
            "gene_id": ["ENSG00000000001.11", "9", "10", "11", "12", "13"],
            "gene_name": ["A", "B", "C", "C", "TWICE", ""],
        }
    )
    found = match_genes(own, other)
    assert list(found["matched_by"]) == [
        "identifier", "symbol", "ambiguous", "ambiguous", "ambiguous", "absent",
    ]  # fmt: skip
    assert list(found["place"].fillna(-1)) == [0, 1, -1, -1, -1, -1]


def test_a_table_of_another_tool(tmp_path, here, truth):
    """As R writes it: no title above row names, a symbol column, a comma between cells."""
    there = study_table(truth, 2, gene_ids=[f"g{i}" for i in range(GENES)])
    frame = there[["log2FoldChange", "lfcSE", "pvalue", "padj"]].copy()
    frame.index = there["gene_name"].to_numpy()
    frame.iloc[3] = np.nan
    frame.to_csv(tmp_path / "r.csv", na_rep="NA")
    row = looked_up(here, {"r": {"table": str(tmp_path / "r.csv"), "contrast": "a_vs_b"}})
    one = row.summary.iloc[0]
    assert one["verdict"] == "replicates"
    assert one["matched_by_symbol"] == GENES
    assert one["matched_by_identifier"] == 0
    assert row.genes["r"].set_index("gene_name").loc["G3", "status"] == "no_estimate"
    frame.to_excel(tmp_path / "r.xlsx")
    excel = looked_up(here, {"r": {"table": str(tmp_path / "r.xlsx"), "contrast": "a_vs_b"}})
    assert excel.summary["replicated"][0] == one["replicated"]


def test_a_table_without_errors_gives_directions_and_no_summary(tmp_path, here, truth):
    there = study_table(truth, 2)[["gene_id", "log2FoldChange"]]
    there.to_csv(tmp_path / "t.tsv", sep="\t", index=False)
    found = looked_up(here, {"t": {"table": str(tmp_path / "t.tsv"), "contrast": "a_vs_b"}})
    row = found.summary.iloc[0]
    assert (row["looked_up"], row["replicated"], row["verdict"]) == (0, 0, "direction_only")
    assert row["same_direction"] >= CALLED
    assert (found.meta["method"] == "alone").all()


def test_summary_over_studies_follows_the_number_of_studies(tmp_path, here, truth):
    entries = {
        name: {"results": str(as_results(tmp_path / name, study_table(truth, seed)))}
        for name, seed in {"x": 2, "y": 3}.items()
    }
    panel = [here["gene_id"][GENES - 1]]
    meta = looked_up(here, entries, panel=panel).meta
    assert list(meta["studies"].unique()) == [3]
    first = meta.iloc[0]
    assert (first["gene_id"], first["panel"], first["called"]) == (panel[0], True, False)
    assert meta["method"].eq("random").all()
    values = meta[["log2FoldChange_this", "log2FoldChange_x", "log2FoldChange_y"]]
    # With equal errors any weights are equal, whatever tau2 is.
    np.testing.assert_allclose(meta["log2FoldChange"], values.mean(axis=1))
    np.testing.assert_allclose(meta["lfcSE"], values.std(axis=1, ddof=1) / np.sqrt(3))
    write_table(meta, tmp_path / "meta.tsv", "replication_meta")
    again = read_table(tmp_path / "meta.tsv", "replication_meta")
    np.testing.assert_allclose(again["tau2"], meta["tau2"], rtol=1e-9)
    rest = meta[~meta["panel"]]  # the panel is adjusted by itself
    assert first["padj"] == first["pvalue"]
    np.testing.assert_allclose(rest["padj"], false_discovery_control(rest["pvalue"]))
    two = looked_up(here, {"x": entries["x"]}, panel=panel).meta
    assert two["method"].eq("fixed").all()
    assert two["tau2"].isna().all()
    assert two["note"].str.contains("heterogeneity between two cannot be estimated").all()


@pytest.mark.parametrize(
    ("found", "same", "background", "called", "replicated", "expected"),
    [
        (100, 90, 0.5, 120, 30, "replicates"),
        (100, 90, 0.5, 120, 0, "direction_only"),
        (100, 90, 0.88, 120, 30, "like_chance"),
        (100, 55, 0.5, 120, 2, "like_chance"),
        (100, 20, 0.5, 120, 0, "reversed"),
        (LEAST_FOUND - 1, LEAST_FOUND - 1, 0.5, 20, 5, "too_few"),
        (LEAST_FOUND, LEAST_FOUND, np.nan, 20, 5, "replicates"),
        (0, 0, 0.5, 20, 0, "not_found"),
        (0, 0, np.nan, 0, 0, "no_calls"),
    ],
)
def test_verdicts(found, same, background, called, replicated, expected):
    direction = Direction(found, same, background)
    assert verdict(direction, called=called, replicated=replicated) == expected


def test_binomial_interval_is_that_of_clopper_and_pearson():
    for same, found in ((0, 7), (7, 7), (3, 11), (115, 224)):
        expected = binomtest(same, found).proportion_ci(0.95, "exact")
        np.testing.assert_allclose(binomial_interval(same, found), expected)
    assert np.isnan(binomial_interval(0, 0)).all()


def test_absent_things_have_a_reason(tmp_path, here, truth):
    other_name = as_results(tmp_path / "none", study_table(truth, 2), name="quite_another")
    mouse = as_results(
        tmp_path / "mouse",
        study_table(truth, 2, gene_ids=[f"ENSMUSG{i:011d}" for i in range(GENES)]),
    )
    strange = as_results(
        tmp_path / "strange",
        study_table(truth, 2, gene_ids=[f"x{i}" for i in range(GENES)]).assign(gene_name=""),
    )
    entries = {n: {"results": str(f)} for n, f in
               {"none": other_name, "mouse": mouse, "strange": strange}.items()}  # fmt: skip
    found = looked_up(here, entries)
    verdicts = dict(zip(found.summary["study"], found.summary["verdict"], strict=True))
    assert verdicts == {"none": "no_contrast", "mouse": "other_species", "strange": "not_found"}
    assert set(found.genes["strange"]["status"]) == {"absent"}
    assert found.genes["none"].empty
    nothing = looked_up(here.assign(significant=False), {"none": {"results": str(strange)}})
    assert nothing.summary["verdict"][0] == "no_calls"
    write_table(found.summary, tmp_path / "summary.tsv", "replication_summary")


def test_slopes_are_told_to_have_a_unit(tmp_path, here, truth):
    slope = Contrast("a_vs_b", RULE, coefficients={"age": 10.0})
    folder = as_results(tmp_path / "other", study_table(truth, 2), sides=("+10 × age", ""))
    row = looked_up(here, {"other": {"results": str(folder)}}, contrast=slope).summary.iloc[0]
    assert "per unit of a column" in row["caution"]
    assert "same groups" not in row["caution"]
    assert row["verdict"] == "replicates"


def problems_of(entry, name="other", contrasts=("a_vs_b",)):
    entry = {"sign": "same", **entry}
    return replication_problems(other_studies({"studies": {name: entry}}, contrasts), contrasts)


def test_problems_are_found_before_anything_runs(tmp_path, here, monkeypatch):
    folder = as_results(tmp_path / "other", here)
    (missing,) = problems_of({"results": str(tmp_path / "nothing")})
    assert "no folder" in missing.found
    (tmp_path / "empty").mkdir()
    (empty,) = problems_of({"results": str(tmp_path / "empty")})
    assert "genes.tsv" in empty.found
    (typed,) = problems_of({"results": str(folder), "contrasts": {"a_vs_b": "a_vs_c"}})
    assert "did you mean 'a_vs_b'?" in typed.fix
    (own,) = problems_of({"results": str(folder), "contrasts": {"a_vs_x": "a_vs_b"}})
    assert "no contrast of the study" in own.found
    (name,) = problems_of({"results": str(folder)}, "summary")
    assert "another name" in name.allowed
    (table,) = problems_of({"table": str(tmp_path / "no.tsv"), "contrast": "a_vs_b"})
    assert "no.tsv" in table.where
    monkeypatch.chdir(tmp_path)
    (tmp_path / "other").rename(tmp_path / "results")
    (itself,) = problems_of({"results": "../" + tmp_path.name + "/results"})
    assert "of this study" in itself.found
    assert problems_of({"results": str(folder)}) != []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("gene,logFC,PValue\nA,1,0.1\n", "name logFC as log2FoldChange"),
        ("log2FoldChange,lfcSE\n1,0.1\n2,0.3\n", "no column with identifiers"),
        ("gene_id,log2FoldChange,pvalue\nA,1,0.1\nB,high,0.2\n", "'high' in row 3"),
        ("gene_id,log2FoldChange,pvalue\nA,1,0.1\nB,2,1.2\n", "from 0 to 1"),
        ("", "empty"),
    ],
)
def test_tables_that_cannot_be_read(tmp_path, text, words):
    path = tmp_path / "t.csv"
    path.write_text(text)
    with pytest.raises(InputError, match=words):
        read_genes(path)


def test_notes_tell_simulated_data_and_samples_of_the_same_name(tmp_path, here, truth):
    one = as_results(tmp_path / "one", here, sizes=[("S1", 5)], demo=True)
    two = as_results(tmp_path / "two", here, name="c", sizes=[("S1", 6)])
    entries = {n: {"results": str(f), "sign": "same"} for n, f in {"one": one, "two": two}.items()}
    studies = other_studies({"studies": entries}, ["a_vs_b"])
    assert replication_problems(studies, ["a_vs_b"]) == []
    notes = replication_notes(studies, {"a_vs_b": CONTRAST}, ["S1", "S2"])
    said = "\n".join(notes)
    assert "one: its data are simulated" in said
    assert "two has none of the contrasts a_vs_b" in said
    assert said.count("replicate nothing") == 2
    assert "takes them for independent" in said
    genes = pd.DataFrame({"gene_id": [f"ENSMUSG{i:011d}" for i in range(50)], "gene_name": ""})
    problems, notes = table_findings(studies, genes)
    assert problems == []
    assert "human genes" in notes[0]
    assert "mouse genes" in notes[0]
