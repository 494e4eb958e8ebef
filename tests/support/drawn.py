"""What can be measured on a drawn figure: which words lie over others."""

from itertools import combinations

import numpy as np
from matplotlib.figure import Figure
from matplotlib.path import Path
from matplotlib.text import Text

TOUCH = 0.1  # of a letter's height: room that a font keeps around its letters


def words(figure: Figure) -> list[Text]:
    """Every text of a figure that is seen, after its layout."""
    figure.draw_without_rendering()
    hidden = {id(text) for axes in figure.axes for text in _not_drawn(axes)}
    texts = {id(text): text for text in figure.findobj(Text) if id(text) not in hidden}
    return [text for text in texts.values() if text.get_text().strip() and text.get_visible()]


def _not_drawn(axes) -> list[Text]:
    """Texts of an axis that is off, and of ticks beyond the limits of an axis."""
    found = []
    for axis in (axes.xaxis, axes.yaxis):
        seen = [axis.label, axis.offsetText]
        # The only place that knows which ticks are drawn.
        seen += [label for tick in axis._update_ticks() for label in (tick.label1, tick.label2)]
        kept = {id(text) for text in seen if axes.axison and axis.get_visible()}
        found += [text for text in axis.findobj(Text) if id(text) not in kept]
    return found


def collisions(figure: Figure) -> list[tuple[str, str]]:
    """Pairs of texts of which one lies over the other."""
    outlines = [(text.get_text(), *_outline(text, figure)) for text in words(figure)]
    return [
        (one, other)
        for (one, box, path), (other, other_box, other_path) in combinations(outlines, 2)
        if box.overlaps(other_box) and path.intersects_path(other_path, filled=True)
    ]


def _outline(text: Text, figure: Figure):
    """Box around a text, and the turned rectangle that holds its letters."""
    renderer = figure.canvas.get_renderer()
    box = Text.get_window_extent(text, renderer)  # of an annotation without its arrow
    turned = text.get_rotation()
    text.set_rotation(0)
    level = Text.get_window_extent(text, renderer)
    text.set_rotation(turned)
    slack = 2 * TOUCH * text.get_fontsize() * figure.dpi / 72
    half = np.array([level.width, level.height]) / 2
    half = np.maximum(half - slack / 2, half / 2)
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1], [-1, -1]]) * half
    angle = np.radians(turned)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    middle = [(box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2]
    return box, Path(corners @ turn.T + middle, closed=True)


def outside(figure: Figure) -> list[str]:
    """Texts that reach beyond the edge of the figure by more than a hair (a point)."""
    edge, hair = figure.bbox, figure.dpi / 72
    found = []
    for text in words(figure):
        box = _outline(text, figure)[0]
        if not (
            edge.x0 - hair <= box.x0
            and box.x1 <= edge.x1 + hair
            and edge.y0 - hair <= box.y0
            and box.y1 <= edge.y1 + hair
        ):
            found.append(text.get_text())
    return found
