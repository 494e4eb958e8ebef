"""Hostile configurations through ``recurseq check``: refused with the place, or accepted."""

import cases_config
import pytest
from ground import Ground, examine

pytestmark = pytest.mark.workflow


@pytest.mark.parametrize("case", cases_config.CASES, ids=lambda case: case.name)
def test_config(case, tmp_path, record_property):
    record_property("input", f"configuration: {case.name}")
    record_property("result", "runs" if case.runs else "refused")
    ground = Ground(tmp_path)
    case.build(ground)
    examine(case, ground, ground.check())
