"""Pairs and sets in a small made-up model: verdicts, flags, reasons, classes."""

import numpy as np
import pandas as pd
import pytest

from recurseq.coexpression.named_sets import NamedSet, find_sets, sources_of
from recurseq.stats.contingency import fisher
from support.coexpression_study import model, planted, sizes, tables
from support.paths import REPOSITORY


def row(table, kind="within", pair=None):
    own = table[table["kind"] == kind]
    return (own if pair is None else own[own["pair"] == pair]).iloc[0]


def test_a_difference_between_groups_is_not_sold_as_correlation():
    genes, groups = planted(together=0, shift=3)
    found = tables(model(genes, groups), pairs=[["A", "B"]])["coexpression_pairs"]
    assert row(found, "overall")["rho"] > 0.6
    assert row(found, "overall")["padj"] < 1e-4
    assert row(found)["verdict"] == "between_groups_only"
    assert "because the groups differ" in row(found)["note"]


@pytest.mark.parametrize(("together", "verdict"), [(2, "together"), (0, "not_shown")])
def test_what_goes_together_within_groups_is_told(together, verdict):
    genes, groups = planted(together, shift=0)
    found = tables(model(genes, groups), pairs=[["A", "B"]])["coexpression_pairs"]
    assert row(found)["verdict"] == verdict
    assert found["verdict"].notna().sum() == 1


def test_genes_that_run_against_each_other():
    genes, groups = planted(together=2, shift=0)
    genes["B"] = 1e4 / genes["B"]
    found = tables(model(genes, groups), pairs=[["A", "B"]])["coexpression_pairs"]
    assert row(found)["verdict"] == "opposite"


def test_a_batch_that_makes_a_correlation_is_taken_off():
    rng = np.random.default_rng(4)
    groups, batch = sizes(10, 14, 14), np.tile(["B1", "B2"], 19)
    genes = {name: 100 * np.exp(3 * (batch == "B2") + rng.normal(size=38)) for name in "AB"}
    made = model(genes, groups, "~ batch + group", batch=batch)
    found = tables(made, pairs=[["A", "B"]])["coexpression_pairs"]
    assert row(found)["verdict"] == "together"
    assert row(found, "partial")["given"] == "batch"
    assert row(found, "partial")["pvalue"] > 0.05
    assert "not shown within groups, given batch" in row(found)["note"]


def purity_study(seed=6):
    """Hepatocyte genes that follow the purity of samples, and two genes that do so too."""
    rng = np.random.default_rng(seed)
    path = REPOSITORY / "config" / "gene_sets" / "liver_cancer.gmt"
    lines = (line.split("\t") for line in path.read_text().splitlines())
    hepatocytes = next(genes for name, _, *genes in lines if name == "HEPATOCYTE_IDENTITY")
    groups = sizes(10, 14, 14)
    purity = rng.normal(size=38)
    names = [*hepatocytes[:20], "MYCN", "HMGA2"]
    genes = {name: 500 * np.exp(purity + 0.4 * rng.normal(size=38)) for name in names}
    return model(genes, groups)


def test_purity_that_makes_a_correlation_is_taken_off():
    made = purity_study()
    found = tables(made, pairs=[["MYCN", "HMGA2"]], purity="hepatocytes")["coexpression_pairs"]
    assert row(found)["verdict"] == "together"
    assert row(found, "partial")["given"] == "purity proxy"
    assert abs(row(found, "partial")["rho"]) < row(found)["rho"] / 2
    assert "given purity proxy" in row(found)["note"]


def test_the_proxy_leaves_out_the_genes_of_the_pair():
    made = purity_study()
    name = made.var_names[0]
    one = tables(made, pairs=[[name, "MYCN"]], purity="hepatocytes")["coexpression_pairs"]
    made.var["kept"] = made.var_names != name  # then it is no gene of the proxy anyway
    other = tables(made, pairs=[[name, "MYCN"]], purity="hepatocytes")["coexpression_pairs"]
    assert row(one, "partial")["rho"] == pytest.approx(row(other, "partial")["rho"])


@pytest.mark.parametrize("names", [["GENE"] * 2, ["Alb", "Mycn"]])
def test_without_hepatocyte_genes_there_is_a_reason(names):
    genes, groups = planted(1, 0)
    extra = {f"{names[0]}{k}": genes["A"] for k in range(3)}
    made = model(genes | extra, groups)
    found = tables(made, pairs=[["A", "B"]], purity="hepatocytes")["coexpression_pairs"]
    assert row(found, "partial")["status"] == "no_purity_proxy"
    assert "hepatocyte genes" in row(found, "partial")["note"]
    assert row(found)["status"] == "tested"


def test_a_mouse_study_has_no_proxy_and_finds_the_pair_in_other_case():
    human = purity_study()
    human.var_names = [name.capitalize() for name in human.var_names]
    human.var["gene_name"] = human.var_names
    made = tables(human, pairs=[["MYCN", "HMGA2"]], purity="hepatocytes")["coexpression_pairs"]
    assert row(made)["gene_id_a"] == "Mycn"
    assert "MYCN is 'Mycn' in the counts" in row(made)["note"]
    assert row(made, "partial")["status"] == "no_purity_proxy"
    assert "human" in row(made, "partial")["note"]


