"""Kills, full disks, changed files: a clear message, nothing lost, and the same tables in the end.

What was done and how it ended is recorded as properties of each test, for docs/reliability.md.
"""

import gzip
import os
import random
import re
import shutil
import signal
import subprocess
import threading
import time
from contextlib import contextmanager, suppress

import psutil
import pytest

from recurseq.base.tables import read_table

pytestmark = pytest.mark.workflow

KILLS = 4
SEED = 20160901
TABLE = "contrasts/early_vs_none/genes.tsv"
PATIENCE = 300


class Run:
    """A run that goes on while the test looks at it, in a process group of its own."""

    def __init__(self, study, *arguments):
        self.process = subprocess.Popen(
            study.command(*arguments), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, start_new_session=True, cwd="/",
        )  # fmt: skip
        self.lines = []
        self.reader = threading.Thread(target=lambda: self.lines.extend(self.process.stdout))
        self.reader.start()

    def counted(self, words):
        return sum(words in line for line in list(self.lines))

    def wait_until(self, condition):
        """Whether the condition came true before the run ended."""
        end = time.monotonic() + PATIENCE
        while not condition():
            if self.process.poll() is not None:
                return False
            assert time.monotonic() < end, "".join(self.lines)
            time.sleep(0.002)
        return True

    def wait_for_jobs(self, started, finished=0):
        return self.wait_until(
            lambda: (
                self.counted("    jobid: ") >= started
                and self.counted("Finished jobid") >= finished
            )
        )

    def script(self, rule):
        """Process of a job; none when there is not one just now."""
        with suppress(psutil.Error):  # a process may end while it is looked at
            for process in psutil.Process(self.process.pid).children(recursive=True):
                if any(part.endswith(f".{rule}.py") for part in process.cmdline()[1:2]):
                    return process
        return None

    def kill(self):
        """End every process of the run; their common output is closed when the last one is gone."""
        os.killpg(self.process.pid, signal.SIGKILL)
        return self.end()

    def end(self):
        code = self.process.wait(PATIENCE)
        self.reader.join(PATIENCE)
        self.process.stdout.close()
        return code, "".join(self.lines)


def files(study):
    """Bytes of every result by its name; logs differ in their times."""
    results = study.path / "results"
    return {
        str(path.relative_to(results)): path.read_bytes()
        for path in results.rglob("*")
        if path.is_file() and path.suffix not in (".log", ".partial")
    }


def partial_files(study):
    return [path.name for path in (study.path / "results").rglob(".*.partial")]


def recover(study):
    """What the documentation says to do after a kill, before the same command is given again."""
    ended = study.run("--unlock")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert not locked(study)


def locked(study):
    return any((study.path / ".snakemake" / "locks").glob("*"))


def assert_plain(text, *words):
    """The text says it, and once, and without a way through our code."""
    assert "Traceback" not in text and not re.search(r'File ".*\.py", line', text), text
    for word in words:
        assert text.count(word) == 1, f"{word!r} is {text.count(word)} times in:\n{text}"


def replace_counts(study, change, date=None):
    """Write the counts anew; with the date of long ago unless another is given."""
    path = study.path / "counts.tsv.gz"
    path.write_bytes(change(path.read_bytes()))
    os.utime(path, ns=date or (10**18, 10**18))


def thirtyfold(data):
    """One gene that is the same in all groups goes up in early recurrence."""
    rows = gzip.decompress(data).decode().splitlines()
    gene, *counts = next(row for row in rows if row.startswith("GENE200\t")).split("\t")
    raised = [str(int(count) * (30 if place >= 8 else 1)) for place, count in enumerate(counts)]
    rows = [row for row in rows if not row.startswith("GENE200\t")]
    return gzip.compress("\n".join([*rows, "\t".join([gene, *raised])]).encode(), mtime=0)


@pytest.fixture
def undisturbed(finished_study):
    """The small study, with gzipped counts, after a run that nothing disturbs."""
    return finished_study


def test_every_log_begins_with_what_the_job_had_and_ends_with_its_cost(undisturbed):
    logs = sorted((undisturbed.path / "results" / "logs").rglob("*.log"))
    assert len(logs) == 27
    for path in logs:
        lines = path.read_text().splitlines()
        rule = path.stem if path.parent.name == "logs" else path.parent.name
        assert lines[:2] == ["== job", f"rule: {rule}"]
        heading = lines[: lines.index("== messages")]
        keys = [line.split(" ")[0].rstrip(":") for line in heading]
        assert {"started", "input", "threads", "versions"} <= set(keys), path
        assert re.match(r"versions: recurseq \d.*, Python 3", heading[-1])
        assert lines[-4:-2] == ["== end", "ended: done"]
        assert re.fullmatch(r"wall time: \d+\.\d s", lines[-2])
        assert 10 < float(re.fullmatch(r"peak memory: (\d+) MB", lines[-1])[1]) < 2000
    fit = (undisturbed.path / "results" / "logs" / "fit_model.log").read_text()
    assert "input cohort: results/cohort.h5ad" in fit and 'param formula: "~ group"' in fit
    assert re.search(r"versions: .*pydeseq2 0\.5", fit)


