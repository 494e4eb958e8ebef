"""Gene sets with their contrasts side by side."""

import pandas as pd
import pytest

from recurseq.report.side_by_side import side_by_side
from recurseq.report.words import shade
from support.report_study import frame


def table(**sets):
    """Set to (NES, padj); called below 0.05, in the direction of the score."""
    rows = [
        {"set": name, "NES": nes, "competitivePadj": padj, "significant": padj < 0.05,
         "direction": ("up" if nes > 0 else "down") if padj < 0.05 else "none"}
        for name, (nes, padj) in sets.items()
    ]  # fmt: skip
    return frame("gsea", rows)


def test_sets_called_anywhere_stand_by_their_clearest_contrast():
    tables = {
        "a": table(ONE=(1.2, 0.04), TWO=(2.6, 0.5), THREE=(-2.6, 1e-9)),
        "b": table(ONE=(-1.7, 1e-3), TWO=(1.0, 0.2)),
        "c": None,
    }
    found = side_by_side("mine", tables)
    assert [(row.name, row.clearest) for row in found.rows] == [("THREE", "a"), ("ONE", "b")]
    assert found.called == 2 and found.counts == [(1, 1, 3), (0, 1, 2), None]
    three, one = ([cell and (cell.direction, cell.shade) for cell in row.cells]
                  for row in found.rows)  # fmt: skip
    assert three == [("down", "down4"), None, None]
    assert one == [("up", "up1"), ("down", "down2"), None]


def test_the_list_is_cut_and_says_how_many_there_are():
    many = {f"S{i:02d}": (2.0, 1e-4) for i in range(9)}
    found = side_by_side("mine", {"a": table(**many)}, shown=4)
    assert [row.name for row in found.rows] == ["S00", "S01", "S02", "S03"] and found.called == 9


def test_nothing_called_is_no_row():
    found = side_by_side("mine", {"a": table(ONE=(1.2, 0.4)), "b": table(ONE=(1.2, float("nan")))})
    assert found.rows == [] and found.called == 0 and found.counts == [(0, 0, 1), (0, 0, 0)]


@pytest.mark.parametrize(
    ("value", "name"),
    [(0, ""), (0.24, ""), (-0.25, "down1"), (1, "up2"), (-3.9, "down3"), (4, "up4"), (90, "up4"),
     (float("nan"), ""), (None, ""), (pd.NA, "")],
)  # fmt: skip
def test_shades_are_steps_of_the_change(value, name):
    assert shade(value) == name
