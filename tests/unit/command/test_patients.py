"""`recurseq init` and `check` on clinical tables, alone and beside counts."""

import pandas as pd

from support.clinical_study import make_patients, simulate
from support.command_study import config_of, init, recurseq, sheet_of, write_study

THREE = {"normal": 3, "early": 4, "none": 4}


def proposed(folder, table, *arguments):
    folder.mkdir(exist_ok=True)
    table.to_csv(folder / "clinical.tsv", sep="\t", index=False)
    ended = recurseq("init", folder, "--clinical", folder / "clinical.tsv", "--yes", *arguments)
    return ended, config_of(folder) if ended.exit_code == 0 else None


def test_a_clinical_table_is_recognised_and_its_configuration_passes_the_check(tmp_path):
    ended, config = proposed(tmp_path / "study", simulate()[0])
    assert ended.exit_code == 0, ended.output
    assert set(config) == {"study", "clinical", "endpoints", "survival", "seed"}
    clinical = config["clinical"]
    assert clinical["id"] == "patient_id" and clinical["dates"] == "iso"
    assert clinical["columns"]["sex"] == {"levels": ["female", "male"]}
    assert "number" in clinical["columns"]["age_years"]
    ends = list(config["endpoints"].values())
    assert {"time": "os_months", "event": "os_event"} in ends
    assert any(one.get("start") == "surgery_date" for one in ends)
    checked = recurseq("check", tmp_path / "study")
    assert checked.exit_code == 0, checked.output
    assert "80 patients" in checked.output


def test_dates_with_the_day_first_are_said_and_ambiguous_ones_are_not_guessed(tmp_path):
    table = simulate()[0]
    for name in ("surgery_date", "recurrence_date", "death_date", "last_visit"):
        table[name] = ["/".join(reversed(t.split("-"))) if t else "" for t in table[name]]
    ended, config = proposed(tmp_path / "study", table)
    if ended.exit_code == 0:
        assert config["clinical"]["dates"] == "dmy"
        assert recurseq("check", tmp_path / "study").exit_code == 0
    else:
        assert "dates" in ended.output


def test_odd_names_and_cells_go_into_no_configuration_unchecked(tmp_path):
    table = simulate()[0].assign(**{"a: b #c": "x", "=1+1": ["u", "v"] * 40})
    ended, config = proposed(tmp_path / "study", table)
    assert ended.exit_code == 0, ended.output
    assert recurseq("check", tmp_path / "study").exit_code == 0
    assert config["study"]["title"] == "study"


def test_counts_and_patients_meet(tmp_path):
    patients = [f"P{number}" for number in range(11)]
    folder = write_study(tmp_path / "both", sheet_of(THREE, patient_id=patients))
    clinical = pd.DataFrame(
        {
            "patient_id": [f"P{number}" for number in range(3, 11)],
            "os_months": [3, 5, 8, 13, 21, 34, 12, 9],
            "os_event": [1, 0, 1, 1, 0, 0, 1, 1],
            "sex": ["male", "female"] * 4,
        }
    )
    clinical.to_csv(folder / "clinical.tsv", sep="\t", index=False)
    ended = init(folder, "--clinical", folder / "clinical.tsv", "--yes")
    assert ended.exit_code == 0, ended.output
    assert config_of(folder)["clinical"]["links"] == {"patient": "patient_id"}
    checked = recurseq("check", folder)
    assert checked.exit_code == 0, checked.output
    assert "8 of 11 samples belong to a patient" in " ".join(checked.output.split())


def test_check_tells_patients_events_and_missing_values_of_each_endpoint(tmp_path):
    study = make_patients(tmp_path)
    ended = recurseq("check", study.path)
    assert ended.exit_code == 0, ended.output
    table = pd.read_csv(study.path / "clinical.tsv", sep="\t", keep_default_na=False)
    kept = table[table["r0"] == "yes"]
    line = next(one for one in ended.output.splitlines() if one.startswith("os "))
    assert str(len(kept)) in line and str(int(kept["os_event"].sum())) in line
    assert f"80 patients, {len(kept)} of them analysed" in ended.output


def test_a_study_without_counts_says_so_where_a_gene_is_asked_for(tmp_path):
    study = make_patients(tmp_path)
    study.set("measures.MYCN", {"gene": "MYCN"})
    ended = recurseq("check", study.path)
    assert ended.exit_code == 1 and "measures.MYCN" in ended.output and "counts" in ended.output
    assert recurseq("explain", study.path, "MYCN").exit_code == 1
