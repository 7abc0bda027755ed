"""Build and better whole plans: round the relaxation, insert what fits, relocate, exchange."""

from collections.abc import Callable

import numpy as np
from numba import njit

from gis_core.relocation.admission import admit
from gis_core.relocation.compiled import DEFERRED, CompiledPlan, Floats, Ints
from gis_core.relocation.master import Relaxation
from gis_core.relocation.pricing import Duals
from gis_core.relocation.steps import (
    LEAST_GAIN,
    SLACK,
    Room,
    Tables,
    cheapest_fit,
    cheapest_site,
    cost_at,
    fits,
    full_room,
    tables_of,
    use_room,
)

MAX_TRIES = 40  # exchanges of one unit tried in full a round, when many look promising
ROUNDS = 12
ADMISSIONS = 3  # the costly step, taken only when the others find nothing more


def round_relaxation(
    plan: CompiledPlan, relaxation: Relaxation, *, over: Callable[[], bool]
) -> tuple[Ints, Ints]:
    """Return site and year of every unit: the relaxation's largest shares first, then inserts.

    Units are then bettered as by `better`, until `over` says that time is up.
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
    return better(plan, site, year, over=over)


def better(
    plan: CompiledPlan, site: Ints, year: Ints, *, over: Callable[[], bool]
) -> tuple[Ints, Ints]:
    """Return the feasible plan bettered by relocations and exchanges until none gains.

    At most `ROUNDS` rounds are made, fewer when `over` says that time is up.
    """
    tables, room = tables_of(plan), full_room(plan)
    moves = np.flatnonzero(site != DEFERRED)
    site, year, where, when = site.copy(), year.copy(), site[moves], year[moves]
    site[moves] = DEFERRED
    _take(tables, room, site, year, moves, where, when)
    admissions = 0
    for _ in range(ROUNDS):
        gained = 0.0
        for step in (_relocate, _exchange, _exchange_years, _eject):
            gained += 0.0 if over() else step(tables, room, site, year)
        if gained <= LEAST_GAIN and admissions < ADMISSIONS and not over():
            gained = admit(tables, room, site, year)
            admissions += 1
        if gained <= LEAST_GAIN or over():
            break
    return site, year


def _prices(duals: Duals) -> Room:
    return Room(duals.quota, duals.budget, duals.capacity, duals.intake, duals.group)


@njit(cache=True, nogil=True)
def _take(
    tables: Tables, room: Room, site: Ints, year: Ints, units: Ints, sites: Ints, years: Ints
) -> None:
    for i in range(len(units)):
        u, s, y = units[i], sites[i], years[i]
        if site[u] < 0 and fits(tables, room, u, s, y):
            use_room(tables, room, u, s, y, 1.0)
            site[u], year[u] = s, y


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
            _, s, y = cheapest_fit(tables, room, u)
            if s >= 0:
                use_room(tables, room, u, s, y, 1.0)
                site[u], year[u] = s, y


@njit(cache=True, nogil=True)
def _relocate(tables: Tables, room: Room, site: Ints, year: Ints) -> float:
    """Give each unit the cheapest site and year with room for it; return the points gained."""
    gained = 0.0
    for u in range(len(site)):
        old_s, old_y = site[u], year[u]
        now = cost_at(tables, u, old_s, old_y)
        if old_s >= 0:
            use_room(tables, room, u, old_s, old_y, -1.0)
        cost, s, y = cheapest_fit(tables, room, u)
        if cost < now - LEAST_GAIN:
            gained += now - cost
            site[u], year[u] = s, y
        if site[u] >= 0:
            use_room(tables, room, u, site[u], year[u], 1.0)
    return gained


@njit(cache=True, nogil=True)
def _exchange(tables: Tables, room: Room, site: Ints, year: Ints) -> float:
    """Exchange site and year of two units where that gains; return the points gained."""
    gained = 0.0
    units = len(site)
    for u in range(units):
        for w in range(u + 1, units):
            s_u, y_u, s_w, y_w = site[u], year[u], site[w], year[w]
            if s_u == s_w and y_u == y_w:
                continue
            gain = (cost_at(tables, u, s_u, y_u) + cost_at(tables, w, s_w, y_w)
                    - cost_at(tables, u, s_w, y_w) - cost_at(tables, w, s_u, y_u))  # fmt: skip
            if not gain > LEAST_GAIN:
                continue
            if _swap_if_fits(tables, room, site, year, u, w):
                gained += gain
    return gained


@njit(cache=True, nogil=True)
def _eject(tables: Tables, room: Room, site: Ints, year: Ints) -> float:
    """Give a moved unit a better, full site by sending one unit there to its next best."""
    gained, units, sites = 0.0, len(site), tables.place_cost.shape[1]
    for u in range(units):
        tries = 0
        for s in range(sites):
            if site[u] < 0 or s == site[u] or tries >= MAX_TRIES:
                continue
            hoped = tables.place_cost[u, site[u]] - tables.place_cost[u, s]
            if not hoped > LEAST_GAIN:
                continue
            for w in range(units):
                if site[w] == s and w != u and tries < MAX_TRIES:
                    tries += 1
                    gain = _try_eject(tables, room, site, year, u, w, hoped)
                    if gain > 0.0:
                        gained += gain
                        break
    return gained


@njit(cache=True, nogil=True)
def _try_eject(
    tables: Tables, room: Room, site: Ints, year: Ints, u: int, w: int, hoped: float
) -> float:
    """Move `u` to the site of `w`, and `w` elsewhere in its year, if both fit and that gains."""
    s, old, y_u, y_w = site[w], site[u], year[u], year[w]
    if room.capacity[s] + tables.load[w, s] < tables.load[u, s] - SLACK:
        return 0.0
    use_room(tables, room, w, s, y_w, -1.0)
    use_room(tables, room, u, old, y_u, -1.0)
    gain, new = 0.0, -1
    if fits(tables, room, u, s, y_u):
        use_room(tables, room, u, s, y_u, 1.0)
        new = cheapest_site(tables, room, w, y_w)
        if new >= 0:
            gain = hoped + tables.place_cost[w, s] - tables.place_cost[w, new]
        if gain > LEAST_GAIN:
            use_room(tables, room, w, new, y_w, 1.0)
            site[u], site[w] = s, new
            return gain
        use_room(tables, room, u, s, y_u, -1.0)
    use_room(tables, room, u, old, y_u, 1.0)
    use_room(tables, room, w, s, y_w, 1.0)
    return 0.0


@njit(cache=True, nogil=True)
def _exchange_years(tables: Tables, room: Room, site: Ints, year: Ints) -> float:
    """Let two units swap years (waiting counts as one), each then at its best site with room."""
    gained, units = 0.0, len(site)
    nearest = np.empty(units)
    for u in range(units):
        nearest[u] = tables.place_cost[u].min()
    for u in range(units):
        tries = 0
        for w in range(u + 1, units):
            y_u, y_w = year[u], year[w]
            if y_u == y_w or tries >= MAX_TRIES:
                continue
            hoped = _at_best(tables, nearest, u, y_w) + _at_best(tables, nearest, w, y_u)
            now = cost_at(tables, u, site[u], y_u) + cost_at(tables, w, site[w], y_w)
            more = tables.people[u] - tables.people[w]
            if not hoped < now - LEAST_GAIN:
                continue
            if (y_w >= 0 and more > room.quota[y_w] + SLACK) or (
                y_u >= 0 and -more > room.quota[y_u] + SLACK
            ):
                continue
            tries += 1
            gained += _try_years(tables, room, site, year, u, w)
    return gained


@njit(cache=True, nogil=True)
def _at_best(tables: Tables, nearest: Floats, u: int, y: int) -> float:
    return tables.stay_cost[u] if y < 0 else nearest[u] + tables.time_cost[u, y]


@njit(cache=True, nogil=True)
def _try_years(tables: Tables, room: Room, site: Ints, year: Ints, u: int, w: int) -> float:
    """Swap the years of `u` and `w` if that gains; return the gain, 0 when all stays."""
    s_u, y_u, s_w, y_w = site[u], year[u], site[w], year[w]
    now = cost_at(tables, u, s_u, y_u) + cost_at(tables, w, s_w, y_w)
    if s_u >= 0:
        use_room(tables, room, u, s_u, y_u, -1.0)
    if s_w >= 0:
        use_room(tables, room, w, s_w, y_w, -1.0)
    new_u = -1 if y_w < 0 else cheapest_site(tables, room, u, y_w)
    good = y_w < 0 or new_u >= 0
    if new_u >= 0:
        use_room(tables, room, u, new_u, y_w, 1.0)
    new_w = -1 if y_u < 0 else cheapest_site(tables, room, w, y_u)
    good = good and (y_u < 0 or new_w >= 0)
    gain = now - cost_at(tables, u, new_u, y_w) - cost_at(tables, w, new_w, y_u) if good else 0.0
    if gain > LEAST_GAIN:
        if new_w >= 0:
            use_room(tables, room, w, new_w, y_u, 1.0)
        site[u], year[u], site[w], year[w] = new_u, y_w, new_w, y_u
        return gain
    if new_u >= 0:
        use_room(tables, room, u, new_u, y_w, -1.0)
    if s_u >= 0:
        use_room(tables, room, u, s_u, y_u, 1.0)
    if s_w >= 0:
        use_room(tables, room, w, s_w, y_w, 1.0)
    return 0.0


@njit(cache=True, nogil=True)
def _swap_if_fits(tables: Tables, room: Room, site: Ints, year: Ints, u: int, w: int) -> bool:
    s_u, y_u, s_w, y_w = site[u], year[u], site[w], year[w]
    if s_u >= 0:
        use_room(tables, room, u, s_u, y_u, -1.0)
    if s_w >= 0:
        use_room(tables, room, w, s_w, y_w, -1.0)
    possible = s_w < 0 or fits(tables, room, u, s_w, y_w)
    if possible and s_w >= 0:
        use_room(tables, room, u, s_w, y_w, 1.0)
    if possible and s_u >= 0 and not fits(tables, room, w, s_u, y_u):
        possible = False
        if s_w >= 0:
            use_room(tables, room, u, s_w, y_w, -1.0)
    if possible:
        if s_u >= 0:
            use_room(tables, room, w, s_u, y_u, 1.0)
        site[u], year[u], site[w], year[w] = s_w, y_w, s_u, y_u
        return True
    if s_u >= 0:
        use_room(tables, room, u, s_u, y_u, 1.0)
    if s_w >= 0:
        use_room(tables, room, w, s_w, y_w, 1.0)
    return False
