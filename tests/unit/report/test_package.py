"""The archive of the report holds what may be sent, and nothing of single patients."""

import zipfile

import pytest

from recurseq.base.tables import study_tables
from recurseq.report.package import DATE, packaged_files, write_package
from recurseq.report.results import PAGE, PROVENANCE, WORKBOOK, Results
from recurseq.study import load_study
from support import clinical_study
from support.report_study import config, write_study

SECRET = "patient-0815"


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """A study of counts and patients of which every table is a file; single patients are secret."""
    both = {**config(), **{k: v for k, v in clinical_study.CONFIG.items() if k != "study"}}
    made = Results(tmp_path_factory.mktemp("study") / "results", load_study(both))
    write_study(made.folder)
    for file in study_tables(made.study.parts, made.study.wildcards):
        path = made.folder / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            path.write_text(SECRET if file.table.patients else "a number\n")
    for file in (PAGE, WORKBOOK, PROVENANCE):
        (made.folder / file).parent.mkdir(exist_ok=True)
        (made.folder / file).write_text(f"the {file.name}")
    (made.folder / "clinical/notes of mine.tsv").write_text(SECRET)
    (made.folder / "logs").mkdir()
    (made.folder / "logs/x.log").write_text(SECRET)
    return made


def test_nothing_of_single_patients_is_in_it(results, tmp_path):
    write_package(results, tmp_path / "report.zip")
    kept_back = {f"report/{file.path}" for file in results.files() if file.table.patients}
    assert {"report/clinical/patients.tsv", "report/clinical/survival/dfs/curve.tsv"} <= kept_back
    with zipfile.ZipFile(tmp_path / "report.zip") as archive:
        names = archive.namelist()
        assert not kept_back & set(names)
        assert not [name for name in names if name.endswith((".h5ad", ".log"))]
        assert not [name for name in names if SECRET.encode() in archive.read(name)]
        guide = archive.read("report/READ_ME.txt").decode()
    assert all(f"- {name.removeprefix('report/')}\n" in guide for name in kept_back)
    assert "- model.h5ad\n" in guide and "Simulated" in guide


def test_everything_else_is(results, tmp_path):
    write_package(results, tmp_path / "report.zip")
    tables = {f"report/{file.path}" for file in results.files() if not file.table.patients}
    figures = {
        f"report/{path.relative_to(results.folder).as_posix()}"
        for one in results.all_figures
        for path in one.files
    }
    with zipfile.ZipFile(tmp_path / "report.zip") as archive:
        names = archive.namelist()
        assert archive.read("report/report/report.html") == b"the report.html"
    others = {"report/READ_ME.txt", "report/report/report.html", "report/report/tables.xlsx"}
    assert set(names) == tables | figures | others | {"report/provenance.json"}
    assert len(set(names)) == len(names) and "report/qc/figures/pca.svg" in names
    assert "report/contrasts/early_vs_none/genes.tsv" in names


def test_the_same_results_give_the_same_bytes(results, tmp_path):
    first, second = tmp_path / "a.zip", tmp_path / "b.zip"
    write_package(results, first)
    for path in results.folder.rglob("*.tsv"):
        path.touch()
    write_package(results, second)
    assert first.read_bytes() == second.read_bytes()
    with zipfile.ZipFile(first) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {DATE}


def test_numbers_and_cards_of_risk_models_are_in_it(tmp_path):
    with_risk = {**clinical_study.CONFIG, "risk": {"death": {"model": "os", "horizon": 24}}}
    results, name = Results(tmp_path, load_study(with_risk)), "death"
    for file in ("model.json", "card.md", "patients.tsv", "roc.tsv", "performance.tsv"):
        path = tmp_path / "risk" / name / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    found = {path.name for path in packaged_files(results)}
    assert found == {"model.json", "card.md", "performance.tsv"}
