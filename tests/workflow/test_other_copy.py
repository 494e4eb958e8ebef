"""A workflow beside an environment in which another recurseq is installed."""

import shutil

import pytest

pytestmark = pytest.mark.workflow


def test_scripts_import_the_library_that_lies_beside_them(repository, new_study, tmp_path):
    copy = tmp_path / "copy"
    for part in ("workflow", "scripts", "envs", "config"):
        shutil.copytree(
            repository / part, copy / part, ignore=shutil.ignore_patterns("__pycache__")
        )
    shutil.copy(repository / "Snakefile", copy)
    (copy / "scripts/recurseq/VERSION").write_text("99.0.0\n")
    done = new_study.run("--until", "import_counts", "--snakefile", str(copy / "Snakefile"))
    assert done.returncode == 0, done.stderr
    logs = list((new_study.path / "results/logs").rglob("import_counts*"))
    assert logs and all("recurseq 99.0.0" in log.read_text() for log in logs)
