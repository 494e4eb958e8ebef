"""Studies of patients, run by the real command: examples, privacy, the same result every time."""

import shutil
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from recurseq.base.tables import read_table
from support.clinical_study import make_patients
from support.paths import REPOSITORY
from support.small_study import StudyFolder

pytestmark = pytest.mark.workflow
# Tables whose rows are single patients, or whose times are; docs/outputs.md says so of each.
OF_SINGLE_PATIENTS = ("table", "outcomes", "patients", "curve", "residuals", "scan")


def ran(study):
    ended = study.run()
    assert ended.returncode == 0, ended.stderr
    return study


@pytest.fixture(scope="module")
def patients(tmp_path_factory):
    """A study of patients after one run."""
    return ran(make_patients(tmp_path_factory.mktemp("patients")))


@pytest.mark.parametrize("name", ["mt1m", "lee", "zhang"])
def test_an_example_finds_its_truth(name, tmp_path):
    folder = tmp_path / name
    shutil.copytree(
        REPOSITORY / "examples" / name, folder, ignore=lambda *_: {"results", "demo", ".snakemake"}
    )
    study = ran(StudyFolder.read(folder))
    check = read_table(folder / "results/demo/clinical_check.tsv", "clinical_demo_check")
    assert len(check) >= 4 and check["agrees"].all(), check.to_string()
    page = (study.path / "results/report/report.html").read_text()
    assert "Simulated data" in page and "reconstructed" in page
    for figure in (folder / "results").rglob("*.svg"):
        assert "simulated" in figure.read_text(), figure.name


def texts(study):
    """Every file of the results and of Snakemake's logs that is shared or shown, as text."""
    for path in [*study.path.rglob("results/**/*"), *study.path.rglob(".snakemake/log/*")]:
        own = path.is_file() and path.parent.name != "assays"
        if not own or path.suffix == ".png" or path.stem.split(".")[-1] in OF_SINGLE_PATIENTS:
            continue
        if path.suffix in (".xlsx", ".zip"):
            with zipfile.ZipFile(path) as book:
                yield (
                    path,
                    "".join(book.read(n).decode("utf-8", "replace") for n in book.namelist()),
                )
        else:
            yield path, path.read_text(encoding="utf-8", errors="replace")


def test_no_patient_and_no_date_leaves_the_clinical_folder(patients):
    table = pd.read_csv(patients.path / "clinical.tsv", sep="\t", dtype=str)
    dates = [name for name in table if name.endswith("_date")] + ["last_visit"]
    secrets = {*table["patient_id"], *table[dates].stack()}
    assert len(secrets) > 200
    looked = 0
    for path, text in texts(patients):
        looked += 1
        assert not [secret for secret in secrets if secret in text], path
    assert looked > 30


def test_a_wrong_cell_is_told_in_the_terminal_and_in_no_file(tmp_path):
    study = make_patients(tmp_path)
    path = study.path / "clinical.tsv"
    path.write_text(path.read_text().replace("\tfemale\t", "\tFEMALEX\t", 1))
    ended = study.run()
    assert ended.returncode != 0 and "Traceback" not in ended.stderr
    assert "column 'sex', row" in ended.stderr and "FEMALEX" in ended.stderr
    for _, text in texts(study):
        assert "FEMALEX" not in text
    assert not list(study.path.rglob("results/**/*.tsv"))


def test_a_table_replaced_during_the_run_tells_no_cell_in_a_log(tmp_path):
    """What the start did not see, as in a study whose patients an earlier step makes."""
    study = make_patients(tmp_path)
    path = Path(study.path / "clinical.tsv")
    good = path.read_text()
    assert study.run("--until", "import_assays").returncode == 0
    path.write_text(good.replace("\tfemale\t", "\tFEMALEX\t", 1))
    ended = study.run()
    assert ended.returncode != 0
    for _, text in texts(study):
        assert "FEMALEX" not in text


def test_cores_and_order_change_no_byte(patients, tmp_path):
    again = patients.copied(tmp_path / "again", results=False)
    assert again.run(cores=1).returncode == 0
    assert again.tables() == patients.tables()


def test_the_second_run_does_nothing(patients):
    ended = patients.run()
    assert ended.returncode == 0 and "Nothing to be done" in ended.stdout + ended.stderr


def test_a_changed_curve_runs_no_model_again(patients, tmp_path):
    study = patients.copied(tmp_path / "changed")
    study.set("survival.dfs.at", [6, 18])
    ended = study.run("--dry-run")
    text = ended.stdout + ended.stderr
    assert "analyse_survival" in text
    for rule in ("fit_outcome", "associate_clinical", "find_cutoffs", "import_clinical"):
        assert f"rule {rule}:" not in text


def test_a_changed_model_runs_no_curve_again(patients, tmp_path):
    study = patients.copied(tmp_path / "changed")
    study.set("models.os.ties", "breslow")
    ended = study.run("--dry-run")
    text = ended.stdout + ended.stderr
    assert "rule fit_outcome:" in text
    for rule in ("analyse_survival", "associate_clinical", "find_cutoffs", "import_clinical"):
        assert f"rule {rule}:" not in text
