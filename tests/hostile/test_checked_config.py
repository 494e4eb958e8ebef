"""Hostile configurations through ``recurseq check``: refused with the place, or accepted."""

import pytest

from support.hostile import cases_config
from support.hostile.ground import Ground, try_case

pytestmark = pytest.mark.workflow


@pytest.mark.parametrize("case", cases_config.CASES, ids=lambda case: case.name)
def test_config(case, tmp_path, record_property):
    try_case("configuration", case, tmp_path, record_property, Ground.check)
