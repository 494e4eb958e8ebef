"""The figure of themes tells which sets are called, at most 25 of them, and when there is none."""

import numpy as np
import pandas as pd
from matplotlib.text import Text

from recurseq.base.tables import describe
from recurseq.figures.themes import MOST_THEMES, themes_figure

LABELS = {"one": "early v none", "two": "early v normal"}


def summary(themes: int = 3) -> pd.DataFrame:
    rows = [
        {
            "theme": number,
            "name": f"SET_{number} (+{number})",
            "representative": f"SET_{number}",
            "contrast": contrast,
            "called_up": int(contrast == "two"),
            "called_down": 0,
            "NES": np.nan if (number, contrast) == (1, "one") else 1.234,
            "padj": 0.2 if number == 2 else 0.001 if contrast == "two" else 0.5,
        }
        for number in range(1, themes + 1)
        for contrast in LABELS
    ]
    return pd.DataFrame(rows).reindex(columns=describe("theme_summary").names)


def words(figure) -> list[str]:
    return [text.get_text() for text in figure.findobj(Text)]


def test_cells_tell_the_score_and_what_is_called():
    found = words(themes_figure(summary(), LABELS, 0.05, simulated=True))
    assert found.count("1.2 *") == 2  # themes 1 and 3 in the second contrast
    assert found.count("1.2 (*)") == 1  # theme 2: another of its sets
    assert found.count("1.2") == 2 and found.count("–") == 1
    assert "SET 2 (+2)" in found and "early v normal" in " ".join(found)
    note = " ".join(found).replace("\n", " ")
    assert "3 of 3 themes" in note and "padj < 0.05 over all" in note and "simulated data" in note


def test_many_themes_are_cut_and_none_is_said():
    text = " ".join(words(themes_figure(summary(40), LABELS, 0.01))).replace("\n", " ")
    assert f"{MOST_THEMES} of 40 themes" in text and "padj < 0.01" in text
    assert "SET 25 (+25)" in text and "SET 26 (+26)" not in text
    text = " ".join(words(themes_figure(summary(3).iloc[:0], LABELS, 0.05)))
    assert "no gene set is called in any contrast" in text


def test_long_names_keep_the_number_of_the_others():
    long = summary(1).assign(representative="A" * 80, name="A" * 80 + " (+41)")
    assert any(text.endswith("… (+41)") for text in words(themes_figure(long, LABELS, 0.05)))
