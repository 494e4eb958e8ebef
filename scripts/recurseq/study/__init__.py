"""The study: configuration and sample sheet, checked against each other and typed.

What a colleague would remark on it is in `recurseq.study.remarks`, which computes.
"""

from recurseq.study.checks import study_problems
from recurseq.study.load import load_study
from recurseq.study.model import (
    CohortSettings,
    Counts,
    Enrichment,
    NormalizationSettings,
    Study,
    Testing,
)
from recurseq.study.samples import kept_names, left_out_names, read_samples
from recurseq.study.schema import config_problems, usable_part

__all__ = [
    "CohortSettings",
    "Counts",
    "Enrichment",
    "NormalizationSettings",
    "Study",
    "Testing",
    "config_problems",
    "kept_names",
    "left_out_names",
    "load_study",
    "read_samples",
    "study_problems",
    "usable_part",
]
