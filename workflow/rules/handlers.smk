# What the terminal shows at the end of a run, besides Snakemake's own messages. In a workflow that
# uses this one as a module, that workflow's handlers run instead of these.
import atexit
import sys
from pathlib import Path

from recurseq.jobs.changes import changed_files, file_states
from recurseq.jobs.failures import failures_in_words, failed_jobs, log_states
from recurseq.base.whole_file import writing_problems

at_start = {}


def user_files():
    """Every file that the user gives: the inputs whose origin is recorded, without what is made."""
    given = dict(rules.write_provenance.input.items())
    del given["tables"]
    made = simulated_files()
    return [path for path in paths_in(given.values()) if path not in made]


def show_failures(logs, before):
    failed = failed_jobs(logs, before)
    if failed:
        print(failures_in_words(failed), file=sys.stderr)


onstart:
    # Not earlier: a dry run may look at results that are protected.
    refuse(writing_problems("results"))
    at_start["inputs"] = file_states(user_files())
    # Not in onerror, which Snakemake leaves out when it fails itself, as it does on a full disk.
    # At the end, it has left the study's folder.
    logs = Path("results/logs").absolute()
    atexit.register(show_failures, logs, log_states(logs))


onsuccess:
    changed = changed_files(at_start["inputs"])
    if changed:
        print(
            f"These files were changed while the run was reading them: {', '.join(changed)}.\n"
            "The results may come from both versions. Run the same command again: what depends on "
            "them is then made anew.",
            file=sys.stderr,
        )
        sys.exit(1)
