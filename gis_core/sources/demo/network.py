"""Least-cost paths over a coarse grid: where roads would be built, and how far places are.

References
----------
Dijkstra (1959), A note on two problems in connexion with graphs.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from gis_core.sources.demo.drainage import _pop, _push

EASY_GRADE = 0.03  # a grade that doubles the cost of a metre of road


@njit(cache=True)
def _cost(
    z: NDArray[np.float32], friction: NDArray[np.float32], used: NDArray[np.uint8],
    cell: int, other: int, run: float, easy_grade: float, reuse: float,
) -> float:  # fmt: skip
    grade = abs(z[other] - z[cell]) / run / easy_grade
    cost = run * 0.5 * (friction[cell] + friction[other]) * (1.0 + grade * grade)
    if used[cell] and used[other]:
        cost *= reuse
    return cost


@njit(cache=True)
def spread(
    z: NDArray[np.float32], friction: NDArray[np.float32], used: NDArray[np.uint8],
    sources: NDArray[np.int64], goals: NDArray[np.int64], shape: tuple[int, int],
    cell_m: float, easy_grade: float, reuse: float,
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:  # fmt: skip
    """Return the cost from the nearest source and the cell before each one.

    Parameters
    ----------
    z, friction, used
        Flat: height (m), cost of a level metre (1 is plain ground), and 1 where a road exists.
    sources, goals
        Flat indices; the search ends when all goals are reached (none: when all cells are).
    easy_grade, reuse
        Grade that doubles the cost; factor on cells where a road already runs.

    Returns
    -------
    cost, before
        Flat; infinite and -1 where the search did not come, -1 too at the sources.
    """
    rows, cols = shape
    n = rows * cols
    cost = np.full(n, np.inf)
    before = np.full(n, -1, dtype=np.int64)
    settled = np.zeros(n, dtype=np.bool_)
    wanted = np.zeros(n, dtype=np.bool_)
    left = 0
    for goal in goals:
        if not wanted[goal]:
            wanted[goal] = True
            left += 1
    keys = np.empty(8 * n + sources.size, dtype=np.float64)
    items = np.empty(8 * n + sources.size, dtype=np.int64)
    size = 0
    for source in sources:
        cost[source] = 0.0
        size = _push(keys, items, size, 0.0, source)
    while size > 0:
        cell = items[0]
        size = _pop(keys, items, size)
        if settled[cell]:
            continue
        settled[cell] = True
        if wanted[cell]:
            left -= 1
            if left == 0:
                break
        row, col = cell // cols, cell % cols
        for dr in range(-1, 2):
            for dc in range(-1, 2):
                r, c = row + dr, col + dc
                if (dr == 0 and dc == 0) or r < 0 or c < 0 or r >= rows or c >= cols:
                    continue
                other = r * cols + c
                if settled[other]:
                    continue
                run = cell_m if dr == 0 or dc == 0 else cell_m * 1.4142135623730951
                total = cost[cell] + _cost(z, friction, used, cell, other, run, easy_grade, reuse)
                if total < cost[other]:
                    cost[other] = total
                    before[other] = cell
                    size = _push(keys, items, size, total, other)
    return cost, before


@njit(cache=True)
def trace(before: NDArray[np.int64], goal: int) -> NDArray[np.int64]:
    """Return the flat cells of the path from its source to `goal`."""
    count = 1
    cell = goal
    while before[cell] >= 0:
        cell = before[cell]
        count += 1
    path = np.empty(count, dtype=np.int64)
    cell = goal
    for k in range(count - 1, -1, -1):
        path[k] = cell
        cell = before[cell]
    return path


def chain_edges(edges: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """Join undirected edges (n, 2) into the longest lines between their junctions and ends.

    Each edge comes once. Deterministic: lines start at junctions and ends in ascending order,
    closed rings last.
    """
    neighbours: dict[int, list[int]] = {}
    for a, b in edges.tolist():
        neighbours.setdefault(a, []).append(b)
        neighbours.setdefault(b, []).append(a)
    used: set[tuple[int, int]] = set()
    lines: list[NDArray[np.int64]] = []

    def walk(start: int, step: int) -> None:
        line = [start]
        here, ahead = start, step
        while True:
            used.add((here, ahead))
            used.add((ahead, here))
            line.append(ahead)
            onward = [n for n in neighbours[ahead] if (ahead, n) not in used]
            if len(neighbours[ahead]) != 2 or not onward:
                break
            here, ahead = ahead, onward[0]
        lines.append(np.asarray(line, dtype=np.int64))

    ends = sorted(cell for cell, near in neighbours.items() if len(near) != 2)
    for start in [*ends, *sorted(neighbours)]:
        for step in neighbours[start]:
            if (start, step) not in used:
                walk(start, step)
    return lines
