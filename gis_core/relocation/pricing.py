"""Price every unit × site × year at given duals: the Lagrangian bound and the columns worth having.

For any non-negative duals of the shared rules, the sum over units of their cheapest priced
choice, less the duals times the limits, is a lower bound on the whole problem (Geoffrion 1974,
Lagrangean relaxation for integer programming). It needs no column to exist anywhere.
"""

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from gis_core.relocation.compiled import CompiledPlan, Floats, Ints


@dataclass(frozen=True)
class Duals:
    """Prices of the shared rules, all at least 0, by the names of `CompiledPlan`'s limits."""

    quota: Floats
    budget: Floats
    capacity: Floats
    intake: Floats
    group: Floats

    @classmethod
    def zero(cls, plan: CompiledPlan) -> "Duals":
        """Return prices of 0 for every rule of `plan`."""
        return cls(
            np.zeros(plan.years),
            np.zeros(plan.years),
            np.zeros(plan.sites),
            np.zeros((plan.sites, plan.years)),
            np.zeros(len(plan.group_limit)),
        )

    def rent(self, plan: CompiledPlan) -> float:
        """Return Σ dual × limit over the rules that have a limit."""
        pairs = (
            (self.quota, plan.quota),
            (self.budget, plan.budget),
            (self.capacity, plan.capacity),
            (self.intake, plan.intake),
            (self.group, plan.group_limit),
        )
        return float(sum((dual[dual > 0] * most[dual > 0]).sum() for dual, most in pairs))


@dataclass(frozen=True)
class Prices:
    """The bound at some duals, and per unit the cheapest priced choice (and per year)."""

    bound: float
    cheapest: Floats
    by_year: Floats
    site_by_year: Ints


def price(plan: CompiledPlan, duals: Duals) -> Prices:
    """Return the Lagrangian bound of `plan` at `duals` with each unit's cheapest choices.

    `cheapest` is (U,) points, deferral included (`inf` when a unit can neither move nor be
    deferred); `by_year` and `site_by_year` are (U, Y), ``inf`` and −1 where no site is allowed.
    """
    by_year, site_by_year = _price_moves(
        plan.place_cost, plan.time_cost, plan.load, plan.spending, plan.people,
        duals.quota, duals.budget, duals.capacity, duals.intake, duals.group[plan.group],
    )  # fmt: skip
    cheapest = np.minimum(by_year.min(axis=1, initial=np.inf), plan.defer_cost)
    return Prices(float(cheapest.sum() - duals.rent(plan)), cheapest, by_year, site_by_year)


@njit(cache=True, nogil=True)
def _price_moves(
    place_cost: Floats, time_cost: Floats, load: Floats, spending: Floats, people: Floats,
    quota: Floats, budget: Floats, capacity: Floats, intake: Floats, group: Floats,
) -> tuple[Floats, Ints]:  # fmt: skip
    units, sites = place_cost.shape
    years = time_cost.shape[1]
    best = np.full((units, years), np.inf)
    where = np.full((units, years), -1, np.int64)
    for u in range(units):
        for s in range(sites):
            base = place_cost[u, s]
            if base == np.inf:
                continue
            base += load[u, s] * capacity[s] + people[u] * group[s]
            for y in range(years):
                priced = base + spending[u, s] * budget[y] + load[u, s] * intake[s, y]
                if priced < best[u, y]:
                    best[u, y] = priced
                    where[u, y] = s
        for y in range(years):
            best[u, y] += time_cost[u, y] + people[u] * quota[y]
            if best[u, y] == np.inf:
                where[u, y] = -1
    return best, where


@dataclass(frozen=True)
class Columns:
    """Moves: unit, site, year, and how far each lies above its unit's cheapest, in points."""

    unit: Ints
    site: Ints
    year: Ints
    excess: Floats

    def __len__(self) -> int:
        return len(self.unit)


def columns_within(plan: CompiledPlan, duals: Duals, prices: Prices, *, excess: float) -> Columns:
    """Return every move priced within `excess` points of its unit's cheapest choice.

    A move left out cannot be part of a plan better than ``prices.bound + excess``: taking it
    would lift the bound by more than that (reduced-cost fixing).
    """
    found = _moves_within(
        plan.place_cost, plan.time_cost, plan.load, plan.spending, plan.people,
        duals.quota, duals.budget, duals.capacity, duals.intake, duals.group[plan.group],
        prices.cheapest, excess,
    )  # fmt: skip
    return Columns(*found)


@njit(cache=True, nogil=True)
def _moves_within(
    place_cost: Floats, time_cost: Floats, load: Floats, spending: Floats, people: Floats,
    quota: Floats, budget: Floats, capacity: Floats, intake: Floats, group: Floats,
    cheapest: Floats, excess: float,
) -> tuple[Ints, Ints, Ints, Floats]:  # fmt: skip
    units, sites = place_cost.shape
    years = time_cost.shape[1]
    room = max(1024, units * 8)
    unit, site, year = np.empty(room, np.int64), np.empty(room, np.int64), np.empty(room, np.int64)
    above = np.empty(room, np.float64)
    count = 0
    for u in range(units):
        for s in range(sites):
            base = place_cost[u, s]
            if base == np.inf:
                continue
            base += load[u, s] * capacity[s] + people[u] * group[s] - cheapest[u]
            for y in range(years):
                over = (base + spending[u, s] * budget[y] + load[u, s] * intake[s, y]
                        + time_cost[u, y] + people[u] * quota[y])  # fmt: skip
                if not over <= excess or time_cost[u, y] == np.inf:
                    continue
                if count == room:
                    room *= 2
                    unit, site, year = _grow(unit, room), _grow(site, room), _grow(year, room)
                    above = _grow(above, room)
                unit[count], site[count], year[count], above[count] = u, s, y, over
                count += 1
    return unit[:count], site[:count], year[:count], above[:count]


@njit(cache=True, nogil=True)
def _grow(values: NDArray, room: int) -> NDArray:
    larger = np.empty(room, values.dtype)
    larger[: len(values)] = values
    return larger