def test_killed_at_random_moments_the_run_ends_as_if_nothing_had_been(
    undisturbed, tmp_path, record_property
):
    record_property("fault", f"kill -9 of the whole run at {KILLS} random moments")
    whole = files(undisturbed)
    study = undisturbed.copied(tmp_path / "study", results=False)
    moments = random.Random(SEED)
    kills, finished = 0, 0
    while kills < KILLS:
        run = Run(study)
        alive = run.wait_for_jobs(started=1, finished=moments.randrange(3))
        time.sleep(moments.uniform(0, 2))
        if not alive or run.process.poll() is not None:  # it was quicker: another round
            code, text = run.end()
            assert code == 0 and files(study) == whole, text
            shutil.rmtree(study.path / "results")
            continue
        _, text = run.kill()
        kills += 1
        finished += run.counted("Finished jobid")
        for name, content in files(study).items():
            assert content == whole[name], f"{name} is not whole after kill {kills}"
        if kills == 1:
            ended = study.run()
            assert ended.returncode != 0
            assert_plain(ended.stdout + ended.stderr, "--unlock")
            recover(study)
        else:
            shutil.rmtree(study.path / ".snakemake" / "locks")  # as `recover` does, in no time
    ended = study.run()
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert files(study) == whole and partial_files(study) == []
    assert "Nothing to be done" in study.run().stderr
    assert finished >= KILLS / 2  # the kills were spread over the run
    record_property("result", "every file whole after each kill; in the end all files identical")


def test_killed_while_it_fits_and_while_it_writes(undisturbed, tmp_path, record_property):
    record_property("fault", "kill -9 of fit_model, of the run while it writes, of Snakemake alone")
    study = undisturbed.copied(tmp_path / "study", results=False)
    results = study.path / "results"
    ended = study.run("--until", "import_counts")
    assert ended.returncode == 0, ended.stdout + ended.stderr

    run = Run(study, "--until", "test_contrast")  # the job alone: Snakemake lives to tell
    assert run.wait_until(lambda: run.script("fit_model") and log_has(study, "== messages"))
    run.script("fit_model").kill()
    code, text = run.end()
    assert code != 0
    assert_plain(text, "fit_model failed.", "killed from outside", "memory ran out")
    assert "results/logs/fit_model.log" in text and not (results / "model.h5ad").exists()

    for _ in range(5):  # the whole run, while the model is half on the disk
        run = Run(study, "--until", "test_contrast")
        assert run.wait_until(lambda: any(results.glob(".model.h5ad.*.partial")))
        run.kill()
        recover(study)
        if partial_files(study):
            break
        (results / "model.h5ad").unlink()
    assert partial_files(study) and not (results / "model.h5ad").exists()

    run = Run(study, "--until", "test_contrast")  # Snakemake alone: its job goes on for a while
    assert run.wait_until(lambda: run.script("fit_model") and log_has(study, "== messages"))
    run.process.kill()
    run.process.wait()
    recover(study)
    ended = study.run("--until", "test_contrast")
    run.end()
    assert ended.returncode == 0, ended.stdout + ended.stderr
    whole = files(undisturbed)
    assert all(content == whole[name] for name, content in files(study).items())
    assert TABLE in files(study) and partial_files(study) == []
    record_property("result", "the cause is named; no half file is taken as done; tables identical")


def log_has(study, mark):
    log = study.path / "results" / "logs" / "fit_model.log"
    return log.exists() and mark in log.read_text()


@contextmanager
def mounted(folder, *options):
    """Mount something on a folder for a while, where this account may."""
    folder.mkdir(parents=True, exist_ok=True)
    if subprocess.run(["mount", *options, str(folder)], capture_output=True).returncode:
        pytest.skip("this account may not mount file systems")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_full_disk(undisturbed, tmp_path, record_property):
    record_property("fault", "the disk is full while the model is written")
    whole = files(undisturbed)
    room = len(whole["cohort.h5ad"]) + len(whole["model.h5ad"]) // 2 + 100_000
    disk = tmp_path / "disk"
    with mounted(disk, "-t", "tmpfs", "-o", f"size={room}", "tmpfs"):
        study = undisturbed.copied(disk / "study", results=False)
        ended = study.run("--until", "fit_model")  # what runs beside it may fail as well
        assert ended.returncode != 0
        text = ended.stdout + ended.stderr
        assert_plain(text, "fit_model failed.", "the disk is full")
        assert files(study) == {"cohort.h5ad": whole["cohort.h5ad"]} and partial_files(study) == []
        subprocess.run(["mount", "-o", "remount,size=64m", str(disk)], check=True)
        ended = study.run("--until", "test_contrast")
        assert ended.returncode == 0, ended.stdout + ended.stderr
        assert "import_counts" not in ended.stdout + ended.stderr  # what was finished is kept
        assert files(study)[TABLE] == whole[TABLE]
    record_property("result", "the cause is named; with room, the same command goes on")


