"""The cohort of hyper-progressive recurrence: what is planted, and the patients it came from."""

import shutil

import numpy as np
import pandas as pd
import pytest
import yaml

from recurseq.base.errors import InputError
from recurseq.base.tables import study_tables
from recurseq.clinical.hazard_ratio import hazard_ratio
from recurseq.cohort.genes.annotation import load_annotation
from recurseq.demo.check import in_a_subset, true_difference
from recurseq.demo.cohort import HPR
from recurseq.demo.patients_hpr import DOUBLE_HIGH, PAIR, double_high, simulate_hpr
from recurseq.demo.simulate import Simulation, simulate
from recurseq.preflight.check import checked_study
from recurseq.study import load_study
from support.paths import REPOSITORY

EXAMPLE = REPOSITORY / "examples" / "hpr_genes"


@pytest.fixture(scope="module")
def config() -> dict:
    return yaml.safe_load((EXAMPLE / "config.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def sheet() -> pd.DataFrame:
    return pd.read_csv(EXAMPLE / "samples.tsv", sep="\t", dtype=str)


@pytest.fixture(scope="module")
def annotation() -> pd.DataFrame:
    return load_annotation("builtin")


@pytest.fixture(scope="module")
def made(sheet, config, annotation) -> Simulation:
    return simulate(sheet, config["seed"], annotation, HPR)


@pytest.fixture(scope="module")
def named(made) -> pd.DataFrame:
    return made.counts.set_axis(made.genes["gene_name"])


def months(table: pd.DataFrame, start: str, end: str) -> pd.Series:
    return (pd.to_datetime(table[end]) - pd.to_datetime(table[start])).dt.days / 30.4375


def test_the_sheet_has_a_third_with_hpr_spread_over_the_batches(sheet):
    assert sheet["group"].value_counts().to_dict() == {"other": 60, "hpr": 30}
    assert pd.crosstab(sheet["group"], sheet["batch"]).nunique(axis=1).tolist() == [1, 1]
    assert sheet["patient_id"].is_unique and sheet["sample_id"].is_unique


def test_about_five_thousand_genes_change_most_of_them_little(made):
    difference = true_difference(made.genes, ["hpr"], ["other"])
    changed = difference[difference != 0]
    assert len(changed) == pytest.approx(5000, abs=150)
    assert changed.abs().median() < 1 and abs((changed > 0).mean() - 0.5) < 0.05


def test_programmes_change_as_the_paper_words_it(made):
    difference = true_difference(made.genes, ["hpr"], ["other"]).set_axis(made.genes["gene_name"])
    programme = made.genes["programme"].to_numpy()
    for name in ("proliferation", "exhaustion"):
        assert (difference[programme == name] > 0.3).all(), name
    hepatocyte = difference[programme == "hepatocyte"]
    assert (hepatocyte <= 0).all() and hepatocyte.mean() < -0.3
    # Beyond the amount of T cells, which is the same.
    assert (difference[["CD8A", "PRF1", "IFNG"]] == 0).all()
    assert difference[list(PAIR)].tolist() == pytest.approx([2.0, 2.2])
    # Shares of subsets are told under the names of the groups.
    assert {"subset_other", "subset_hpr"} <= set(made.genes) and in_a_subset(made.genes).any()


def test_mycn_and_hmga2_share_a_factor_within_each_group(annotation):
    count = 4000
    samples = pd.DataFrame({"group": np.repeat(HPR.tumours, count), "batch": "B1", "sex": "male"})
    samples["sample_id"] = [f"S{i}" for i in range(2 * count)]
    two = annotation[annotation["gene_name"].isin(PAIR)]
    counts = simulate(samples, 5, two, HPR).counts.T
    for part in (counts[:count], counts[count:]):
        assert part.corr(method="spearman").iloc[0, 1] == pytest.approx(0.63, abs=0.04)


def test_both_high_is_a_rule_of_the_counts_alone():
    low, high = [10] * 6, [10, 10, 10, 10, 20, 20]
    counts = pd.DataFrame([high, [*low[:3], 20, 10, 20]], index=list(PAIR))
    rest = pd.DataFrame([1000 - counts.sum()], index=["others"])
    assert double_high(pd.concat([counts, rest])).tolist() == [False] * 5 + [True]


def test_patients_have_the_outcome_they_were_chosen_by(sheet, named):
    table = simulate_hpr(1, sheet, named).clinical.set_index("patient_id")
    assert len(table) == 96 and table.index.is_unique
    for row in sheet.itertuples():
        assert pd.notna(table.loc[row.patient_id, "hpr_date"]) == (row.group == "hpr")
    case = table[table["hpr_date"].notna()]
    assert months(case, "surgery_date", "hpr_date").between(1, 6).all()
    assert (case["ecog_at_hpr"].notna()).all() and case["recurrence_date"].isna().all()
    others = table.loc[sheet.loc[sheet["group"] == "other", "patient_id"]]
    assert (months(others, "surgery_date", "last_visit") > 6).all()


@pytest.mark.parametrize("seed", range(4))
def test_dates_are_in_order_and_in_the_past(sheet, named, seed):
    table = simulate_hpr(seed, sheet, named).clinical
    for before, after in (
        ("surgery_date", "hpr_date"),
        ("hpr_date", "death_date"),
        ("surgery_date", "recurrence_date"),
        ("recurrence_date", "death_date"),
    ):
        both = table.dropna(subset=[before, after])
        assert (both[before] < both[after]).all()
    dead = table.dropna(subset=["death_date"])
    assert (dead["death_date"] == dead["last_visit"]).all()
    assert table["last_visit"].max() < "2024"


def test_the_hazard_after_hpr_is_the_planted_one(sheet, named):
    """Many draws together, for 30 patients are few."""
    parts = []
    for seed in range(60):
        made = simulate_hpr(seed, sheet, named)
        table = made.clinical.dropna(subset=["hpr_date"]).merge(made.hidden, on="patient_id")
        table = table[table["ecog_at_hpr"] < 2]
        time = months(table, "hpr_date", "last_visit")
        parts.append(pd.DataFrame({"time": time, "event": table["death_date"].notna(),
                                   "both": table["true_double_high"]}))  # fmt: skip
    pooled = pd.concat(parts)
    found = hazard_ratio(
        pooled["time"].to_numpy(), pooled["event"].to_numpy(), pooled["both"].to_numpy(dtype=float)
    )
    assert found.lower < DOUBLE_HIGH < found.upper
    assert found.upper / found.lower < 1.6


def test_no_claim_of_the_example_has_a_number(config):
    """Directions are the paper's words; its fold changes are not public."""
    assert len(config["claims"]) == 8
    for claim in config["claims"]:
        assert "log2FoldChange" not in claim
        assert "PMID 40643201" in claim["source"] and "planted here" in claim["source"]


@pytest.mark.parametrize(
    ("changes", "halves"),
    [({}, False), ({"halves": True}, True), ({"halves": True, "truth": None}, False)],
)
def test_halves_are_a_part_of_a_study_of_simulated_counts_that_asks_for_them(
    config, changes, halves
):
    demo = {k: v for k, v in {**config["demo"], **changes}.items() if v is not None}
    study = load_study({**config, "demo": demo})
    tables = {file.table.name for file in study_tables(study.parts, study.wildcards)}
    assert ("demo_halves" in tables) == halves
    assert study.simulated_cohort == ("hpr" if "truth" in demo else None)


def test_patients_with_hpr_need_its_counts(config, monkeypatch, tmp_path):
    """Their classes come from the counts, and the sheet of the demo has no HPR."""
    shutil.copytree(EXAMPLE, tmp_path / "study", ignore=lambda *_: {"results", "demo"})
    monkeypatch.chdir(tmp_path / "study")
    assert checked_study(config)[0].simulated_cohort == "hpr"
    demo = {**config["demo"], "cohort": "recurrence"}
    with pytest.raises(InputError, match=r"demo\.clinical\.cohort.*hpr without its counts"):
        checked_study({**config, "demo": demo})
