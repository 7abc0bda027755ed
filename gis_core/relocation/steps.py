"""The small steps that local search is made of: room left, costs, the cheapest place that fits."""

from typing import NamedTuple

import numpy as np
from numba import njit

from gis_core.relocation.compiled import CompiledPlan, Floats, Ints
from gis_core.relocation.master import stay_costs

SLACK = 1e-6  # rules are held to this many persons, places or yuan
LEAST_GAIN = 1e-6  # a step must save at least this many points


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


@njit(cache=True, nogil=True)
def fits(tables: Tables, room: Room, u: int, s: int, y: int) -> bool:
    """Return whether moving `u` to site `s` in year `y` keeps every limit."""
    people, load = tables.people[u] - SLACK, tables.load[u, s] - SLACK
    return (
        people <= room.quota[y]
        and tables.spending[u, s] - SLACK <= room.budget[y]
        and load <= room.capacity[s]
        and load <= room.intake[s, y]
        and people <= room.group[tables.group[s]]
    )


@njit(cache=True, nogil=True)
def use_room(tables: Tables, room: Room, u: int, s: int, y: int, sign: float) -> None:
    """Take (`sign` 1) or give back (−1) what the move of `u` uses."""
    people, load = sign * tables.people[u], sign * tables.load[u, s]
    room.quota[y] -= people
    room.budget[y] -= sign * tables.spending[u, s]
    room.capacity[s] -= load
    room.intake[s, y] -= load
    room.group[tables.group[s]] -= people


@njit(cache=True, nogil=True)
def cost_at(tables: Tables, u: int, s: int, y: int) -> float:
    """Return the cost of the move in points; of staying where `s` is below 0."""
    if s < 0:
        return tables.stay_cost[u]
    return tables.place_cost[u, s] + tables.time_cost[u, y]


@njit(cache=True, nogil=True)
def cheapest_fit(tables: Tables, room: Room, u: int) -> tuple[float, int, int]:
    """Return the cheapest site and year with room for `u`, and its cost (deferral included)."""
    best, best_s, best_y = tables.stay_cost[u], -1, -1
    for s in range(tables.place_cost.shape[1]):
        place = tables.place_cost[u, s]
        if place >= best:
            continue
        for y in range(tables.time_cost.shape[1]):
            cost = place + tables.time_cost[u, y]
            if cost < best and fits(tables, room, u, s, y):
                best, best_s, best_y = cost, s, y
    return best, best_s, best_y


@njit(cache=True, nogil=True)
def cheapest_site(tables: Tables, room: Room, u: int, y: int) -> int:
    """Return the cheapest site with room for `u` in year `y`, −1 for none."""
    best, best_s = np.inf, -1
    if tables.time_cost[u, y] == np.inf:
        return best_s
    for s in range(tables.place_cost.shape[1]):
        if tables.place_cost[u, s] < best and fits(tables, room, u, s, y):
            best, best_s = tables.place_cost[u, s], s
    return best_s
