"""What a run does before it computes anything, without the two seconds of Snakemake's start."""

from __future__ import annotations

import contextlib
import traceback
from pathlib import Path

from recurseq.base.errors import InputError
from recurseq.cohort.importing import import_cohort
from recurseq.preflight.check import checked_study
from recurseq.study import read_samples
from recurseq.study.config_file import read_config


def first_steps(folder: Path) -> tuple[int, str]:
    """Read and check a study as workflow/rules/common.smk and the job import_counts do.

    tests/hostile/test_run.py and tests/workflow/test_wrong_input.py hold runs of Snakemake that
    show the same words.

    Returns
    -------
    tuple
        Exit code of the run, and what it says.
    """
    from snakemake.common.configfile import load_configfile

    path = folder / "config.yaml"
    with contextlib.chdir(folder):
        try:
            config = load_configfile(path)  # comes first: Snakemake hands on what it made of it
            read_config(path)
            study, messages = checked_study(config)
            if not study.cohort.simulated:
                import_cohort(study.cohort, read_samples(study.cohort))
        except InputError as error:
            return 1, str(error)
        except Exception:
            return 1, traceback.format_exc()
    return 0, "\n".join(messages)
