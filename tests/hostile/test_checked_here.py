"""Hostile inputs through ``recurseq check`` in one process, which saves its start."""

import pytest

from support.hostile import cases_config, cases_counts, cases_files, cases_sheet
from support.hostile.ground import Ground, try_case

TABLES = {
    "configuration": cases_config,
    "sheet": cases_sheet,
    "counts": cases_counts,
    "other files": cases_files,
}
CASES = [
    pytest.param(kind, case, id=case.name) for kind, table in TABLES.items() for case in table.QUICK
]


@pytest.mark.parametrize(("kind", "case"), CASES)
def test_input(kind, case, tmp_path, record_property):
    try_case(kind, case, tmp_path, record_property, Ground.check_here)
