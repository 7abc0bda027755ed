"""The plan's optimisation problem as plain arrays, free of names and places.

A unit (a village) takes at most one site and one year, whole. With x[u, s, y] = 1 when unit u
goes to site s in year y, minimise

    Σ (place_cost[u, s] + time_cost[u, y]) x[u, s, y]  +  Σ defer_cost[u] (1 − Σ x[u, ·, ·])

under, for every year y, site s and group g of sites,

    Σ people[u] x[u, ·, y]    ≤ quota[y]
    Σ spending[u, s] x[u, s, y] ≤ budget[y]
    Σ load[u, s] x[u, s, ·]   ≤ capacity[s]
    Σ load[u, s] x[u, s, y]   ≤ intake[s, y]
    Σ people[u] x[u, s ∈ g, ·] ≤ group_limit[g]

A generalised assignment problem is the case of one year, no quota and nobody deferred.
"""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
DEFERRED = -1  # site and year of a unit that does not move


@dataclass(frozen=True)
class CompiledPlan:
    """Coefficients of the problem above; U units, S sites, Y years, G groups.

    Costs are in points, what the objective counts in; a yuan spent is one of them.

    Attributes
    ----------
    people
        (U,) persons, at least 0.
    place_cost, time_cost
        (U, S) and (U, Y) points; ``inf`` where the unit may not go there or then.
    defer_cost
        (U,) points for not moving at all; ``inf`` when the unit must move.
    load, spending
        (U, S) places used and yuan spent; finite, at least 0.
    quota, budget
        (Y,) persons and yuan a year; ``inf`` for no limit.
    capacity, intake
        (S,) and (S, Y) places; ``inf`` for no limit. Intake 0 closes a site in a year.
    group, group_limit
        (S,) group of each site and (G,) most persons of each group over all years.
    """

    people: Floats
    place_cost: Floats
    time_cost: Floats
    defer_cost: Floats
    load: Floats
    spending: Floats
    quota: Floats
    budget: Floats
    capacity: Floats
    intake: Floats
    group: Ints
    group_limit: Floats

    def __post_init__(self) -> None:
        # one memory layout, so that each kernel is compiled once
        for item in fields(self):
            kind = np.int64 if item.name == "group" else np.float64
            value = np.require(getattr(self, item.name), kind, ["C", "W"])
            object.__setattr__(self, item.name, value)

    @property
    def units(self) -> int:
        """Number of units."""
        return int(self.place_cost.shape[0])

    @property
    def sites(self) -> int:
        """Number of sites."""
        return int(self.place_cost.shape[1])

    @property
    def years(self) -> int:
        """Number of years."""
        return int(self.time_cost.shape[1])

    def cost_of(self, site: Ints, year: Ints) -> float:
        """Return the objective, in points, of sending unit u to site[u] in year[u]."""
        moves = np.flatnonzero(site != DEFERRED)
        stays = site == DEFERRED
        moved = self.place_cost[moves, site[moves]] + self.time_cost[moves, year[moves]]
        return float(moved.sum() + self.defer_cost[stays].sum())

    def violations(self, site: Ints, year: Ints) -> list[str]:
        """Return the names of the rules that the assignment breaks; empty when feasible."""
        moves = np.flatnonzero(site != DEFERRED)
        s, y, people = site[moves], year[moves], self.people[moves]
        load, spending = self.load[moves, s], self.spending[moves, s]
        intake = np.zeros_like(self.intake)
        np.add.at(intake, (s, y), load)
        used = {
            "quota": (np.bincount(y, people, self.years), self.quota),
            "budget": (np.bincount(y, spending, self.years), self.budget),
            "capacity": (np.bincount(s, load, self.sites), self.capacity),
            "intake": (intake, self.intake),
            "group": (np.bincount(self.group[s], people, len(self.group_limit)), self.group_limit),
        }
        broken = [name for name, (used_, most) in used.items() if (used_ > most + 1e-6).any()]
        return broken + ["allowed"] * (not np.isfinite(self.cost_of(site, year)))
