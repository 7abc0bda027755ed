"""Areas by class, by rule and by what limits, of the whole and of every unit.

Cells that a line between units cuts count by the share that each unit covers, so the units' areas
add up to the whole.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
from numba import njit
from numpy.typing import NDArray

from gis_core.grid import Grid
from gis_core.suitability.best_land import best_land
from gis_core.suitability.model import Rule
from gis_core.suitability.result import (
    CLASS_NAMES,
    EXCLUDED_CLASS,
    NO_DATA_CLASS,
    BestLand,
    ClassArea,
    CriterionUse,
    ExcludedArea,
    LimitingArea,
    UnitFigures,
)
from gis_core.surfaces.shares import ZoneShares, zone_shares
from gis_core.text import Text

Floats = NDArray[np.float32]
Areas = NDArray[np.float64]
Codes = NDArray[np.uint8]
SCORED = slice(1, len(CLASS_NAMES) + 1)  # codes of the classes


@dataclass(frozen=True)
class CellLayers:
    """A run's cells, each (height, width).

    `score` 0 to 1, NaN without; `codes` as `SuitabilityResult.class_codes`; `failed` the bits of
    failed rules; `limiting` the criterion that holds the cell back most, from 1, 0 for none;
    `area_mu` the cell's own area, mu.
    """

    score: Floats
    codes: Codes
    failed: NDArray[np.uint32]
    limiting: Codes
    area_mu: Floats


@dataclass(frozen=True)
class Tally:
    """Areas in mu by unit (rows, in the units' order).

    `by_class` has a column a code, `by_rule` a column a rule, `by_limiting` a column a criterion
    after one for none, over scored cells; `score_area` is the sum of score × area.
    """

    by_class: Areas
    by_rule: Areas
    by_limiting: Areas
    score_area: Areas


def shares_of(units: gpd.GeoDataFrame | None, grid: Grid) -> ZoneShares:
    """Return the units' shares of every cell; without units all cells belong to one."""
    if units is not None:
        return zone_shares(units, grid)
    whole = grid.wrap(np.ones(grid.shape, np.int32), name="zones")
    nothing = np.zeros(0)
    return ZoneShares(whole, nothing.astype(np.int64), nothing.astype(np.int32), nothing, 1)


def covered(shares: ZoneShares) -> NDArray[np.bool_]:
    """Return which cells (height, width) some unit covers, wholly or in part."""
    inside = shares.labels.to_numpy() > 0
    inside.ravel()[shares.cells] = True
    return np.asarray(inside)


def tally(shares: ZoneShares, cells: CellLayers, *, criteria: int, rules: int) -> Tally:
    """Add up areas by unit in one pass over the cells."""
    found = _tally(
        shares.labels.to_numpy(), (shares.cells, shares.zones, shares.shares),
        (cells.score, cells.codes, cells.failed, cells.limiting, cells.area_mu),
        np.zeros((shares.number + 1, EXCLUDED_CLASS + 1)),
        np.zeros((shares.number + 1, rules)),
        np.zeros((shares.number + 1, criteria + 1)),
    )  # fmt: skip
    return Tally(*(part[1:] for part in found))


def class_areas(found: Tally, codes: Codes) -> tuple[ClassArea, ...]:
    """Return cells, area in mu and share of the scored area for every class, over all units.

    `codes` (height, width) as in `CellLayers`. Shares are 0 to 1, all 0 where nothing is scored.
    """
    cells = np.bincount(codes.ravel(), minlength=EXCLUDED_CLASS + 1)
    area = found.by_class.sum(axis=0)
    scored = float(area[SCORED].sum())
    return tuple(
        ClassArea(name, int(cells[i]), float(area[i]), float(area[i] / scored) if scored else 0.0)
        for i, name in enumerate(CLASS_NAMES, 1)
    )


def excluded_areas(
    rules: Sequence[Rule], found: Tally, failed: NDArray[np.uint32]
) -> tuple[ExcludedArea, ...]:
    """Return cells and area in mu that each rule excludes, over all units; rules overlap."""
    area = found.by_rule.sum(axis=0)
    return tuple(
        ExcludedArea(
            rule.name, rule.title, rule.tag, rule.source,
            int(np.count_nonzero(failed & np.uint32(1 << bit))), float(area[bit]),
        )
        for bit, rule in enumerate(rules)
    )  # fmt: skip


def unit_figures(
    units: gpd.GeoDataFrame | None,
    shares: ZoneShares,
    found: Tally,
    cells: CellLayers,
    *,
    parts: tuple[Sequence[CriterionUse], Sequence[Rule]],
) -> tuple[UnitFigures, ...]:
    """Return every unit's areas, mean score, limiting factors and best land.

    Parameters
    ----------
    units
        code, name_zh, name_en; None gives no figures.
    shares, found, cells
        Of these units; see `shares_of` and `tally`.
    parts
        The criteria used, in the order that `limiting` counts, and the model's rules.
    """
    if units is None:
        return ()
    criteria, rules = parts
    best = best_land(shares, cells.codes, cells.score, cells.area_mu)
    return tuple(
        _unit(str(row.code), Text(str(row.name_en or row.name_zh or row.code),
                                  str(row.name_zh or row.code)),
              found, i, criteria=criteria, rules=rules, best=best[i])
        for i, row in enumerate(units.itertuples())
    )  # fmt: skip


def _unit(
    code: str,
    name: Text,
    found: Tally,
    i: int,
    *,
    criteria: Sequence[CriterionUse],
    rules: Sequence[Rule],
    best: BestLand | None,
) -> UnitFigures:
    area = found.by_class[i]
    scored = float(area[SCORED].sum())
    limiting = sorted(
        (LimitingArea(c.name, c.title, float(held), float(held / scored) if scored else 0.0)
         for c, held in zip(criteria, found.by_limiting[i, 1:], strict=True) if held > 0),
        key=lambda part: -part.area_mu,
    )  # fmt: skip
    return UnitFigures(
        code=code, name=name, area_mu=float(area.sum()),
        mean_score=float(found.score_area[i] / scored) if scored else None,
        class_area_mu={n: float(area[c]) for c, n in enumerate(CLASS_NAMES, 1)},
        excluded_area_mu=float(area[EXCLUDED_CLASS]), no_data_area_mu=float(area[NO_DATA_CLASS]),
        limiting=tuple(limiting),
        excluded_by_rule={r.name: float(a)
                          for r, a in zip(rules, found.by_rule[i], strict=True) if a > 0},
        best_land=best,
    )  # fmt: skip


@njit(cache=True)
def _tally(labels, cut, layers, by_class, by_rule, by_limiting):  # type: ignore[no-untyped-def]
    score, codes, failed, limiting, area_mu = layers
    height, width = labels.shape
    score_area = np.zeros(len(by_class))
    # sums by row first: keeps rounding small over many cells
    line = (np.zeros_like(by_class), np.zeros_like(by_rule), np.zeros_like(by_limiting),
            np.zeros_like(score_area))  # fmt: skip
    for row in range(height):
        line[0][:], line[1][:], line[2][:], line[3][:] = 0.0, 0.0, 0.0, 0.0
        for col in range(width):
            zone = labels[row, col]
            if zone > 0:
                _count(zone, np.float64(area_mu[row, col]), (row, col),
                       (score, codes, failed, limiting), line)  # fmt: skip
        by_class += line[0]
        by_rule += line[1]
        by_limiting += line[2]
        score_area += line[3]
    cells, zones, shares = cut
    for k in range(len(cells)):
        row, col = cells[k] // width, cells[k] % width
        _count(zones[k], shares[k] * area_mu[row, col], (row, col),
               (score, codes, failed, limiting),
               (by_class, by_rule, by_limiting, score_area))  # fmt: skip
    return by_class, by_rule, by_limiting, score_area


@njit(cache=True)
def _count(zone, area, cell, layers, sums):  # type: ignore[no-untyped-def]
    score, codes, failed, limiting = layers
    by_class, by_rule, by_limiting, score_area = sums
    row, col = cell
    by_class[zone, codes[row, col]] += area
    if not np.isnan(score[row, col]):
        score_area[zone] += area * score[row, col]
        by_limiting[zone, limiting[row, col]] += area
    bits = failed[row, col]
    for rule in range(by_rule.shape[1]):
        if bits >> np.uint32(rule) & np.uint32(1):
            by_rule[zone, rule] += area
