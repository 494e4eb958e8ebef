"""No table of the documentation says the same thing twice, as a merge of two versions leaves it."""

import re

import pytest

from support.paths import REPOSITORY

PAGES = [
    *sorted((REPOSITORY / "docs").glob("*.md")),
    REPOSITORY / "README.md",
    REPOSITORY / "config/README.md",
]


def tables(text):
    return re.findall(r"(?:^\|.*\n)+", text, flags=re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_table_has_a_row_twice(page):
    for table in tables(page.read_text(encoding="utf-8")):
        rows = [re.sub(r"\s+", "", row) for row in table.splitlines()]
        assert len(rows) == len(set(rows)), table


def test_each_step_and_each_caution_of_patients_has_one_row():
    text = (REPOSITORY / "docs/clinical.md").read_text(encoding="utf-8")
    for table in tables(text):
        if table.startswith(("| step |", "| code |")):
            first = [row.split("|")[1].strip() for row in table.splitlines()]
            assert len(first) == len(set(first)), first
