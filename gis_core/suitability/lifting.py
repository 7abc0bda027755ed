"""How much land each improvement alone would lift into a better class, and at what cost."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gis_core.suitability.classes import class_numbers
from gis_core.suitability.improve import allowed_limits, criterion_turns
from gis_core.suitability.membership import Categorical
from gis_core.suitability.model import Criterion, SuitabilityModel
from gis_core.surfaces.shares import ZoneShares
from gis_core.text import Text
from gis_core.units import MU_PER_HECTARE

ROWS = 256  # of cells looked at at once

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class LiftedArea:
    """Land of a unit that works on one criterion, taken as far as they help, lift by a class.

    `area_mu` in mu; `cost_yuan_per_mu` is the mean over that land.
    """

    criterion: str
    title: Text
    how: Text
    area_mu: float
    cost_yuan_per_mu: float
    tag: str
    source: Text

    def row(self) -> dict[str, Any]:
        """Return the figures as they stand in a run's document, with hectares too."""
        return {
            "criterion": self.criterion, "title": self.title, "how": self.how,
            "area_mu": self.area_mu, "area_ha": self.area_mu / MU_PER_HECTARE,
            "cost_yuan_per_mu": self.cost_yuan_per_mu, "tag": self.tag, "source": self.source,
        }  # fmt: skip


def lifted_areas(
    model: SuitabilityModel,
    weights: Mapping[str, float],
    values: Mapping[str, Floats],
    *,
    score: Floats,
    shares: ZoneShares,
    area_mu: Floats,
) -> list[tuple[LiftedArea, ...]]:
    """Return for every unit what each improvement alone lifts, the largest area first.

    Parameters
    ----------
    model
        A weighted sum; other combinations give nothing, since what one criterion adds there
        depends on the others.
    weights
        By criterion used, sum 1.
    values
        By criterion, the raw values (height, width) in its unit, NaN without data.
    score
        (height, width), 0 to 1; NaN where nothing can be lifted.
    shares, area_mu
        The units' shares of the cells, and the cells' areas in mu.
    """
    found: list[list[LiftedArea]] = [[] for _ in range(shares.number)]
    if model.combination.method != "weighted_sum":
        return [()] * shares.number
    for criterion in model.criteria:
        works, weight = criterion.improvement, weights.get(criterion.name, 0.0)
        if works is None or not weight > 0 or isinstance(criterion.membership, Categorical):
            continue
        lifted, cost = _lifted(model, criterion, weight, values[criterion.name], score)
        areas = shares.sums(np.where(lifted, area_mu, 0.0))
        costs = shares.sums(np.where(lifted, area_mu * cost, 0.0))
        for unit, area in enumerate(areas):
            if area > 0:
                found[unit].append(LiftedArea(
                    criterion.name, criterion.title, works.how, float(area),
                    float(costs[unit] / area), works.tag, works.source,
                ))  # fmt: skip
    return [tuple(sorted(rows, key=lambda row: -row.area_mu)) for rows in found]


def _lifted(
    model: SuitabilityModel, criterion: Criterion, weight: float, values: Floats, score: Floats
) -> tuple[NDArray[np.bool_], Floats]:
    """Return which cells the works lift by a class, and what they cost there, yuan a mu."""
    lifted, cost = np.zeros(score.shape, bool), np.zeros(score.shape, np.float32)
    for start in range(0, score.shape[0], ROWS):
        rows = slice(start, start + ROWS)
        gain, cost[rows] = _best_gain(model, criterion, values[rows])
        better = score[rows] + np.float32(weight) * gain
        lifted[rows] = class_numbers(better, model.class_limits) < class_numbers(
            score[rows], model.class_limits
        )
        lifted[rows] &= np.isfinite(better)
    return lifted, cost


def _best_gain(
    model: SuitabilityModel, criterion: Criterion, values: Floats
) -> tuple[Floats, Floats]:
    """Return the most that the criterion's score can rise, and the least cost of that."""
    works, membership = criterion.improvement, criterion.membership
    if works is None or isinstance(membership, Categorical):
        return np.zeros_like(values), np.zeros_like(values)
    limit = allowed_limits(model, criterion, values, works.limit)
    if works.only is not None:  # where the works lead the other way, nothing is done
        further = np.maximum if works.only == "raise" else np.minimum
        limit = further(limit, values)
    now = membership.score(values)
    best, where = now.copy(), values.copy()
    for stop in [limit, *(np.float32(t) for t in criterion_turns(criterion))]:
        place = np.broadcast_to(np.asarray(stop, np.float32), values.shape)
        there = membership.score(np.ascontiguousarray(place))
        within = (place - values) * (limit - place) >= 0
        nearer = (there == best) & (np.abs(place - values) < np.abs(where - values)) & (best > now)
        better = within & ((there > best) | nearer)
        best, where = np.where(better, there, best), np.where(better, place, where)
    return best - now, np.abs(where - values) * np.float32(works.cost_yuan_per_mu / works.per)
