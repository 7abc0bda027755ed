"""Sets of candidates of which only one can be chosen: fewer and tighter rows than pairs."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Bits = NDArray[np.uint64]
Floats = NDArray[np.float64]


def cover_by_cliques(bits: Bits) -> list[Ints]:
    """Cover every pair of `bits` by sets in which all exclude all.

    At most one member of a set can be chosen, which says the same as its pairs and leaves the
    solver a far smaller fractional problem.

    Parameters
    ----------
    bits
        Row i has bit j set where i and j exclude each other; symmetric, the diagonal clear.

    Returns
    -------
    sets
        Places rising; every pair lies in a set, and a set holds no two that are no pair. Found
        greedily, the same for the same pairs.
    """
    members, ends = _cover(bits)
    return [np.sort(part) for part in np.split(members, ends[:-1])] if len(ends) else []


def broken_cliques(bits: Bits, share: Floats, order: Ints) -> list[Ints]:
    """Return sets in which all exclude all, of which `share` takes more than one together.

    Parameters
    ----------
    bits
        As in `cover_by_cliques`.
    share
        How much of each candidate is chosen, 0 to 1.
    order
        All places; each set is filled up with the first of them that fit.

    Returns
    -------
    sets
        Places rising, each set once; none when `share` breaks no set that is found greedily,
        which always holds a pair that it takes whole.
    """
    support = np.flatnonzero(share > 1e-9)
    support = support[np.argsort(-share[support], kind="stable")]
    members, ends = _broken(bits, share, support, order)
    if not len(ends):
        return []
    found = {part.tobytes(): part for part in map(np.sort, np.split(members, ends[:-1]))}
    return list(found.values())


@njit(cache=True)
def _cover(bits: Bits) -> tuple[Ints, Ints]:
    """Members of all cliques, one after the other, and where each ends."""
    number, words = bits.shape
    open_pairs = bits.copy()
    common = np.empty(words, np.uint64)
    members = np.empty(4 * number + 64, np.int64)
    ends = np.empty(4 * number + 64, np.int64)
    used = found = 0
    for i in range(number):
        for word in range(i >> 6, words):
            while True:
                j = _lowest(open_pairs[i, word]) + 64 * word
                if j < 64 * word:
                    break
                if members.size - used < number:
                    members = np.concatenate((members, np.empty(members.size, np.int64)))
                if found == ends.size:
                    ends = np.concatenate((ends, np.empty(ends.size, np.int64)))
                begin = used
                members[used], members[used + 1] = i, j
                used += 2
                common[:] = bits[i] & bits[j]
                for k in _best_first(bits, common):
                    if _has(common, k):
                        members[used] = k
                        used += 1
                        common &= bits[k]
                for a in members[begin:used]:
                    for b in members[begin:used]:
                        open_pairs[a, b >> 6] &= ~(np.uint64(1) << np.uint64(b & 63))
                ends[found] = used
                found += 1
    return members[:used], ends[:found]


@njit(cache=True)
def _best_first(bits: Bits, among: Bits) -> Ints:
    """Places of the set `among` by how many of it each is beside, most first, ties by place."""
    places = np.empty(64 * among.size, np.int64)
    count = 0
    for word in range(among.size):
        rest = among[word]
        while rest:
            places[count] = 64 * word + _lowest(rest)
            count += 1
            rest &= rest - np.uint64(1)
    places = places[:count]
    beside = np.zeros(count, np.int64)
    for n in range(count):
        for word in range(among.size):
            beside[n] += _count(bits[places[n], word] & among[word])
    return places[np.argsort(-beside, kind="mergesort")]


@njit(cache=True)
def _broken(bits: Bits, share: Floats, support: Ints, order: Ints) -> tuple[Ints, Ints]:
    number, words = bits.shape
    common = np.empty(words, np.uint64)
    members = np.empty(4 * number + 64, np.int64)
    ends = np.empty(support.size, np.int64)
    used = found = 0
    for seed in support:
        if members.size - used < number:
            members = np.concatenate((members, np.empty(members.size, np.int64)))
        begin = used
        members[used] = seed
        used += 1
        total = share[seed]
        common[:] = bits[seed]
        for k in support:
            if _has(common, k):
                members[used] = k
                used += 1
                total += share[k]
                common &= bits[k]
        if total <= 1.0 + 1e-6:
            used = begin
            continue
        for k in order:
            if _has(common, k):
                members[used] = k
                used += 1
                common &= bits[k]
        ends[found] = used
        found += 1
    return members[:used], ends[:found]


@njit(cache=True)
def _has(row: Bits, place: int) -> bool:
    return (row[place >> 6] >> np.uint64(place & 63)) & np.uint64(1) == np.uint64(1)


@njit(cache=True)
def _lowest(word: np.uint64) -> np.int64:
    """Number of the lowest set bit; -1 when there is none."""
    if word == np.uint64(0):
        return np.int64(-1)
    return _count((word & (~word + np.uint64(1))) - np.uint64(1))


@njit(cache=True)
def _count(word: np.uint64) -> np.int64:
    """How many bits are set."""
    word = word - ((word >> np.uint64(1)) & np.uint64(0x5555555555555555))
    word = (word & np.uint64(0x3333333333333333)) + (
        (word >> np.uint64(2)) & np.uint64(0x3333333333333333)
    )
    word = (word + (word >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return np.int64((word * np.uint64(0x0101010101010101)) >> np.uint64(56))
