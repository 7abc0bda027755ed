"""Cover the pairs of an exclusion graph by cliques: fewer and tighter rows than pairs."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

Ints = NDArray[np.int64]


def cliques(pairs: list[tuple[int, int]] | Ints, number: int) -> list[Ints]:
    """Cover every pair by sets in which all exclude all.

    At most one member of a set can be chosen, which says the same as its pairs and leaves the
    solver a far smaller fractional problem.

    Parameters
    ----------
    pairs
        (i, j) with i < j < `number`, each once.
    number
        How many things the pairs are about.

    Returns
    -------
    sets
        Places rising; every pair lies in a set, and a set holds no two that are no pair. Found
        greedily, the same for the same pairs.
    """
    edges = np.asarray(pairs, dtype=np.int64).reshape(-1, 2)
    if not len(edges):
        return []
    both = np.concatenate((edges, edges[:, ::-1]))
    both = both[np.lexsort((both[:, 1], both[:, 0]))]
    starts = np.searchsorted(both[:, 0], np.arange(number + 1))
    members, ends = _cover(starts, np.ascontiguousarray(both[:, 1]))
    return [np.sort(part) for part in np.split(members, ends[:-1])]


@njit(cache=True)
def _cover(starts: Ints, beside: Ints) -> tuple[Ints, Ints]:
    """Members of all cliques, one after the other, and where each ends."""
    number = starts.size - 1
    covered = np.zeros(beside.size, np.bool_)
    marked = np.zeros(number, np.bool_)
    members = np.empty(beside.size, np.int64)
    ends = np.empty(beside.size, np.int64)
    used = 0
    found = 0
    for i in range(number):
        for slot in range(starts[i], starts[i + 1]):
            j = beside[slot]
            if j < i or covered[slot]:
                continue
            begin = used
            members[used], members[used + 1] = i, j
            used += 2
            for k in _best_first(_common(starts, beside, i, j), starts, beside, marked):
                if _beside_all(k, members[begin:used], starts, beside):
                    members[used] = k
                    used += 1
            for a in members[begin:used]:
                for b in members[begin:used]:
                    if a < b:
                        covered[_slot(a, b, starts, beside)] = True
            ends[found] = used
            found += 1
            if members.size - used < number:
                members = np.concatenate((members, np.empty(members.size + number, np.int64)))
    return members[:used], ends[:found]


@njit(cache=True)
def _slot(a: int, b: int, starts: Ints, beside: Ints) -> int:
    """Place of `b` among the neighbours of `a`; where it would stand if it is none."""
    return int(starts[a] + np.searchsorted(beside[starts[a] : starts[a + 1]], b))


@njit(cache=True)
def _common(starts: Ints, beside: Ints, i: int, j: int) -> Ints:
    """Neighbours of both, rising: two sorted lists walked side by side."""
    out = np.empty(min(starts[i + 1] - starts[i], starts[j + 1] - starts[j]), np.int64)
    count = 0
    p, q = starts[i], starts[j]
    while p < starts[i + 1] and q < starts[j + 1]:
        if beside[p] == beside[q]:
            out[count] = beside[p]
            count += 1
            p += 1
            q += 1
        elif beside[p] < beside[q]:
            p += 1
        else:
            q += 1
    return out[:count]


@njit(cache=True)
def _best_first(common: Ints, starts: Ints, beside: Ints, marked: NDArray[np.bool_]) -> Ints:
    """Order `common` by how many of it each is beside, most first, ties by place."""
    for k in common:
        marked[k] = True
    inner = np.zeros(common.size, np.int64)
    for n, k in enumerate(common):
        for slot in range(starts[k], starts[k + 1]):
            inner[n] += marked[beside[slot]]
    for k in common:
        marked[k] = False
    return common[np.argsort(-inner, kind="mergesort")]


@njit(cache=True)
def _beside_all(k: int, clique: Ints, starts: Ints, beside: Ints) -> bool:
    for member in clique[2:]:  # it is beside the first two already
        slot = _slot(k, member, starts, beside)
        if slot == starts[k + 1] or beside[slot] != member:
            return False
    return True
