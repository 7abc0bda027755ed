"""Build and better whole plans: round the relaxation, insert what fits, relocate, exchange."""

from typing import NamedTuple

import numpy as np
from numba import njit

from gis_core.relocation.compiled import DEFERRED, CompiledPlan, Floats, Ints
from gis_core.relocation.master import Relaxation, stay_costs
from gis_core.relocation.pricing import Duals

SLACK = 1e-6  # rules are held to this many persons, places or yuan
LEAST_GAIN = 1e-6  # a step must save at least this many yuan


class Tables(NamedTuple):
    """The problem's coefficients and limits in the order the kernels use them."""

    people: Floats
    place_cost: Floats
    time_cost: Floats
    stay_cost: Floats
    load: Floats
    spending: Floats
    group: Ints


class Room(NamedTuple):
    """A number for each limit: what it still has left (changed in place), or its price."""

    quota: Floats
    budget: Floats
    capacity: Floats
    intake: Floats
    group: Floats


def tables_of(plan: CompiledPlan) -> Tables:
    """Return the coefficients of `plan` for the kernels."""
    return Tables(plan.people, plan.place_cost, plan.time_cost, stay_costs(plan), plan.load,
                  plan.spending, plan.group)  # fmt: skip


def full_room(plan: CompiledPlan) -> Room:
    """Return every limit of `plan`, unused."""
    limits = (plan.quota, plan.budget, plan.capacity, plan.intake, plan.group_limit)
    return Room(*(most.copy() for most in limits))


def round_relaxation(plan: CompiledPlan, relaxation: Relaxation) -> tuple[Ints, Ints]:
    """Return site and year of every unit: the relaxation's largest shares first, then inserts.

    Units are then bettered by relocation and exchange until no single step saves anything.
    """
    chosen = np.flatnonzero(relaxation.shares > 1e-6)
    columns = relaxation.columns
    order = chosen[np.lexsort((chosen, -plan.people[columns.unit[chosen]],
                               -np.round(relaxation.shares[chosen], 6)))]  # fmt: skip
    tables, room = tables_of(plan), full_room(plan)
    site = np.full(plan.units, DEFERRED, np.int64)
    year = np.full(plan.units, DEFERRED, np.int64)
    _take(tables, room, site, year, columns.unit[order], columns.site[order], columns.year[order])
    _insert(tables, room, site, year, _prices(relaxation.duals))
    return better(plan, site, year, room=room)


def better(
    plan: CompiledPlan, site: Ints, year: Ints, *, room: Room | None = None, passes: int = 40
) -> tuple[Ints, Ints]:
    """Return the feasible plan bettered by relocations and exchanges, at most `passes` rounds."""
    tables = tables_of(plan)
    site, year = site.copy(), year.copy()
    if room is None:
        room = full_room(plan)
        moves = np.flatnonzero(site != DEFERRED)
        where, when = site[moves].copy(), year[moves].copy()
        site[moves] = DEFERRED
        _take(tables, room, site, year, moves, where, when)
    for _ in range(passes):
        gained = _relocate(tables, room, site, year)
        gained += _exchange(tables, room, site, year)
        if gained <= LEAST_GAIN:
            break
    return site, year


def _prices(duals: Duals) -> Room:
    return Room(duals.quota, duals.budget, duals.capacity, duals.intake, duals.group)


@njit(cache=True, nogil=True)
def _fits(tables: Tables, room: Room, u: int, s: int, y: int) -> bool:
    people, load = tables.people[u] - SLACK, tables.load[u, s] - SLACK
    return (
        people <= room.quota[y]
        and tables.spending[u, s] - SLACK <= room.budget[y]
        and load <= room.capacity[s]
        and load <= room.intake[s, y]
        and people <= room.group[tables.group[s]]
    )


@njit(cache=True, nogil=True)
def _use(tables: Tables, room: Room, u: int, s: int, y: int, sign: float) -> None:
    people, load = sign * tables.people[u], sign * tables.load[u, s]
    room.quota[y] -= people
    room.budget[y] -= sign * tables.spending[u, s]
    room.capacity[s] -= load
    room.intake[s, y] -= load
    room.group[tables.group[s]] -= people


@njit(cache=True, nogil=True)
def _cost(tables: Tables, u: int, s: int, y: int) -> float:
    if s < 0:
        return tables.stay_cost[u]
    return tables.place_cost[u, s] + tables.time_cost[u, y]


@njit(cache=True, nogil=True)
def _take(
    tables: Tables, room: Room, site: Ints, year: Ints, units: Ints, sites: Ints, years: Ints
) -> None:
    for i in range(len(units)):
        u, s, y = units[i], sites[i], years[i]
        if site[u] < 0 and _fits(tables, room, u, s, y):
            _use(tables, room, u, s, y, 1.0)
            site[u], year[u] = s, y


