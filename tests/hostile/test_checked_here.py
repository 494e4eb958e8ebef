"""Hostile inputs through ``recurseq check``: refused with the place, or accepted."""

import pytest

from support.hostile.all_cases import BY_NAME, IN_A_PROCESS, KINDS
from support.hostile.ground import Ground, try_case

pytestmark = pytest.mark.slow

CASES = [
    pytest.param(kind, case, id=case.name)
    for kind, cases in KINDS.items()
    for case in cases
    if case.name not in IN_A_PROCESS
]
KIND = {case.name: kind for kind, cases in KINDS.items() for case in cases}


@pytest.mark.parametrize(("kind", "case"), CASES)
def test_in_this_process(kind, case, tmp_path, record_property):
    try_case(kind, case, tmp_path, record_property, Ground.check_here)


@pytest.mark.parametrize("name", IN_A_PROCESS)
def test_in_its_own_process(name, tmp_path, record_property):
    try_case(KIND[name], BY_NAME[name], tmp_path, record_property, Ground.check)
