"""Which candidates exclude each other: pairs, found fast, and the same as rows of bits."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from numba import njit
from numpy.typing import NDArray
from scipy.spatial import cKDTree

Ints = NDArray[np.int64]
Bits = NDArray[np.uint64]

OVERLAP_M2 = 1.0  # shared area up to this is a common border, not an overlap
ROUNDING_M = 1e-3  # pairs this near the limit are measured, not judged by their discs


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


def excluding_pairs(shapes: NDArray[np.object_], *, spacing_m: float) -> Ints:
    """Return pairs i < j that overlap, or lie no farther apart than `spacing_m` edge to edge.

    Each shape lies between two discs about its centre; only the pairs that these leave open are
    measured, which at wide spacings are few.

    Parameters
    ----------
    shapes
        Polygons in a metric CRS.
    spacing_m
        Metres; 0 means that only a shared area excludes.

    Returns
    -------
    pairs
        Shape (n, 2), rising.
    """
    if not len(shapes):
        return np.zeros((0, 2), np.int64)
    centre = shapely.centroid(shapes)
    place = shapely.get_coordinates(centre)
    corner, of = shapely.get_coordinates(shapes, return_index=True)
    outer = np.zeros(len(shapes))
    np.maximum.at(outer, of, np.hypot(*(corner - place[of]).T))
    inner = shapely.distance(centre, shapely.boundary(shapes))
    inner[~shapely.contains(shapes, centre)] = 0.0
    left, right = _near(place, outer, spacing_m)
    apart = np.hypot(*(place[left] - place[right]).T)
    sure = apart < inner[left] + inner[right] + spacing_m - ROUNDING_M
    ask_left, ask_right = shapes[left[~sure]], shapes[right[~sure]]
    shapely.prepare(shapes)
    if spacing_m > 0:
        sure[~sure] = shapely.dwithin(ask_left, ask_right, spacing_m)
    else:
        meet = shapely.intersects(ask_left, ask_right)
        shared = shapely.area(shapely.intersection(ask_left[meet], ask_right[meet]))
        meet[meet] = shared > OVERLAP_M2
        sure[~sure] = meet
    pairs = np.column_stack((left[sure], right[sure]))
    return pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]


def _near(place: NDArray[np.float64], outer: NDArray[np.float64], spacing_m: float) -> Ints:
    """Return left and right places, left < right, whose outer discs lie within the spacing."""
    found = cKDTree(place).query_pairs(spacing_m + 2 * outer.max(), output_type="ndarray")
    left, right = found.min(axis=1).astype(np.int64), found.max(axis=1).astype(np.int64)
    apart = np.hypot(*(place[left] - place[right]).T)
    near = apart <= outer[left] + outer[right] + spacing_m + ROUNDING_M
    return np.stack((left[near], right[near]))


@njit(cache=True)
def _bits(pairs: Ints, number: int) -> Bits:
    bits = np.zeros((number, (number + 63) // 64), np.uint64)
    for n in range(pairs.shape[0]):
        i, j = pairs[n, 0], pairs[n, 1]
        bits[i, j >> 6] |= np.uint64(1) << np.uint64(j & 63)
        bits[j, i >> 6] |= np.uint64(1) << np.uint64(i & 63)
    return bits
