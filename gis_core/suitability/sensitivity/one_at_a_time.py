"""One at a time: what moving a single weight or threshold does to the classes."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from gis_core.suitability.classes import class_numbers
from gis_core.suitability.sensitivity.cells import CriterionCells, moved_thresholds
from gis_core.suitability.sensitivity.counting import compare_classes
from gis_core.suitability.sensitivity.monte_carlo import Combine

WEIGHT_STEPS = (-0.5, -0.25, -0.1, 0.1, 0.25, 0.5)  # of the weight itself
CHUNK = 65_536  # cells at a time

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Move:
    """One thing moved: a weight by a share of itself, or a threshold by its spread.

    `key` is the threshold's, "" for a weight; `before` and `after` are weights 0 to 1, or values
    in the unit of the threshold.
    """

    kind: Literal["weight", "threshold"]
    criterion: str
    key: str
    before: float
    after: float


@dataclass(frozen=True)
class Effect:
    """What a move does: areas of the classes S1 to N2 after it, and what changes its class.

    `areas` and `changed_area` in the units of the area given, `changed_cells` in cells.
    """

    move: Move
    areas: tuple[int, ...]
    changed_cells: int
    changed_area: int


@dataclass(frozen=True)
class OneAtATime:
    """Areas of the classes S1 to N2 as they are, cells counted, and the effect of every move."""

    areas: tuple[int, ...]
    cells: int
    effects: tuple[Effect, ...]


def weight_moves(
    names: Sequence[str], weights: NDArray[np.float64], steps: Sequence[float] = WEIGHT_STEPS
) -> list[tuple[Move, NDArray[np.float32]]]:
    """Return each weight moved by each share of itself, at most to 1, with all weights then.

    The others keep their proportions and the sum stays 1. `weights` have the sum 1; a weight that
    stands alone cannot move.
    """
    moves = []
    for k, name in enumerate(names):
        for step in steps if weights[k] < 1 else ():
            after = min(1.0, float(weights[k]) * (1.0 + step))
            shared = weights * (1.0 - after) / (1.0 - weights[k])
            shared[k] = after
            move = Move("weight", name, "", float(weights[k]), after)
            moves.append((move, shared.astype(np.float32)))
    return moves


def threshold_moves(cells: Sequence[CriterionCells]) -> list[Move]:
    """Return each threshold with a spread moved down and up by it."""
    return [
        Move("threshold", t.part, t.key, t.value, t.value + sign * t.spread)
        for t in moved_thresholds(cells)
        for sign in (-1.0, 1.0)
    ]


def one_at_a_time(
    cells: Sequence[CriterionCells],
    weights: NDArray[np.float64],
    *,
    limits: Sequence[float],
    area: NDArray[np.integer],
    steps: Sequence[float] = WEIGHT_STEPS,
    combine: Combine | None = None,
) -> OneAtATime:
    """Move every weight and every threshold alone and see what becomes of the classes.

    Parameters
    ----------
    cells
        By criterion, in the order of `weights`. A cell without data in one of them is left out.
    weights
        (criteria,), sum 1.
    limits
        Least scores of S1, S2, S3 and N1, falling.
    area
        (cells,), whole units, which are summed exactly.
    steps
        By what share of itself a weight moves.
    combine
        How scores become one; without it the weighted sum, cut into parts of which nothing
        depends. Another combination is given all cells at once.
    """
    names = [c.criterion.name for c in cells]
    by_weight = weight_moves(names, weights, steps)
    by_threshold = threshold_moves(cells)
    moves = [m for m, _ in by_weight] + by_threshold
    areas = np.zeros((len(moves) + 1, 5), np.int64)
    changed = np.zeros((len(moves), 2), np.int64)
    least, shared = np.array(limits, np.float32), weights.astype(np.float32)
    merge = combine or _weighted_sum
    number = len(cells[0].values)
    counted = 0
    for start in range(0, number, CHUNK if combine is None else number):
        end = min(number, start + CHUNK) if combine is None else number
        part = [c.part(start, end) for c in cells]
        here = area[start:end].astype(np.int64)
        scores = np.stack([c.scores() for c in part])
        base = class_numbers(merge(scores, shared), least)
        counted += int((base > 0).sum())
        areas[0] += np.bincount(base, here, minlength=6)[1:6].astype(np.int64)
        for i, score in enumerate(_moved_scores(part, scores, by_weight, by_threshold, merge,
                                                shared)):  # fmt: skip
            changed[i] += compare_classes(score, base, here, least, areas[i + 1])
    effects = tuple(
        Effect(move, tuple(areas[i + 1].tolist()), int(changed[i, 0]), int(changed[i, 1]))
        for i, move in enumerate(moves)
    )
    return OneAtATime(tuple(areas[0].tolist()), counted, effects)


def _moved_scores(
    cells: Sequence[CriterionCells],
    scores: Floats,
    by_weight: Sequence[tuple[Move, Floats]],
    by_threshold: Sequence[Move],
    merge: Callable[[Floats, Floats], Floats],
    weights: Floats,
) -> Iterator[Floats]:
    for _, shared in by_weight:
        yield merge(scores, shared)
    place = {c.criterion.name: k for k, c in enumerate(cells)}
    for move in by_threshold:
        k = place[move.criterion]
        moved = scores.copy()
        moved[k] = cells[k].scores({move.key: move.after})
        yield merge(moved, weights)


def _weighted_sum(scores: Floats, weights: Floats) -> Floats:
    total = np.zeros(scores.shape[1], np.float32)
    for weight, score in zip(weights, scores, strict=True):
        total += weight * score
    return total
