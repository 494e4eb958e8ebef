"""Hostile tables of every kind through ``recurseq check``: refused with the place, or accepted."""

import pytest

from support.hostile import cases_counts, cases_files, cases_sheet
from support.hostile.ground import Ground, try_case

pytestmark = pytest.mark.workflow
KINDS = {"sheet": cases_sheet, "counts": cases_counts, "other files": cases_files}
CASES = [
    pytest.param(kind, case, id=case.name) for kind, table in KINDS.items() for case in table.CASES
]


@pytest.mark.parametrize(("kind", "case"), CASES)
def test_table(kind, case, tmp_path, record_property):
    try_case(kind, case, tmp_path, record_property, Ground.check)
