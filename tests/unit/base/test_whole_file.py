"""A file has its name only when all of it is on the disk."""

import os
import resource
import subprocess
import sys

import pytest

from recurseq.base.whole_file import whole_file, writing_problems
from recurseq.jobs.changes import changed_files, file_states


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_the_file_appears_when_it_is_complete(tmp_path):
    target = tmp_path / "new" / "genes.tsv"
    with whole_file(target) as partial:
        partial.write_text("half")
        assert not target.exists()
        partial.write_text("whole")
    assert target.read_text() == "whole" and names(target.parent) == ["genes.tsv"]


def test_an_error_leaves_the_earlier_file_alone(tmp_path):
    target = tmp_path / "genes.tsv"
    target.write_text("earlier")
    with pytest.raises(ValueError, match="x"), whole_file(target) as partial:
        partial.write_text("half")
        raise ValueError("x")
    assert target.read_text() == "earlier" and names(tmp_path) == ["genes.tsv"]


def test_what_a_killed_process_left_is_removed_and_cannot_come_back(tmp_path):
    target = tmp_path / "genes[1].tsv"
    first = whole_file(target)
    partial = first.__enter__()
    partial.write_text("of a job that its run no longer knows")
    other = tmp_path / "genes.tsv"
    with whole_file(target) as partial:
        partial.write_text("of the run after it")
    with whole_file(other) as partial:
        partial.write_text("another")
    with pytest.raises(FileNotFoundError):
        first.__exit__(None, None, None)
    assert target.read_text() == "of the run after it"
    assert names(tmp_path) == ["genes.tsv", "genes[1].tsv"]


WRITE = """
import sys
from types import SimpleNamespace as N
from recurseq.jobs.log import logged
folder = sys.argv[1]
with logged(N(rule="fit_model", input={}, params={}, wildcards={}, threads=1, log=[f"{folder}/logs/fit.log"])):
    import anndata, numpy as np
    from recurseq.base.h5ad import write_h5ad
    data = anndata.AnnData(np.random.default_rng(1).normal(size=(50, 2000)))
    data.layers["x"] = data.X * 2
    write_h5ad(data, f"{folder}/model.h5ad")
"""  # noqa: E501


@pytest.mark.skipif(not hasattr(resource, "RLIMIT_FSIZE"), reason="no limit of file sizes here")
def test_a_file_that_does_not_fit_ends_in_plain_words(tmp_path, repository, record_property):
    record_property("fault", "a file grows beyond the size the account may write (ulimit -f)")

    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))

    from recurseq.jobs.failures import failed_jobs, failures_in_words

    command = [sys.executable, "-c", WRITE, str(tmp_path)]
    options = {"cwd": repository / "scripts", "capture_output": True, "text": True, "check": False}
    # Python cuts off what it compiles where that does not fit, and fails on it the next time.
    options["env"] = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    ended = subprocess.run(command, preexec_fn=limit, **options)
    assert ended.returncode == 1  # HDF5 does not crash the process
    assert ended.stdout == ended.stderr == ""
    assert names(tmp_path) == ["logs"]
    text = failures_in_words(failed_jobs(tmp_path / "logs"))
    assert "ulimit -f" in text and "Traceback" not in text
    assert subprocess.run(command, **options).returncode == 0
    assert names(tmp_path) == ["logs", "model.h5ad"]
    record_property("result", "named with its cause; no half file; the next run succeeds")


def test_folders_that_cannot_be_written_are_named(tmp_path):
    if os.geteuid() == 0:
        pytest.skip("permissions do not bind the superuser")
    (tmp_path / "results" / "qc" / "figures").mkdir(parents=True)
    assert writing_problems(tmp_path / "results") == []
    (tmp_path / "results" / "qc").chmod(0o555)
    (problem,) = writing_problems(tmp_path / "results")
    assert problem.where.endswith("results/qc") and "may not write" in problem.found
    (problem,) = writing_problems(tmp_path / "results" / "qc" / "new" / "newer")
    assert problem.where.endswith("results/qc")
    (tmp_path / "results" / "qc").chmod(0o755)


def test_a_folder_that_is_absent_is_judged_by_its_parent_alone(tmp_path):
    (tmp_path / "raw").mkdir(mode=0o555)
    assert writing_problems(tmp_path / "results" / "logs") == []


def test_changes_are_seen_by_size_and_by_date_in_both_directions(tmp_path):
    paths = [tmp_path / name for name in ("same", "longer", "older", "gone", "new")]
    for path in paths[:4]:
        path.write_text("text")
    before = file_states(paths)
    assert changed_files(before) == []
    paths[1].write_text("more text")
    os.utime(paths[2], (0, 0))
    paths[3].unlink()
    paths[4].write_text("")
    assert changed_files(before) == [str(path) for path in paths[1:]]
