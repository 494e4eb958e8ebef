"""Names beside points, moved apart until none covers another."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.transforms import Bbox

from recurseq.figures.style import INK, short

# Offsets to try, nearest first: rings around the point, right and above before left and below.
ANGLES = (20, -20, 160, -160, 60, 120, -60, -120, 90, -90)
RADII = (6, 11, 17, 24, 32, 42, 54, 68, 84)


def place_labels(
    axes: Axes,
    x: Sequence[float],
    y: Sequence[float],
    texts: Sequence[object],
    size: float = 7.5,
    avoid: np.ndarray | None = None,
    ring: float = 20,
) -> list[str]:
    """Write a name beside each point so that names cover neither each other nor their points.

    The most important name comes first: each takes the nearest free place, with a thin line to its
    point when it had to move. A name that finds no place is left out. Same input, same places.

    Parameters
    ----------
    axes
        Axes with their final limits.
    x, y
        Points in data coordinates.
    texts
        Names, drawn as they are (no mathematics).
    size
        Font size in points.
    avoid
        Further points (n × 2, data coordinates) that no name should cover while there is room.
    ring
        Area of the ring around each named point (points squared): in a crowd it shows which point
        a name belongs to.

    Returns
    -------
    list of str
        The names that were drawn.
    """
    axes.scatter(x, y, s=ring, facecolor="none", edgecolor=INK, linewidth=0.7, zorder=4)
    figure = axes.figure
    figure.draw_without_rendering()
    figure.set_layout_engine("none")  # a later change of layout would move points under names
    renderer = figure.canvas.get_renderer()
    frame = axes.get_window_extent(renderer)
    points = axes.transData.transform(np.column_stack([x, y]).astype(float).reshape(-1, 2))
    scale = figure.dpi / 72
    taken = _boxes(points, scale)
    soft = [] if avoid is None else _boxes(axes.transData.transform(avoid), scale)
    clear = max(math.sqrt(ring / math.pi) - 2.5, 0)  # names start outside the ring
    drawn = []
    for index, text in enumerate(texts):
        label = short(text, 30)
        width, height = _extent(axes, label, size, renderer)
        boxes = [box for place, box in enumerate(taken) if place != index]
        place = _free_place(points[index], width, height, boxes + soft, frame, scale, clear)
        if place is None and soft:
            place = _free_place(points[index], width, height, boxes, frame, scale, clear)
        if place is None:
            continue
        box, radius = place
        taken.append(box)
        drawn.append(str(text))
        _draw(axes, points[index], box, label, size, radius)
    return drawn


def _boxes(points: np.ndarray, scale: float) -> list[Bbox]:
    half = 2.5 * scale
    return [Bbox.from_extents(*(point - half), *(point + half)) for point in points]


def _extent(axes: Axes, label: str, size: float, renderer: object) -> tuple[float, float]:
    probe = axes.text(0, 0, label, fontsize=size)
    box = probe.get_window_extent(renderer)
    probe.remove()
    return box.width, box.height


def _free_place(
    point: np.ndarray,
    width: float,
    height: float,
    taken: list[Bbox],
    frame: Bbox,
    scale: float,
    clear: float,
) -> tuple[Bbox, float] | None:
    for radius in RADII:
        for angle in ANGLES:
            dx = math.cos(math.radians(angle)) * (radius + clear) * scale
            dy = math.sin(math.radians(angle)) * (radius + clear) * scale
            left = point[0] + dx - (width if dx < 0 else 0)
            if abs(angle) == 90:
                left = point[0] - width / 2
            low = point[1] + dy - height / 2
            box = Bbox.from_bounds(left, low, width, height)
            inside = (
                box.x0 >= frame.x0
                and box.x1 <= frame.x1
                and box.y0 >= frame.y0
                and box.y1 <= frame.y1
            )
            if inside and not any(box.overlaps(other) for other in taken):
                return box, radius
    return None


def _draw(axes: Axes, point: np.ndarray, box: Bbox, label: str, size: float, radius: float) -> None:
    to_data = axes.transData.inverted().transform
    middle = to_data([(box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2])
    paper = {"facecolor": "white", "alpha": 0.75, "linewidth": 0, "pad": 0.3}
    axes.text(
        *middle, label, fontsize=size, color=INK, ha="center", va="center", zorder=5, bbox=paper
    )
    if radius <= RADII[0]:
        return
    nearest = np.clip(point, [box.x0, box.y0], [box.x1, box.y1])
    ends = to_data([point, nearest])
    axes.plot(ends[:, 0], ends[:, 1], color=INK, linewidth=0.5, alpha=0.7, zorder=4)
