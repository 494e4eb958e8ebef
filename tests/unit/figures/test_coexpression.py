"""Figures of pairs and sets: samples in quadrants, cut-offs as lines, absent genes said."""

import numpy as np
import pandas as pd

from recurseq.coexpression.named_sets import NamedSet
from recurseq.figures.coexpression import quadrants_figure, sets_figure
from recurseq.figures.style import save
from support.coexpression_study import model, planted, tables

EVIL = "<b>$x$"


def texts(figure):
    return [text.get_text() for text in figure.findobj(lambda part: hasattr(part, "get_text"))]


def study():
    genes, groups = planted(together=2, shift=1)
    rng = np.random.default_rng(0)
    more = {EVIL: rng.lognormal(5, 1, len(groups)), "C": rng.lognormal(5, 1, len(groups))}
    made = model(genes | more, groups)
    one_set = NamedSet("s", "my set", "the marker panel", ("A", "B", EVIL, "C"))
    single = NamedSet("t", "single", "the marker panel", ("A", "NOWHERE"))
    pairs = [["A", "B"], ["A", "NOWHERE"], ["A", EVIL]]
    return tables(made, sets=[one_set, single], pairs=pairs), made.obs["group"]


def drawn(found, groups):
    names = ("samples", "classes", "pairs")
    parts = [found[f"coexpression_{name}"].infer_objects() for name in names]
    return quadrants_figure(*parts, groups, simulated=True)


def test_every_sample_stands_in_its_quadrant(tmp_path):
    found, groups = study()
    figure = drawn(found, groups)
    panel = figure.axes[0]
    points = np.vstack([one.get_offsets() for one in panel.collections])
    assert len(points) == len(groups)
    upright, flat = panel.lines[0].get_xdata()[0], panel.lines[1].get_ydata()[0]
    right = (points[:, 0] > upright) & (points[:, 1] > flat)
    classes = found["coexpression_classes"]
    assert right.sum() == classes.loc[classes["pair"] == "A/B", "both_high"].sum()
    save(figure, tmp_path / "f.svg")


def test_the_figure_says_what_it_is_of():
    found, groups = study()
    said = "\n".join(texts(drawn(found, groups)))
    pairs = found["coexpression_pairs"]
    inner = pairs[(pairs["pair"] == "A/B") & (pairs["kind"] == "within")].iloc[0]
    assert f"within groups: rho {inner['rho']:.2f}" in said
    assert "above the median of the samples of early v none" in said
    assert "not in the counts" in said
    assert "simulated data" in said
    assert EVIL in said


def test_sets_show_within_groups_below_the_diagonal(tmp_path):
    found, _ = study()
    figure = sets_figure(found["coexpression_pairs"], found["coexpression_sets"])
    panel = figure.axes[0]
    shown = np.asarray(panel.images[0].get_array().filled(np.nan), dtype=float)
    names = [label.get_text() for label in panel.get_xticklabels()]
    rho = found["coexpression_pairs"].set_index(["pair", "kind"])["rho"].sort_index()
    one, other = sorted((names.index("A"), names.index("B")))
    assert shown[other, one] == rho.loc[("A/B", "within")].item()
    assert shown[one, other] == rho.loc[("A/B", "overall")].item()
    assert np.isnan(np.diag(shown)).all()
    assert "fewer than two of its genes\nare in the counts" in texts(figure)
    save(figure, tmp_path / "f.svg")


def test_a_study_of_one_pair_that_is_not_there():
    genes, groups = planted(1, 0)
    made = model(genes, groups)
    found = tables(made, pairs=[["X", "Y"]])
    figure = drawn(found, pd.Series(made.obs["group"]))
    assert "not in the counts" in texts(figure)
