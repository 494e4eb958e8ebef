"""What a job's log holds, and what the terminal is told of a job that failed."""

import errno
import gzip
import logging
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from types import SimpleNamespace

import h5py
import pytest

from recurseq.base import versions
from recurseq.base.errors import InputError, IntegrityError, Problem
from recurseq.jobs.error_hints import CRASHED, KILLED, likely_cause
from recurseq.jobs.failures import UNKNOWN, failed_jobs, failures_in_words, log_states
from recurseq.jobs.log import logged


@pytest.fixture
def job(tmp_path):
    """A job as Snakemake would hand it to a script."""
    counts = tmp_path / "counts.tsv"
    counts.write_text("gene\ts1\n")
    return SimpleNamespace(
        rule="test_contrast",
        input={"counts": str(counts), "gmt": [], "many": [f"file{i}" for i in range(30)]},
        params={"alpha": 0.05, "contrast": {"name": "a\nb", "level": "Ä"}},
        wildcards={"contrast": "early"},
        threads=3,
        log=[str(tmp_path / "logs" / "test_contrast" / "early.log")],
    )


def run(job, work=lambda: None):
    """The lines of the log after a piece of work, and the exit code."""
    code = 0
    try:
        with logged(job):
            work()
    except SystemExit as ended:
        code = ended.code
    return Path(job.log[0]).read_text(encoding="utf-8").splitlines(), code


def raising(error):
    def work():
        raise error

    return work


def failure(job, folder):
    (found,) = failed_jobs(folder / "logs")
    return found


def test_the_log_begins_with_inputs_params_and_versions(job):
    lines, code = run(job)
    assert code == 0
    heading = lines[: lines.index("== messages")]
    assert heading[:3] == ["== job", "rule: test_contrast", "wildcard contrast: early"]
    assert f"input counts: {job.input['counts']}" in heading
    assert "input many: file9" in heading and "input many: and 20 more" in heading
    assert not any("gmt" in line for line in heading)
    assert "param alpha: 0.05" in heading
    assert 'param contrast: {"name": "a\\nb", "level": "Ä"}' in heading
    assert "threads: 3" in heading
    assert heading[-1].startswith(f"versions: recurseq {versions.own_version()}, Python 3.")


def test_the_log_ends_with_time_and_memory(job):
    lines, _ = run(job)
    assert lines[-4:-2] == ["== end", "ended: done"]
    assert lines[-2].startswith("wall time: ") and lines[-2].endswith(" s")
    assert 10 < float(lines[-1].removeprefix("peak memory: ").removesuffix(" MB")) < 1e5


def test_peak_memory_is_that_of_the_largest_moment(job):
    lines, _ = run(job, lambda: bytearray(400 << 20).count(1))
    assert float(lines[-1].removeprefix("peak memory: ").removesuffix(" MB")) > 400


def test_progress_and_standard_error_are_in_the_log_and_not_on_the_terminal(job, capfd):
    def work():
        logging.getLogger("recurseq.qc").info("12 samples")
        os.write(2, b"a compiled library speaks\n")

    lines, code = run(job, work)
    assert code == 0
    assert "INFO 12 samples" in lines and "a compiled library speaks" in lines
    assert capfd.readouterr() == ("", "")
    os.write(2, b"again")
    assert capfd.readouterr().err == "again"


def test_packages_of_a_script_are_found_through_the_library(repository):
    fit = versions.imported_packages(repository / "scripts" / "fit_model.py")
    assert {"anndata", "numpy", "pandas", "pydeseq2"} <= set(fit)
    assert not {"matplotlib", "gseapy", "recurseq", "logging"} & set(fit)
    enrich = versions.imported_packages(repository / "scripts" / "enrich_pathways.py")
    assert "gseapy" in enrich
    assert set(versions.package_versions(fit)) >= {"pydeseq2", "anndata"}
    assert versions.package_versions(["no_such_package"]) == {}


def test_every_script_opens_its_log_in_the_same_way(repository):
    for script in (repository / "scripts").glob("*.py"):
        lines = [line for line in script.read_text().splitlines() if line]
        assert lines[1:3] == ["from recurseq.jobs.log import logged", "with logged(snakemake):"], (
            script
        )
        assert all(line.startswith("    ") for line in lines[3:]), script


@pytest.mark.parametrize("kind", ["input", "integrity"])
def test_a_message_for_the_user_is_told_once_and_whole(job, tmp_path, capfd, kind):
    problem = Problem("samples.tsv, line 4", "'nromal'", fix="did you mean 'normal'?")
    error = InputError([problem]) if kind == "input" else IntegrityError("signs differ\nin GENE1")
    lines, code = run(job, raising(error))
    assert code == 1 and "ended: stopped" in lines
    assert capfd.readouterr() == ("", "")
    found = failure(job, tmp_path)
    assert found.input_at_fault and "\n".join(found.lines) == str(error)
    text = failures_in_words([found])
    assert text.count(str(error)) == 1
    assert "test_contrast (contrast=early)" in text and job.log[0] in text
    assert "Likely cause" not in text


def test_no_cell_of_a_patient_is_in_a_log(job, tmp_path):
    problem = Problem("clinical.tsv, column 'sex', row 4", "holds a value", cells="'Jane Doe'")
    assert "Jane Doe" in str(InputError([problem]))  # for the terminal
    lines, _ = run(job, raising(InputError([problem])))
    text = failures_in_words([failure(job, tmp_path)])
    assert "row 4" in text and "Jane Doe" not in text + "\n".join(lines)


def test_an_unknown_failure_shows_the_last_lines_and_the_way_there(job, tmp_path):
    def work():
        for number in range(20):
            logging.info("step %d", number)
        raise KeyError("no such column")

    lines, code = run(job, work)
    assert code == 1 and "ended: failed" in lines
    text = failures_in_words([failure(job, tmp_path)])
    assert "KeyError: 'no such column'" in text and "test_log.py" in text and UNKNOWN in text
    assert "step 3" not in text


