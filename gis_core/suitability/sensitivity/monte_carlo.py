"""Monte Carlo: how probable each class is in every cell when weights and thresholds are drawn."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gis_core.progress import Progress, silent
from gis_core.suitability.classes import ROUNDING
from gis_core.suitability.kernel.shapes import LEVEL
from gis_core.suitability.sensitivity.cells import CriterionCells
from gis_core.suitability.sensitivity.counting import BLOCK, MEAN_AREA, count_chunk
from gis_core.suitability.sensitivity.draws import Draws
from gis_core.text import Text

CHUNK = 16 * BLOCK  # cells scored at a time: long enough that calls cost nothing beside it

Floats = NDArray[np.float32]
Forms = tuple[NDArray[np.int32], NDArray[np.int32], Floats, NDArray[np.int32], Floats]
Combine = Callable[[Floats, Floats], Floats]  # scores (criteria, cells), weights → score (cells,)


@dataclass(frozen=True)
class Counted:
    """What came of all draws.

    Attributes
    ----------
    at_least
        int32 (4, cells): in how many draws the cell is S1, S2 or better, S3 or better, N1 or
        better; 0 for cells without data.
    mean, deviation
        (cells,), of the score over the draws; NaN for cells without data.
    areas
        int64 (draws, 4): area of the cells that `at_least` counts, in the units of the area given.
    draws
        How many draws.
    """

    at_least: NDArray[np.int32]
    mean: Floats
    deviation: Floats
    areas: NDArray[np.int64]
    draws: int

    def class_counts(self) -> NDArray[np.int32]:
        """Return (5, cells): in how many draws the cell is S1, S2, S3, N1, N2; 0 without data."""
        known = np.isfinite(self.mean)
        reached = np.vstack((self.at_least, np.where(known, self.draws, 0).astype(np.int32)))
        return np.diff(reached, axis=0, prepend=np.int32(0))

    def agreement(self, codes: NDArray[np.uint8]) -> Floats:
        """Return the share of draws in which each cell keeps its class `codes`, 1 to 5.

        NaN for other codes and for cells without data.
        """
        known = (codes >= 1) & (codes <= 5) & np.isfinite(self.mean)
        row = np.where(known, codes.astype(np.int64) - 1, 0)
        same = np.take_along_axis(self.class_counts(), row[None, :], axis=0)[0]
        return np.where(known, same / np.float32(self.draws), np.nan).astype(np.float32)


def area_units(areas_m2: NDArray[np.floating], *, mean_m2: float) -> NDArray[np.int32]:
    """Return areas as whole units of which a cell of `mean_m2` square metres has `MEAN_AREA`.

    Sums of whole numbers do not depend on their order.
    """
    return np.rint(np.asarray(areas_m2, np.float64) * (MEAN_AREA / mean_m2)).astype(np.int32)


def count_draws(
    cells: Sequence[CriterionCells],
    draws: Draws,
    *,
    limits: Sequence[float],
    area: NDArray[np.int32] | None = None,
    combine: Combine | None = None,
    threads: int | None = None,
    progress: Progress = silent,
) -> Counted:
    """Score every cell in every draw and count its classes.

    A weighted sum is linear in the scores, so each criterion is scored once a level of its
    thresholds, and a draw adds up what it picks. Other combinations are worked out draw by draw.

    Parameters
    ----------
    cells
        By criterion, all of weight above 0, in the order of the draws.
    draws
        Weights and levels of thresholds.
    limits
        Least scores of S1, S2, S3 and N1, falling.
    area
        (cells,), of `area_units`; without it every cell has `MEAN_AREA`.
    combine
        How scores become one; without it the weighted sum.
    threads
        How many, without it one a processor. The counts do not depend on it, nor on how cells are
        cut into parts; a combination that looks at the whole map needs all cells in one call.

    Returns
    -------
    counted
        Exact counts; mean and deviation to about five figures.
    """
    number = len(cells[0].values)
    units = np.full(number, MEAN_AREA, np.int32) if area is None else area
    counted = Counted(np.zeros((4, number), np.int32), np.empty(number, np.float32),
                      np.empty(number, np.float32), np.zeros((len(draws), 4), np.int64),
                      len(draws))  # fmt: skip
    least = np.array(limits, np.float32)
    if combine is not None:
        _count_combined(cells, draws, combine, least, units, counted, progress)
        return counted
    starts = range(0, number, CHUNK)
    forms = _forms(cells, draws.shares)

    def work(start: int) -> NDArray[np.int64]:
        part = [c.part(start, start + CHUNK) for c in cells]
        return _count_chunk(part, forms, draws, least, units, counted, start)

    with ThreadPoolExecutor(threads or os.cpu_count() or 1) as pool:
        for done, areas in enumerate(pool.map(work, starts)):
            counted.areas[:] += areas
            progress((done + 1) / len(starts), Text(
                f"Drawing {len(draws):,} times: cell {min(number, (done + 1) * CHUNK):,} of "
                f"{number:,}",
                f"正在抽样 {len(draws)} 次：第 {min(number, (done + 1) * CHUNK)} 个单元，"
                f"共 {number} 个",
            ))  # fmt: skip
    return counted


def _forms(cells: Sequence[CriterionCells], shares: NDArray[np.float64]) -> Forms:
    """Return what the compiled loop needs of the criteria that it can score at every level.

    Their places, kinds, parameters (criteria, levels, most), how many parameters each has, and
    the score of level land, NaN for none.
    """
    places = [k for k, c in enumerate(cells) if c.moves]
    kernels = [[cells[k].membership_at(share).kernel() for share in shares] for k in places]
    sizes = [len(levels[0][1]) for levels in kernels]
    parameters = np.zeros((len(places), len(shares), max(sizes, default=1)), np.float32)
    for j, levels in enumerate(kernels):
        for level, (_, given) in enumerate(levels):
            parameters[j, level, : sizes[j]] = given
    kinds = [levels[0][0] for levels in kernels]
    flat = [cells[k].criterion.flat for k in places]
    return (np.array(places, np.int32), np.array(kinds, np.int32), parameters,
            np.array(sizes, np.int32),
            np.array([np.nan if f is None else f for f in flat], np.float32))  # fmt: skip


def level_scores(cells: Sequence[CriterionCells], shares: NDArray[np.float64]) -> Floats:
    """Return scores (blocks, criteria, levels, BLOCK), filled up with NaN behind the last cell.

    Criteria that do not move have their scores at level 0.
    """
    number = len(cells[0].values)
    blocks = -(-number // BLOCK)
    scores = np.full((blocks, len(cells), len(shares), BLOCK), np.nan, np.float32)
    padded = np.full(blocks * BLOCK, np.nan, np.float32)
    for k, criterion in enumerate(cells):
        for level, share in enumerate(shares if criterion.moves else [0.0]):
            found = criterion.shifted(share) if criterion.moves else criterion.scores()
            padded[:number] = found
            scores[:, k, level] = padded.reshape(blocks, BLOCK)
    return scores


def _count_chunk(
    cells: Sequence[CriterionCells],
    forms: Forms,
    draws: Draws,
    limits: Floats,
    units: NDArray[np.int32],
    counted: Counted,
    start: int,
) -> NDArray[np.int64]:
    """Count the cells of one chunk into `counted`; return their area by draw and class."""
    number = len(cells[0].values)
    here = slice(start, start + number)
    moving = np.empty((len(forms[0]), number), np.float32)
    for j, k in enumerate(forms[0]):
        moving[j] = cells[k].values
        if cells[k].criterion.flat is not None:
            moving[j][np.isnan(moving[j])] = LEVEL
    places = np.setdiff1d(np.arange(len(cells), dtype=np.int32), forms[0])
    still = np.empty((len(places), number), np.float32)
    for j, k in enumerate(places):
        still[j] = cells[k].scores()
    areas = np.zeros((len(draws), 4), np.int64)
    count_chunk(
        forms, moving, (places, still), (draws.weights, draws.picks, limits), units[here],
        (counted.at_least[:, here], counted.mean[here], counted.deviation[here], areas),
    )  # fmt: skip
    return areas


def _count_combined(
    cells: Sequence[CriterionCells],
    draws: Draws,
    combine: Combine,
    limits: Floats,
    units: NDArray[np.int32],
    counted: Counted,
    progress: Progress,
) -> None:
    """Count draw by draw, all cells at once."""
    sums, squares = np.zeros(len(units)), np.zeros(len(units))
    still = [None if c.moves else c.scores() for c in cells]
    for draw, (weights, picks) in enumerate(zip(draws.weights, draws.picks, strict=True)):
        progress(draw / len(draws), Text(
            f"Draw {draw + 1:,} of {len(draws):,}", f"第 {draw + 1} 次抽样，共 {len(draws)} 次"
        ))  # fmt: skip
        scores = np.stack([
            c.shifted(float(draws.shares[pick])) if s is None else s
            for c, pick, s in zip(cells, picks, still, strict=True)
        ])  # fmt: skip
        total = combine(scores, weights)
        reached = total + ROUNDING >= limits[:, None]
        counted.at_least[:] += reached
        counted.areas[draw] = (reached * units.astype(np.int64)).sum(axis=1)
        sums += total
        squares += total.astype(np.float64) ** 2
    mean = sums / len(draws)
    counted.mean[:] = mean
    counted.deviation[:] = np.sqrt(np.maximum(squares / len(draws) - mean**2, 0.0))