@njit(cache=True, nogil=True)
def _cheapest_fit(tables: Tables, room: Room, u: int) -> tuple[float, int, int]:
    """Return the cheapest site and year with room for `u`, and its cost (deferral included)."""
    best, best_s, best_y = tables.stay_cost[u], -1, -1
    for s in range(tables.place_cost.shape[1]):
        place = tables.place_cost[u, s]
        if place >= best:
            continue
        for y in range(tables.time_cost.shape[1]):
            cost = place + tables.time_cost[u, y]
            if cost < best and _fits(tables, room, u, s, y):
                best, best_s, best_y = cost, s, y
    return best, best_s, best_y


@njit(cache=True, nogil=True)
def _insert(tables: Tables, room: Room, site: Ints, year: Ints, prices: Room) -> None:
    """Insert the units still waiting, those that lose most by waiting (per person) first."""
    units = len(site)
    loss = np.zeros(units)
    for u in range(units):
        if site[u] >= 0:
            continue
        best = np.inf
        for s in range(tables.place_cost.shape[1]):
            base = (tables.place_cost[u, s] + tables.load[u, s] * prices.capacity[s]
                    + tables.people[u] * prices.group[tables.group[s]])  # fmt: skip
            for y in range(tables.time_cost.shape[1]):
                cost = (
                    base
                    + tables.time_cost[u, y]
                    + tables.people[u] * prices.quota[y]
                    + tables.spending[u, s] * prices.budget[y]
                    + tables.load[u, s] * prices.intake[s, y]
                )
                best = min(best, cost)
        loss[u] = (tables.stay_cost[u] - best) / max(tables.people[u], 1.0)
    for u in np.argsort(-loss, kind="mergesort"):
        if site[u] < 0 and loss[u] > -np.inf:
            _, s, y = _cheapest_fit(tables, room, u)
            if s >= 0:
                _use(tables, room, u, s, y, 1.0)
                site[u], year[u] = s, y


@njit(cache=True, nogil=True)
def _relocate(tables: Tables, room: Room, site: Ints, year: Ints) -> float:
    gained = 0.0
    for u in range(len(site)):
        old_s, old_y = site[u], year[u]
        now = _cost(tables, u, old_s, old_y)
        if old_s >= 0:
            _use(tables, room, u, old_s, old_y, -1.0)
        cost, s, y = _cheapest_fit(tables, room, u)
        if cost < now - LEAST_GAIN:
            gained += now - cost
            site[u], year[u] = s, y
        if site[u] >= 0:
            _use(tables, room, u, site[u], year[u], 1.0)
    return gained


@njit(cache=True, nogil=True)
def _exchange(tables: Tables, room: Room, site: Ints, year: Ints) -> float:
    gained = 0.0
    units = len(site)
    for u in range(units):
        for w in range(u + 1, units):
            s_u, y_u, s_w, y_w = site[u], year[u], site[w], year[w]
            if s_u == s_w and y_u == y_w:
                continue
            gain = (_cost(tables, u, s_u, y_u) + _cost(tables, w, s_w, y_w)
                    - _cost(tables, u, s_w, y_w) - _cost(tables, w, s_u, y_u))  # fmt: skip
            if not gain > LEAST_GAIN:
                continue
            if _swap_if_fits(tables, room, site, year, u, w):
                gained += gain
    return gained


@njit(cache=True, nogil=True)
def _swap_if_fits(tables: Tables, room: Room, site: Ints, year: Ints, u: int, w: int) -> bool:
    s_u, y_u, s_w, y_w = site[u], year[u], site[w], year[w]
    if s_u >= 0:
        _use(tables, room, u, s_u, y_u, -1.0)
    if s_w >= 0:
        _use(tables, room, w, s_w, y_w, -1.0)
    fits = s_w < 0 or _fits(tables, room, u, s_w, y_w)
    if fits and s_w >= 0:
        _use(tables, room, u, s_w, y_w, 1.0)
    if fits and s_u >= 0 and not _fits(tables, room, w, s_u, y_u):
        fits = False
        if s_w >= 0:
            _use(tables, room, u, s_w, y_w, -1.0)
    if fits:
        if s_u >= 0:
            _use(tables, room, w, s_u, y_u, 1.0)
        site[u], year[u], site[w], year[w] = s_w, y_w, s_u, y_u
        return True
    if s_u >= 0:
        _use(tables, room, u, s_u, y_u, 1.0)
    if s_w >= 0:
        _use(tables, room, w, s_w, y_w, 1.0)
    return False
