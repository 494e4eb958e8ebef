"""What `check` accepts runs: small studies with random defects end in a problem or in tables."""

import os

import pytest

from recurseq.deseq import NoVariationError
from recurseq.preflight.examine import examine
from support.defective_study import DefectiveStudy
from support.in_one_process import Run

pytestmark = pytest.mark.slow

FEW = range(14)
MANY = range(14, int(os.environ.get("RECURSEQ_DEFECTIVE_STUDIES", "80")))


def outcome(seed, folder):
    made = DefectiveStudy(seed)
    config = made.write(folder)
    found = examine(config)
    if found.problems:
        return made, found, None
    return made, found, Run(found.study, folder).all(thorough=seed not in FEW)


@pytest.mark.parametrize(
    "seed", [*FEW, *(pytest.param(seed, marks=pytest.mark.slow) for seed in MANY)]
)
def test_a_study_is_refused_in_words_or_runs(seed, tmp_path):
    made, found, genes = outcome(seed, tmp_path)
    if genes is None:
        assert all(problem.where and problem.found for problem in found.problems), made.defects
        if found.problems == NoVariationError().problems:
            run = Run(found.study, tmp_path)
            run.imported()
            with pytest.raises(NoVariationError):  # refused rightly: the fit would say the same
                run.fitted()
        return
    assert found.kept > 0
    for table in genes.values():
        assert len(table) == len(made.counts)
        assert (table["status"] != "tested").sum() + table["pvalue"].notna().sum() >= len(table)
