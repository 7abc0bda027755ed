"""Let a waiting unit in for one or two others and fill what is left: packs the quota better."""

import numpy as np
from numba import njit

from gis_core.relocation.compiled import Floats, Ints
from gis_core.relocation.steps import (
    LEAST_GAIN,
    SLACK,
    Room,
    Tables,
    cheapest_site,
    cost_at,
    use_room,
)

ADMIT_FIRST = 8  # waiting units a year that are tried, those who gain most a head
MAX_TRIES = 15  # exchanges tried in full for one of them


@njit(cache=True, nogil=True)
def admit(tables: Tables, room: Room, site: Ints, year: Ints) -> float:
    """Replace one or two moved units of a year by a waiting one, then fill up; return the gain."""
    gained = 0.0
    nearest = np.empty(len(site))
    for u in range(len(site)):
        nearest[u] = tables.place_cost[u].min()
    for y in range(tables.time_cost.shape[1]):
        if room.quota[y] == np.inf:
            continue
        fill = _hoped_fill(tables, nearest, site, y)
        hoped = np.full(len(site), -np.inf)
        for u in range(len(site)):
            if site[u] < 0 and nearest[u] < np.inf:
                hoped[u] = tables.stay_cost[u] - nearest[u] - tables.time_cost[u, y]
        order = np.argsort(-hoped / np.maximum(tables.people, 1.0), kind="mergesort")
        for u in order[:ADMIT_FIRST]:
            if site[u] < 0 and hoped[u] > LEAST_GAIN:
                gained += _admit_one(tables, room, site, year, u, y, hoped[u], fill)
    return gained


@njit(cache=True, nogil=True)
def _hoped_fill(tables: Tables, nearest: Floats, site: Ints, y: int) -> Floats:
    """Return the most that one waiting unit of at most r people could gain in `y`, by r."""
    most = int(tables.people.max())
    fill = np.zeros(most + 1)
    for f in range(len(site)):
        if site[f] < 0:
            gain = tables.stay_cost[f] - nearest[f] - tables.time_cost[f, y]
            size = int(np.ceil(tables.people[f]))
            if gain > fill[min(size, most)]:
                fill[min(size, most)] = gain
    for r in range(1, most + 1):
        fill[r] = max(fill[r], fill[r - 1])
    return fill


@njit(cache=True, nogil=True)
def _admit_one(
    tables: Tables, room: Room, site: Ints, year: Ints, u: int, y: int, hoped: float, fill: Floats
) -> float:
    units, tries = len(site), 0
    for w in range(units):
        if year[w] != y:
            continue
        loss_w = tables.stay_cost[w] - cost_at(tables, w, site[w], y)
        for x in range(w, units):  # x = w stands for leaving w alone out
            if year[x] != y:
                continue
            loss = loss_w
            freed = room.quota[y] + tables.people[w] - tables.people[u]
            if x > w:
                loss += tables.stay_cost[x] - cost_at(tables, x, site[x], y)
                freed += tables.people[x]
            if freed < -SLACK:
                continue
            if hoped + fill[min(int(freed + SLACK), len(fill) - 1)] - loss <= LEAST_GAIN:
                continue
            gain = _try_admit(tables, room, site, year, u, w, x)
            tries += 1
            if gain > 0.0 or tries >= MAX_TRIES:
                return gain
    return 0.0


@njit(cache=True, nogil=True)
def _try_admit(tables: Tables, room: Room, site: Ints, year: Ints, u: int, w: int, x: int) -> float:
    """Take `w` and `x` out, `u` in, and the best filler in; undo all unless that gains."""
    y, s_w, s_x = year[w], site[w], site[x]
    gain = cost_at(tables, w, s_w, y) - tables.stay_cost[w]
    use_room(tables, room, w, s_w, y, -1.0)
    if x != w:
        gain += cost_at(tables, x, s_x, y) - tables.stay_cost[x]
        use_room(tables, room, x, s_x, y, -1.0)
    s_u = cheapest_site(tables, room, u, y)
    if s_u >= 0:
        use_room(tables, room, u, s_u, y, 1.0)
        gain += tables.stay_cost[u] - cost_at(tables, u, s_u, y)
        filler, s_f, gain_f = _best_filler(tables, room, site, y, u)
        if gain + gain_f > LEAST_GAIN:
            site[w] = year[w] = site[x] = year[x] = -1
            site[u], year[u] = s_u, y
            if filler >= 0:
                use_room(tables, room, filler, s_f, y, 1.0)
                site[filler], year[filler] = s_f, y
            return gain + gain_f
        use_room(tables, room, u, s_u, y, -1.0)
    use_room(tables, room, w, s_w, y, 1.0)
    if x != w:
        use_room(tables, room, x, s_x, y, 1.0)
    return 0.0


@njit(cache=True, nogil=True)
def _best_filler(
    tables: Tables, room: Room, site: Ints, y: int, but: int
) -> tuple[int, int, float]:
    """Return the waiting unit that gains most in what year `y` has left, its site and gain."""
    best, best_s, best_gain = -1, -1, 0.0
    for f in range(len(site)):
        if site[f] >= 0 or f == but or tables.people[f] > room.quota[y] + SLACK:
            continue
        if tables.stay_cost[f] - tables.time_cost[f, y] <= best_gain:
            continue
        s = cheapest_site(tables, room, f, y)
        if s >= 0:
            gain = tables.stay_cost[f] - cost_at(tables, f, s, y)
            if gain > best_gain:
                best, best_s, best_gain = f, s, gain
    return best, best_s, best_gain
