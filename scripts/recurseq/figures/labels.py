"""Names beside points, moved apart until none covers another."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke
from matplotlib.transforms import Bbox

from recurseq.figures.colours import INK
from recurseq.figures.style import short

# Places to try around a point: above and beside before below, near before far (points).
ANGLES = tuple(range(0, 360, 15))
RADII = (5, 9, 14, 20, 28, 38, 50, 64, 80, 98, 118, 140, 165, 190)
COVERED = 6.0  # a covered point costs as much as so many points of distance
CROSSED = 60.0  # a line that crosses another
CELL = 4.0  # pixels of the grid on which points are counted


def place_labels(
    axes: Axes,
    x: Sequence[float],
    y: Sequence[float],
    texts: Sequence[object],
    size: float = 8,
    avoid: np.ndarray | None = None,
    ring: float = 20,
) -> list[str]:
    """Write a name beside each point so that names cover neither each other nor their points.

    The most important name comes first: each takes the place that costs least in distance, covered
    points and crossed lines, with a thin line to its point when it had to move. A name that finds
    no place is left out. Same input, same places.

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
    axes.scatter(
        x, y, s=ring, facecolor="none", edgecolor=INK, linewidth=1.1, zorder=4,
        path_effects=[withStroke(linewidth=2.8, foreground="white")],
    )  # fmt: skip
    figure = axes.figure
    figure.draw_without_rendering()
    figure.set_layout_engine("none")  # a later change of layout would move points under names
    renderer = figure.canvas.get_renderer()
    frame = axes.get_window_extent(renderer)
    points = axes.transData.transform(np.column_stack([x, y]).astype(float).reshape(-1, 2))
    scale = figure.dpi / 72
    others = np.empty((0, 2)) if avoid is None else axes.transData.transform(avoid)
    crowd = _Crowd(others, frame)
    half = 2.5 * scale
    taken = np.column_stack([points - half, points + half])
    clear = max(math.sqrt(ring / math.pi) - 2.5, 0)  # names start outside the ring
    lines: list[np.ndarray] = []
    drawn = []
    for index, text in enumerate(texts):
        label = short(text, 30)
        boxes, radii = _places(points[index], _extent(axes, label, size, renderer), scale, clear)
        free = _inside(boxes, frame) & ~_overlaps(boxes, np.delete(taken, index, axis=0))
        if not free.any():
            continue
        boxes, radii = boxes[free], radii[free]
        leaders = _leaders(points[index], boxes)
        cost = radii + COVERED * np.minimum(crowd.within(boxes), 40)
        cost += CROSSED * sum((_cross(leaders, line) for line in lines), np.zeros(len(boxes)))
        cost += CROSSED * _overlap_lines(boxes, lines)
        best = int(np.argmin(cost))  # the first of equals: the nearest, by the order of angles
        taken = np.vstack([taken, boxes[best]])
        moved = radii[best] > RADII[0]
        if moved:
            lines.append(leaders[best])
        drawn.append(str(text))
        _draw(axes, leaders[best] if moved else None, boxes[best], label, size, clear * scale)
    return drawn


def _extent(axes: Axes, label: str, size: float, renderer: object) -> tuple[float, float]:
    probe = axes.text(0, 0, label, fontsize=size)
    box = probe.get_window_extent(renderer)
    probe.remove()
    return box.width, box.height