def test_genes_that_are_not_there_and_genes_without_counts():
    genes, groups = planted(1, 0)
    made = model(genes | {"EMPTY": 0 * genes["A"], "FLAT": 0 * genes["A"] + 7}, groups)
    pairs = [["A", "NOWHERE"], ["A", "EMPTY"], ["A", "FLAT"]]
    found = tables(made, pairs=pairs)
    by_pair = found["coexpression_pairs"].query("kind == 'within'").set_index("pair")
    assert list(by_pair["status"]) == ["gene_absent", "not_expressed", "no_variation"]
    assert by_pair["note"].notna().all()
    assert by_pair["rho"].isna().all()
    classes = found["coexpression_samples"].groupby("pair", sort=False).first()
    assert list(classes["status"]) == ["gene_absent", "not_expressed", "tested"]
    assert classes["note"].notna()[:2].all()


def test_genes_that_most_samples_lack_are_flagged_and_still_told():
    genes, groups = planted(2, 0)
    genes["B"] = np.where(genes["B"] > np.quantile(genes["B"], 0.6), genes["B"], 0)
    found = tables(model(genes, groups), pairs=[["A", "B"]])
    inner = row(found["coexpression_pairs"])
    assert (inner["status"], inner["zeros_a"]) == ("zero_inflated", 0)
    assert inner["zeros_b"] == pytest.approx(23 / 38)
    assert "approximate" in inner["note"]
    assert inner["rho"] > 0
    classes = found["coexpression_classes"]
    assert set(classes["status"]) == {"cutoff_at_zero"}
    assert (classes["unclassed"] == classes["n"]).all()
    assert classes["pvalue"].isna().all()


@pytest.mark.parametrize(
    ("counts", "statuses"),
    [
        ((3, 3, 3), ["too_few_samples"] * 4),
        ((3, 6, 6), ["too_few_samples", "tested", "tested", "tested"]),
    ],
)
def test_few_samples_give_a_reason(counts, statuses):
    genes, groups = planted(1, 0, n=counts)
    found = tables(model(genes, groups), pairs=[["A", "B"]])["coexpression_pairs"]
    shown = found[found["kind"].isin(["group", "within"])]
    assert list(shown["status"]) == statuses
    assert row(found, "overall")["status"] == "tested"
    assert row(found)["n"] == sum(size for size in counts if size > 3) or counts == (3, 3, 3)


def test_a_design_with_as_many_columns_as_samples_gives_a_reason():
    genes, groups = planted(1, 0, n=(6, 6, 6))
    patient = np.tile([f"P{k}" for k in range(9)], 2)
    made = model(genes, groups, "~ patient + group", patient=patient)
    found = tables(made, pairs=[["A", "B"]])["coexpression_pairs"]
    assert row(found, "partial")["status"] == "tested"
    made.obs["patient"] = [f"P{k // 1}" for k in range(18)]
    found = tables(made, pairs=[["A", "B"]])["coexpression_pairs"]
    assert row(found, "partial")["status"] == "too_few_samples"


def test_a_study_without_groups_is_told_as_one():
    genes, groups = planted(2, 0)
    made = model(genes, groups, "~ age", "", age=np.arange(38.0))
    found = tables(made, contrast=None, pairs=[["A", "B"]])
    table = found["coexpression_pairs"]
    assert list(table["kind"]) == ["overall", "within", "partial"]
    assert row(table)["rho"] == row(table, "overall")["rho"]
    assert row(table, "partial")["given"] == "age"
    assert list(found["coexpression_classes"]["group"]) == ["all samples"]


def test_padj_is_over_the_pairs_of_each_kind():
    rng = np.random.default_rng(2)
    genes = {name: rng.lognormal(5, 1, 38) for name in "ABCDE"}
    made = model(genes, sizes(10, 14, 14))
    one_set = NamedSet("s", "s", "panel", tuple("ABCDE"))
    found = tables(made, sets=[one_set], pairs=[["B", "A"]])
    table = found["coexpression_pairs"]
    assert len(table[table["kind"] == "within"]) == 10  # the pair is not counted twice
    assert row(table, pair="B/A")["sets"] == "s"
    assert bool(row(table, pair="B/A")["named"])
    for kind, own in table.groupby("kind"):
        values = own["pvalue"].astype(float).sort_values()
        largest = own.loc[values.index[-1], "padj"]
        assert largest == pytest.approx(values.iloc[-1]), kind
    summary = row(found["coexpression_sets"])
    inner = table[table["kind"] == "within"]["rho"].astype(float)
    assert summary["median_rho"] == pytest.approx(inner.median())
    assert summary["share_positive"] == pytest.approx((inner > 0).mean())