def test_results_that_cannot_be_written(undisturbed, tmp_path, record_property):
    record_property("fault", "the results are on a file system that can only be read")
    done = undisturbed.copied(tmp_path / "done")
    done.set("testing.alpha", 0.01)
    new = undisturbed.copied(tmp_path / "new", results=False)
    (new.path / "results").mkdir()
    for study, words in ((done, "Write-protected output files"), (new, "can only be read")):
        results = study.path / "results"
        with mounted(results, "--bind", str(results)):
            subprocess.run(["mount", "-o", "remount,bind,ro", str(results)], check=True)
            ended = study.run()
            assert ended.returncode != 0
            assert_plain(ended.stdout + ended.stderr, words)
    assert files(done) == files(undisturbed) and files(new) == {}
    record_property("result", "said before any job starts; earlier results remain")


def test_an_input_truncated_in_the_middle_of_gzip(undisturbed, tmp_path, record_property):
    record_property("fault", "the count matrix is cut off in the middle of its gzip stream")
    whole = files(undisturbed)
    study = undisturbed.copied(tmp_path / "study")
    counts = study.path / "counts.tsv.gz"
    data, date = counts.read_bytes(), counts.stat().st_mtime_ns
    replace_counts(study, lambda data: data[: len(data) // 2])
    ended = study.run()
    assert ended.returncode != 0
    assert_plain(ended.stdout + ended.stderr, "counts.tsv.gz: broken gzip file", "gzip -t")
    del whole["cohort.h5ad"]
    assert files(study) == whole
    replace_counts(study, lambda _: data, (date, date))
    ended = study.run("--until", "test_contrast")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert files(study) == files(undisturbed)
    record_property("result", "file, reason and remedy are named; earlier tables and report remain")


def test_an_input_replaced_between_runs(undisturbed, tmp_path, record_property):
    record_property("fault", "the count matrix is replaced between runs, also by an older file")
    study = undisturbed.copied(tmp_path / "study")
    assert "Nothing to be done" in study.run().stderr
    replace_counts(study, thirtyfold)
    ended = study.run("--until", "test_contrast")
    text = ended.stdout + ended.stderr
    assert ended.returncode == 0, text
    assert re.search(r"rule import_counts:.*?reason: Params.*?counts\.tsv\.gz", text, re.S)
    table = read_table(study.path / "results" / TABLE, "contrast_genes").set_index("gene_id")
    assert table.loc["GENE200", "log2FoldChange"] > 4
    (study.path / "counts.tsv.gz").touch()
    text = "".join(Run(study, "--dry-run").end()[1])
    assert re.search(r"rule import_counts:.*?reason: .*?counts\.tsv\.gz", text, re.S)
    record_property("result", "noticed by size and date; what depends on it is made again")


def test_an_input_replaced_during_a_run(undisturbed, tmp_path, record_property):
    record_property("fault", "the count matrix is replaced during a run, after it was read")
    study = undisturbed.copied(tmp_path / "study", results=False)
    run = Run(study, "--until", "fit_model")
    assert run.wait_for_jobs(started=1, finished=1)
    replace_counts(study, thirtyfold)
    code, text = run.end()
    assert code != 0
    assert_plain(text, "These files were changed while the run was reading them: counts.tsv.gz.")
    assert re.search(r"^import_counts ", study.run("--dry-run").stdout, re.M)
    record_property("result", "the run ends as failed and says so; the next one starts from it")


def test_two_runs_in_one_folder(undisturbed, tmp_path, record_property):
    record_property("fault", "two runs are started in one folder")
    study = undisturbed.copied(tmp_path / "study", results=False)
    first = Run(study)
    assert first.wait_for_jobs(started=1)
    second = study.run()
    code, text = first.end()
    assert second.returncode != 0
    assert_plain(second.stdout + second.stderr, "Directory cannot be locked")
    assert code == 0, text
    assert files(study)[TABLE] == files(undisturbed)[TABLE]
    record_property("result", "the second stops and says why; the first ends unharmed")
