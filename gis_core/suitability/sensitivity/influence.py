"""Which criterion decides: Sobol indices of the good land's area and of the mean score."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from gis_core.suitability.classes import ROUNDING
from gis_core.suitability.sensitivity.cells import CriterionCells
from gis_core.suitability.sensitivity.counting import sum_block
from gis_core.suitability.sensitivity.draws import Draws, DrawSettings, drawn_from, unit_sample
from gis_core.suitability.sensitivity.monte_carlo import Combine, level_scores
from gis_core.suitability.sensitivity.sobol import SobolIndices, crossed_samples, sobol_indices

ROWS = 512  # of the sample matrices A and B

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Influence:
    """Sobol indices of criteria, on a sample of cells.

    Outputs are, zone by zone, the share of S1 and S2 land and then, zone by zone, the mean score;
    zone 0 is the whole.

    Attributes
    ----------
    names
        Criteria, in the order of the factors.
    zones
        Number of zones, the whole among them.
    cells
        How many sampled cells each zone has.
    evaluations
        How often the model was worked out.
    whole
        One factor a criterion: its weight and its thresholds together.
    apart
        The factors of all weights and then of all thresholds.
    """

    names: tuple[str, ...]
    zones: int
    cells: tuple[int, ...]
    evaluations: int
    whole: SobolIndices
    apart: SobolIndices


def find_influence(
    cells: Sequence[CriterionCells],
    weights: Floats,
    *,
    zones: NDArray[np.integer],
    good: float,
    settings: DrawSettings,
    rows: int = ROWS,
    combine: Combine | None = None,
) -> Influence:
    """Find which criteria decide how much good land there is, and how high the mean score is.

    Parameters
    ----------
    cells
        Sampled cells by criterion; every cell has data.
    weights
        (criteria,), sum 1.
    zones
        (cells,), number of each cell's county from 1; 0 is none.
    good
        Least score of S2.
    settings
        How weights and thresholds move; its number of draws is not used.
    rows
        Of the sample matrices, which are a scrambled Sobol sequence.
    combine
        How scores become one; without it the weighted sum.
    """
    number = len(cells)
    moves = np.array([c.moves for c in cells])
    sample = unit_sample(rows, 4 * number, method="sobol", seed=settings.seed)
    kinds: tuple[Literal["apart", "whole"], ...] = ("apart", "whole")
    factors = {"apart": np.arange(2 * number), "whole": np.tile(np.arange(number), 2)}
    order = np.argsort(zones, kind="stable")
    sorted_cells = [replace(c, values=c.values[order]) for c in cells]
    evaluated: dict[str, list[Floats]] = {}
    for kind in kinds:
        first, second, crossed = crossed_samples(sample, factors[kind])
        matrices = crossed if kind == "whole" else [first, second, *crossed]
        stacked = np.concatenate(matrices)
        draws = drawn_from(stacked, weights, moves, settings)
        outputs = zone_outputs(sorted_cells, draws, zones=zones[order], good=good, combine=combine)
        evaluated[kind] = np.split(outputs, len(matrices))
    of_first, of_second, *apart = evaluated["apart"]
    return Influence(
        tuple(c.criterion.name for c in cells), int(zones.max(initial=0)) + 1,
        (len(zones), *np.bincount(zones, minlength=int(zones.max(initial=0)) + 1)[1:].tolist()),
        rows * (2 + 3 * number),
        sobol_indices(of_first, of_second, np.stack(evaluated["whole"]), seed=settings.seed),
        sobol_indices(of_first, of_second, np.stack(apart), seed=settings.seed),
    )  # fmt: skip


def zone_outputs(
    cells: Sequence[CriterionCells],
    draws: Draws,
    *,
    zones: NDArray[np.integer],
    good: float,
    combine: Combine | None = None,
) -> Floats:
    """Return (draws, 2 × zones): shares of land that reaches `good`, then mean scores.

    `zones` are sorted, from 0 for no county; column 0 of each half is the whole, the others the
    counties by number. NaN for a county without a cell.
    """
    last = int(zones.max(initial=0))
    reaching, sums = np.zeros((last + 1, len(draws))), np.zeros((last + 1, len(draws)))
    if combine is not None:
        _add_combined(cells, draws, zones, good, combine, (reaching, sums))
    else:
        for zone in range(last + 1):
            start, end = np.searchsorted(zones, [zone, zone + 1])
            if start < end:
                part = [c.part(int(start), int(end)) for c in cells]
                reaching[zone], sums[zone] = _weighted(part, draws, good)
    counts = np.bincount(zones, minlength=last + 1).astype(np.float64)
    reaching[0], sums[0], counts[0] = reaching.sum(axis=0), sums.sum(axis=0), len(zones)
    with np.errstate(invalid="ignore"):
        return np.vstack((reaching / counts[:, None], sums / counts[:, None])).T


def _weighted(
    cells: Sequence[CriterionCells], draws: Draws, good: float
) -> tuple[NDArray[np.int64], Floats]:
    """Cells that reach `good` and the sum of the scores, draw by draw."""
    reaching, sums = np.zeros(len(draws), np.int64), np.zeros(len(draws))
    left = len(cells[0].values)
    for block in level_scores(cells, draws.shares):
        kept = np.ascontiguousarray(block[:, :, : min(left, block.shape[2])])
        sum_block(kept, draws.weights, draws.picks, good, reaching, sums)
        left -= kept.shape[2]
    return reaching, sums


def _add_combined(
    cells: Sequence[CriterionCells],
    draws: Draws,
    zones: NDArray[np.integer],
    good: float,
    combine: Combine,
    into: tuple[Floats, Floats],
) -> None:
    """Add the same by zone where scores are combined otherwise, all cells together."""
    number, criteria = len(zones), np.arange(len(cells))
    levels = level_scores(cells, draws.shares).transpose(1, 2, 0, 3)
    flat = levels.reshape(len(cells), len(draws.shares), -1)[:, :, :number]
    for draw, (weights, picks) in enumerate(zip(draws.weights, draws.picks, strict=True)):
        total = combine(flat[criteria, picks], weights)
        reached = total + ROUNDING >= np.float32(good)
        into[0][:, draw] = np.bincount(zones, reached, minlength=len(into[0]))
        into[1][:, draw] = np.bincount(zones, total, minlength=len(into[1]))