def test_a_known_failure_shows_its_cause_and_no_traceback(job, tmp_path):
    def work():
        logging.info("reading")
        try:
            raise OSError(errno.ENOSPC, "No space left on device", "genes.tsv")
        except OSError as error:
            raise RuntimeError("writing failed") from error

    lines, _ = run(job, work)
    assert "Traceback (most recent call last):" in lines  # in the log it stays
    text = failures_in_words([failure(job, tmp_path)])
    assert "the disk is full" in text and "INFO reading" in text and "writing failed" in text
    assert "Traceback" not in text and ".py" not in text


def test_a_job_without_an_end_was_killed(job, tmp_path, repository):
    code = (
        "import os, signal, sys, types; from recurseq.jobs.log import logged\n"
        f"job = types.SimpleNamespace(**{vars(job)!r})\n"
        "with logged(job):\n"
        "    import logging, warnings\n"
        "    logging.info('fitting'); warnings.warn('slowly')\n"
        "    os.kill(os.getpid(), getattr(signal, sys.argv[1]))\n"
    )
    for name, cause in (("SIGKILL", KILLED), ("SIGSEGV", CRASHED)):
        command = [sys.executable, "-c", code, name]
        ended = subprocess.run(
            command, cwd=repository / "scripts", capture_output=True, text=True, check=False
        )
        assert ended.returncode < 0 and ended.stderr == ""
        found = failure(job, tmp_path)
        assert not found.input_at_fault and found.cause == cause
        assert "INFO fitting" in found.lines
        assert any("UserWarning: slowly" in line for line in found.lines)
        assert not any("numpy" in line for line in found.lines)  # as one of the modules loaded


def test_an_input_changed_while_it_was_read_is_refused(job, tmp_path):
    def work():
        Path(job.input["counts"]).write_text("gene\ts1\nGENE1\t5\n")

    _, code = run(job, work)
    text = failures_in_words([failure(job, tmp_path)])
    assert code == 1
    assert f"{job.input['counts']}: the file was changed while it was being read" in text


def test_an_interrupted_job_is_no_failure(job, tmp_path):
    lines, code = run(job, raising(KeyboardInterrupt()))
    assert code == 1 and "ended: interrupted" in lines
    assert failed_jobs(tmp_path / "logs") == []


def test_a_job_that_never_began_is_left_to_snakemake(tmp_path):
    (tmp_path / "fit_model.log").touch()  # as Snakemake does when a cluster refuses a job
    assert failed_jobs(tmp_path) == []


def test_failures_of_an_earlier_run_are_left_out(job, tmp_path):
    run(job, raising(ValueError("old")))
    before = log_states(tmp_path / "logs")
    assert failed_jobs(tmp_path / "logs", before) == []
    run(job, raising(ValueError("new")))
    assert "ValueError: new" in failures_in_words(failed_jobs(tmp_path / "logs", before))
    run(job)
    assert failed_jobs(tmp_path / "logs", before) == []
    assert failed_jobs(tmp_path / "no such folder") == []


def test_a_log_that_cannot_be_written_makes_the_job_speak(job, tmp_path, capfd):
    (tmp_path / "logs").write_text("a file where the folder should be")
    with pytest.raises(SystemExit), logged(job):
        raise PermissionError(errno.EACCES, "Permission denied", "genes.tsv")
    said = capfd.readouterr().err
    assert "test_contrast failed" in said and "may not write" in said and "Traceback" not in said


def broken_gzip():
    try:
        gzip.decompress(gzip.compress(b"counts" * 1000)[:30])
    except EOFError as error:
        return error


def broken_h5(folder):
    path = folder / "model.h5ad"
    with h5py.File(path, "w") as file:
        file["x"] = list(range(10000))
    path.write_bytes(path.read_bytes()[:5000])
    try:
        h5py.File(path)
    except OSError as error:
        return error


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (MemoryError(), "memory ran out"),
        (OSError(errno.ENOMEM, "Cannot allocate memory"), "memory ran out"),
        (OSError(errno.ENOSPC, "No space left on device"), "the disk is full"),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), "quota"),
        (OSError("Can't write data (errno = 28, error message = '...')"), "the disk is full"),
        (RuntimeError("flush failed: No space left on device"), "the disk is full"),
        (OSError(errno.EFBIG, "File too large"), "ulimit"),
        (PermissionError(errno.EACCES, "Permission denied"), "permissions"),
        (OSError(errno.EROFS, "Read-only file system"), "can only be read"),
        (FileNotFoundError(errno.ENOENT, "No such file", "model.h5ad"), "not there"),
        (OSError(errno.EIO, "Input/output error"), "storage failed"),
        (OSError(errno.EMFILE, "Too many open files"), "too many"),
        (RuntimeError("can't start new thread"), "too many"),
        (ModuleNotFoundError("No module named 'gseapy'"), "make install"),
        (zipfile.BadZipFile("File is not a zip file"), "damaged"),
        (broken_gzip(), "damaged"),
        (ValueError("a defect of ours"), ""),
        (OSError("something else"), ""),
    ],
)
def test_each_known_failure_has_its_cause(error, words):
    cause = likely_cause(error)
    assert words in cause and bool(words) == bool(cause)


def test_a_truncated_result_file_is_called_damaged(tmp_path):
    assert "damaged" in likely_cause(broken_h5(tmp_path))


def test_numpy_out_of_memory_is_recognised():
    import numpy as np

    with pytest.raises(MemoryError) as caught:
        np.empty((1 << 40, 1 << 15))
    assert "memory ran out" in likely_cause(caught.value)
