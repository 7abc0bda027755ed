"""Which candidates exclude each other: pairs, found fast, and the same as rows of bits."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from numba import njit
from numpy.typing import NDArray

from gis_core.bases.deadline import Deadline

Ints = NDArray[np.int64]
Bits = NDArray[np.uint64]
Floats = NDArray[np.float64]

OVERLAP_M2 = 1.0  # shared area up to this is a common border, not an overlap
ROUNDING_M = 1e-3  # pairs this near the limit are measured, not judged by their discs
BLOCK = 64  # shapes whose pairs are found at a time, between two looks at the clock


@dataclass(frozen=True)
class Exclusion:
    """At most one of each pair can be chosen; `group` is the rule that says so.

    `pairs` has shape (n, 2), i < j < `number`, rising, each once.
    """

    group: str
    pairs: Ints
    number: int

    @cached_property
    def bits(self) -> Bits:
        """Row i has bit j set where i and j exclude each other."""
        return _bits(self.pairs, self.number)

    def among(self, places: Ints) -> "Exclusion":
        """Return the pairs within `places` (rising), numbered as in it."""
        new = np.full(self.number, -1)
        new[places] = np.arange(len(places))
        renamed = new[self.pairs]
        return Exclusion(self.group, renamed[(renamed >= 0).all(axis=1)], len(places))

    def none(self) -> "Exclusion":
        """Return the same rule with no pair left."""
        return Exclusion(self.group, np.zeros((0, 2), np.int64), self.number)

    def beside(self, place: int) -> Ints:
        """Return the places that exclude `place`, rising."""
        left, right = self.pairs[:, 0], self.pairs[:, 1]
        return np.concatenate((left[right == place], right[left == place]))


def excluding_pairs(
    shapes: NDArray[np.object_], *, spacing_m: float, deadline: Deadline | None = None
) -> Ints:
    """Return pairs i < j that overlap, or lie no farther apart than `spacing_m` edge to edge.

    Each shape lies between two discs about its centre; only the pairs that these leave open are
    measured, which at wide spacings are few.

    Parameters
    ----------
    shapes
        Polygons in a metric CRS.
    spacing_m
        Metres; 0 means that only a shared area excludes.
    deadline
        Until when; None for however long it takes.

    Returns
    -------
    pairs
        Shape (n, 2), rising.

    Raises
    ------
    TimeLimitError
        If `deadline` passes before all pairs are found.
    """
    if not len(shapes):
        return np.zeros((0, 2), np.int64)
    x, y, outer, inner = _discs(shapes)
    west_first = np.argsort(x, kind="stable")
    discs = np.stack((x, y, outer, inner))[:, west_first]
    shapely.prepare(shapes)
    found = []
    for first in range(0, len(shapes), BLOCK):
        if deadline is not None:
            deadline.check()
        left, right, sure = _near(discs, spacing_m, first, min(first + BLOCK, len(shapes)))
        left, right = west_first[left], west_first[right]
        open_left, open_right = shapes[left[~sure]], shapes[right[~sure]]
        sure[~sure] = _exclude(open_left, open_right, spacing_m)
        ends = left[sure], right[sure]
        found.append(np.column_stack((np.minimum(*ends), np.maximum(*ends))))
    pairs = np.concatenate(found)
    return pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]


def _discs(shapes: NDArray[np.object_]) -> tuple[Floats, Floats, Floats, Floats]:
    """Centres x and y, and about each the radius that holds the shape, and one that it holds."""
    centre = shapely.centroid(shapes)
    place = shapely.get_coordinates(centre)
    corner, of = shapely.get_coordinates(shapes, return_index=True)
    outer = np.zeros(len(shapes))
    np.maximum.at(outer, of, np.hypot(*(corner - place[of]).T))
    inner = np.asarray(shapely.distance(centre, shapely.boundary(shapes)))
    inner[~shapely.contains(shapes, centre)] = 0.0
    return place[:, 0], place[:, 1], outer, inner


def _exclude(
    left: NDArray[np.object_], right: NDArray[np.object_], spacing_m: float
) -> NDArray[np.bool_]:
    """Measure pairs of shapes one by one."""
    if spacing_m > 0:
        return np.asarray(shapely.dwithin(left, right, spacing_m))
    meet = np.asarray(shapely.intersects(left, right))
    meet[meet] = shapely.area(shapely.intersection(left[meet], right[meet])) > OVERLAP_M2
    return meet


@njit(cache=True)
def _near(
    discs: Floats, spacing_m: float, first: int, last: int
) -> tuple[Ints, Ints, NDArray[np.bool_]]:
    """Pairs with a left end from `first` to before `last` whose outer discs lie in the spacing.

    `discs` has x (rising), y, outer and inner radius. The third array says of each pair whether
    the inner discs alone lie so near.
    """
    x, y, outer, inner = discs[0], discs[1], discs[2], discs[3]
    widest = outer.max() + spacing_m + ROUNDING_M
    left = np.empty((last - first) * x.size, np.int64)
    right = np.empty(left.size, np.int64)
    sure = np.empty(left.size, np.bool_)
    count = 0
    for i in range(first, last):
        for j in range(i + 1, x.size):
            if x[j] - x[i] > outer[i] + widest:
                break
            apart = np.hypot(x[j] - x[i], y[j] - y[i])
            if apart <= outer[i] + outer[j] + spacing_m + ROUNDING_M:
                left[count], right[count] = i, j
                sure[count] = apart < inner[i] + inner[j] + spacing_m - ROUNDING_M
                count += 1
    return left[:count].copy(), right[:count].copy(), sure[:count].copy()


@njit(cache=True)
def _bits(pairs: Ints, number: int) -> Bits:
    bits = np.zeros((number, (number + 63) // 64), np.uint64)
    for n in range(pairs.shape[0]):
        i, j = pairs[n, 0], pairs[n, 1]
        bits[i, j >> 6] |= np.uint64(1) << np.uint64(j & 63)
        bits[j, i >> 6] |= np.uint64(1) << np.uint64(i & 63)
    return bits