def _places(
    point: np.ndarray, extent: tuple[float, float], scale: float, clear: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return boxes (x0, y0, x1, y1) around a point, nearest first, and their distances."""
    radii, angles = (part.ravel() for part in np.meshgrid(RADII, np.radians(ANGLES), indexing="ij"))
    dx, dy = np.cos(angles), np.sin(angles)
    reach = (radii + clear) * scale
    # The edge that faces the point, not the middle of the name, lies at the distance.
    left = point[0] + reach * dx - extent[0] * (1 - dx) / 2
    low = point[1] + reach * dy - extent[1] * (1 - dy) / 2
    return np.column_stack([left, low, left + extent[0], low + extent[1]]), radii.astype(float)


class _Crowd:
    """Points counted on a grid of pixels, so that any box is looked up at once."""

    def __init__(self, points: np.ndarray, frame: Bbox) -> None:
        self.origin = np.array([frame.x0, frame.y0])
        self.shape = np.maximum(np.ceil(np.array([frame.width, frame.height]) / CELL), 1).astype(
            int
        )
        edges = [
            np.arange(cells + 1) * CELL + start
            for cells, start in zip(self.shape, self.origin, strict=True)
        ]
        counts = np.histogram2d(points[:, 0], points[:, 1], bins=edges)[0]
        self.sums = np.pad(counts.cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0)))

    def within(self, boxes: np.ndarray) -> np.ndarray:
        """Count the points within each box, to the nearest cell of the grid."""
        low = np.floor((boxes[:, :2] - self.origin) / CELL).astype(int).clip(0, self.shape)
        high = np.ceil((boxes[:, 2:] - self.origin) / CELL).astype(int).clip(0, self.shape)
        sums = self.sums
        return (
            sums[high[:, 0], high[:, 1]] - sums[low[:, 0], high[:, 1]]
            - sums[high[:, 0], low[:, 1]] + sums[low[:, 0], low[:, 1]]
        )  # fmt: skip


def _inside(boxes: np.ndarray, frame: Bbox) -> np.ndarray:
    return (
        (boxes[:, 0] >= frame.x0) & (boxes[:, 1] >= frame.y0)
        & (boxes[:, 2] <= frame.x1) & (boxes[:, 3] <= frame.y1)
    )  # fmt: skip


def _overlaps(boxes: np.ndarray, others: np.ndarray) -> np.ndarray:
    one, two = boxes[:, None], others[None]
    apart = (one[..., :2] >= two[..., 2:]).any(axis=2) | (one[..., 2:] <= two[..., :2]).any(axis=2)
    return (~apart).any(axis=1)


def _leaders(point: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    """Return lines (from, to) from a point to the nearest place of each box."""
    return np.stack(
        [np.tile(point, (len(boxes), 1)), np.clip(point, boxes[:, :2], boxes[:, 2:])], axis=1
    )


def _cross(lines: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Whether each line crosses another one."""

    def side(start: np.ndarray, end: np.ndarray, point: np.ndarray) -> np.ndarray:
        along, across = end - start, point - start
        return np.sign(along[..., 0] * across[..., 1] - along[..., 1] * across[..., 0])

    start, end = lines[:, 0], lines[:, 1]
    return (side(start, end, other[0]) != side(start, end, other[1])) & (
        side(other[0], other[1], start) != side(other[0], other[1], end)
    )


def _overlap_lines(boxes: np.ndarray, lines: list[np.ndarray]) -> np.ndarray:
    """Count the lines that run under each box, by points along them."""
    steps = np.linspace(0, 1, 21)[:, None]
    under = np.zeros(len(boxes))
    for line in lines:
        along = line[0] + steps * (line[1] - line[0])
        inside = (along >= boxes[:, None, :2]) & (along <= boxes[:, None, 2:])
        under += inside.all(axis=2).any(axis=1)
    return under


def _draw(
    axes: Axes,
    leader: np.ndarray | None,
    box: np.ndarray,
    label: str,
    size: float,
    ring: float,
) -> None:
    to_data = axes.transData.inverted().transform
    middle = to_data([(box[0] + box[2]) / 2, (box[1] + box[3]) / 2])
    paper = {"facecolor": "white", "alpha": 0.8, "linewidth": 0, "pad": 0.4}
    axes.text(
        *middle, label, fontsize=size, color=INK, ha="center", va="center", zorder=6, bbox=paper
    )
    if leader is None:
        return
    length = max(np.hypot(*(leader[1] - leader[0])), 1e-9)
    start = leader[0] + (leader[1] - leader[0]) * min((ring + 2.5) / length, 1)
    ends = to_data(np.stack([start, leader[1]]))
    axes.plot(ends[:, 0], ends[:, 1], color=INK, linewidth=0.6, zorder=5)