@pytest.mark.parametrize(
    ("genes_of_set", "status", "pairs"),
    [
        (("A", "B", "X"), "tested", 1),
        (("A", "X"), "too_few_genes", 0),
        (("A",), "too_few_genes", 0),
    ],
)
def test_sets_of_few_genes(genes_of_set, status, pairs):
    genes, groups = planted(1, 0)
    one_set = NamedSet("s", "s", "panel", genes_of_set)
    found = tables(model(genes, groups), sets=[one_set])
    summary = row(found["coexpression_sets"])
    assert (summary["status"], summary["pairs"]) == (status, pairs)
    assert "coexpression_samples" not in found
    if "X" in genes_of_set:
        assert summary["missing"] == "X"
        assert "X" in summary["note"]


@pytest.mark.parametrize(("high", "quantile"), [("median", 0.5), ("tertile", 2 / 3), (0.8, 0.8)])
def test_classes_follow_the_rule(high, quantile):
    genes, groups = planted(1, 1)
    found = tables(model(genes, groups), pairs=[["A", "B"]], high=high)
    samples, classes = found["coexpression_samples"], found["coexpression_classes"]
    among = groups != "normal"
    is_high = {name: genes[name] > np.quantile(genes[name][among], quantile) for name in "AB"}
    both = is_high["A"] & is_high["B"]
    assert list(samples["class"] == "both_high") == list(both)
    assert list(samples["class"] == "only_a") == list(is_high["A"] & ~is_high["B"])
    counts = classes.set_index("group")[["both_high", "only_a", "only_b", "both_low"]]
    assert (counts.sum(axis=1) == classes.set_index("group")["n"]).all()
    crossed = pd.crosstab(both, groups).to_numpy()
    assert classes["pvalue"].iloc[0] == pytest.approx(fisher(crossed).pvalue)
    two = pd.crosstab(both[among], groups[among]).to_numpy()
    assert classes["contrastPvalue"].iloc[0] == pytest.approx(fisher(two).pvalue)
    assert "early v none" in classes["high"].iloc[0]


def test_shares_and_tests_are_as_in_r():
    reference = REPOSITORY / "tests" / "reference"
    values = pd.read_csv(reference / "coexpression.values.tsv", sep="\t")
    r = pd.read_csv(reference / "coexpression.tsv", sep="\t").set_index("name")["value"]
    made = model({"A": values["x"], "B": values["y"]}, values["group"])
    classes = tables(made, pairs=[["A", "B"]], high="tertile")["coexpression_classes"]
    assert classes["cutoff_a"].iloc[0] == pytest.approx(r["tertile.x"])
    assert classes["pvalue"].iloc[0] == pytest.approx(r["fisher.all"])
    assert classes["contrastPvalue"].iloc[0] == pytest.approx(r["fisher.contrast"])
    classes = tables(made, pairs=[["A", "B"]])["coexpression_classes"]
    assert classes["cutoff_b"].iloc[0] == pytest.approx(r["median.y"])


def test_relabelled_levels_and_permuted_samples_change_nothing():
    genes, groups = planted(1, 1)
    order = np.random.default_rng(0).permutation(len(groups))
    moved = {name: values[order] for name, values in genes.items()}
    one = tables(model(genes, groups), pairs=[["A", "B"]])
    other = tables(model(moved, groups[order]), pairs=[["A", "B"]])
    for name in ("coexpression_pairs", "coexpression_classes"):
        pd.testing.assert_frame_equal(one[name], other[name], check_exact=False)


def test_deeper_sequencing_of_all_samples_changes_no_rank():
    genes, groups = planted(1, 1)
    deeper = {"A": genes["A"] * 10, "B": genes["B"]}
    one, other = (tables(model(g, groups), pairs=[["A", "B"]]) for g in (genes, deeper))
    assert list(one["coexpression_pairs"]["rho"]) == list(other["coexpression_pairs"]["rho"])
    assert list(one["coexpression_samples"]["class"]) == list(
        other["coexpression_samples"]["class"]
    )


def test_of_several_genes_of_a_name_the_largest_is_taken():
    genes, groups = planted(1, 1)
    made = model(genes | {"A2": genes["A"] * 100}, groups)
    made.var["gene_name"] = ["A", "B", "A"]
    made.var_names = ["ENSA1", "ENSB", "ENSA2"]
    inner = row(tables(made, pairs=[["A", "B"]])["coexpression_pairs"])
    assert inner["gene_id_a"] == "ENSA2"
    assert "ENSA2 is taken" in inner["note"]


def test_two_names_of_one_gene():
    genes, groups = planted(1, 1)
    found = tables(model(genes, groups), pairs=[["A", "a"]])
    assert row(found["coexpression_pairs"])["status"] == "same_gene"


def test_sets_are_named_as_people_write_them():
    panel = pd.DataFrame(
        {"gene": ["MT1M", "MT1G", "ALB"], "set": ["metal", "metal", "liver cells"]}
    )
    sources = sources_of(panel, {})
    found = find_sets(["Metals", "LIVER_CELLS", "unknown"], sources)
    assert found["Metals"].genes == ("MT1M", "MT1G")
    assert found["LIVER_CELLS"].name == "liver cells"
    assert found["unknown"] is None
