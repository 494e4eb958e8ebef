"""The registry of tables: targets, plan, workbook and documentation are made from it."""

import pytest

from recurseq.base.registry import SPECIAL, expansions, is_part
from recurseq.base.tables import all_tables, describe, study_tables
from recurseq.figures.registry import all_figures, study_figures
from recurseq.report.outputs import outputs_page
from recurseq.study import load_study
from recurseq.study.defaults import config_schema
from support.report_study import config

ABSENT = {"omnibus": None, "markers": None, "enrichment": None, "demo": None}
ABSENT |= {"evidence": {"permutations": 0}, "confounding": {"refit": False}}


def test_wildcards_are_filled_in_every_way_the_last_fastest():
    filled = list(expansions("{b}/{a}.{b}", {"a": ["1", "2"], "b": ["x", "y"]}))
    assert [path for _, path in filled] == ["x/1.x", "x/2.x", "y/1.y", "y/2.y"]
    assert filled[0][0] == {"b": "x", "a": "1"}
    assert list(expansions("plain", {})) == [({}, "plain")]
    assert list(expansions("{a}", {"a": []})) == []


def test_an_entry_without_condition_is_a_part_of_every_study():
    assert is_part("", set()) and is_part("x", {"x"}) and not is_part("x", {"y"})


def test_a_table_is_described_from_its_file_alone_as_in_the_whole_registry():
    for name, table in all_tables().items():
        assert describe(name) is table
    with pytest.raises(KeyError, match="columns"):
        describe("columns")  # a key of every entry, and no table


def test_every_file_of_a_study_is_its_own():
    study = load_study(config())
    for files in (
        study_tables(study.parts, study.wildcards),
        study_figures(study.parts, study.wildcards),
    ):
        paths = [file.path for file in files]
        assert len(set(paths)) == len(paths)
    files = [file for file in study_tables(study.parts, study.wildcards) if file.sheet]
    kinds = {(file.sheet.casefold(), file.table.name) for file in files}
    assert len({sheet for sheet, _ in kinds}) == len(kinds), "two tables of one title"


def test_what_a_study_does_not_have_it_does_not_make():
    study = load_study(config(**ABSENT))
    made = {file.table.when for file in study_tables(study.parts, study.wildcards)}
    drawn = {file.entry.when for file in study_figures(study.parts, study.wildcards)}
    assert made == drawn == {"counts", "several_contrasts"}


@pytest.mark.parametrize("entry", [*all_tables().values(), *all_figures().values()],
                         ids=lambda entry: entry.name)  # fmt: skip
def test_conditions_are_sections_or_known(entry):
    assert entry.when in {*SPECIAL, *config_schema()["properties"]} - {""}


def test_what_holds_single_patients_has_no_sheet_and_says_so():
    """Clinical tables without a sheet are those, or cautions, which stand together in one sheet."""
    for table in all_tables().values():
        if not table.file.startswith(("clinical/", "risk/")):
            assert not table.patients or table.name == "demo_samples"
        elif not table.name.endswith("_cautions"):
            assert table.patients == (not table.sheet), table.name
        assert not (table.patients and table.sheet), table.name
        if table.patients and table.name != "demo_samples":
            assert {"patient_id", "time", "cut", "threshold"} & set(table.names), table.name
        if "patient_id" in table.names:
            assert table.patients, table.name


def test_the_page_of_outputs_is_that_of_the_registries(repository):
    written = (repository / "docs/outputs.md").read_text(encoding="utf-8")
    assert written == outputs_page(), "write it anew: make docs"
    for table in all_tables().values():
        assert f"`{table.file}`" in written
        assert all(f"| `{column}` |" in written for column in table.names)
