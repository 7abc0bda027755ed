"""Names of synthetic villages, from characters that village names are made of, with pinyin."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

TERRAINS = ("plain", "valley", "slope", "ridge")
TRIES = 60


def _stems(pieces: dict[str, Any]) -> tuple[list[str], list[str]]:
    surnames, features = pieces["surnames"], pieces["features"]
    zh = [f"{s}家" for s in surnames] + list(features)
    en = [f"{p}jia" for p in surnames.values()] + list(features.values())
    for s, p in surnames.items():  # a third, rarer kind: surname and feature
        for f, q in features.items():
            zh.append(s + f)
            en.append(p + q.lower())
    return zh, en


def name_villages(
    pieces: dict[str, Any],
    *,
    terrain: NDArray[np.int64],
    township: NDArray[np.int64],
    rng: np.random.Generator,
) -> tuple[list[str], list[str]]:
    """Return Chinese and pinyin names, no Chinese name twice in a township.

    Parameters
    ----------
    pieces
        prefixes, surnames, features and endings (by terrain), each character with its pinyin.
    terrain
        Position in `TERRAINS` of each village: the ending fits the ground.
    township
        A number for the township of each village.
    rng
        Draws the pieces.
    """
    count = len(terrain)
    stem_zh, stem_en = _stems(pieces)
    common = len(pieces["surnames"]) + len(pieces["features"])
    prefixes = [("", ""), *pieces["prefixes"].items()]
    endings = [list(pieces["endings"][t].items()) for t in TERRAINS]
    width = np.array([len(e) for e in endings])
    stem, prefix, ending = (np.zeros(count, dtype=np.int64) for _ in range(3))
    todo = np.arange(count)
    for attempt in range(TRIES):
        n = len(todo)
        wide = len(stem_zh) if attempt > 2 else common
        stem[todo] = rng.integers(0, wide, n)
        plain = rng.random(n) < (0.62 if attempt == 0 else 0.2)
        prefix[todo] = np.where(plain, 0, rng.integers(1, len(prefixes), n))
        ending[todo] = (rng.random(n) * width[terrain[todo]]).astype(np.int64)
        key = ((township * 8 + terrain) * 64 + ending) * 64 + prefix
        key = key * len(stem_zh) + stem
        _, first = np.unique(key, return_index=True)
        repeated = np.ones(count, dtype=bool)
        repeated[first] = False
        todo = np.flatnonzero(repeated)
        if not len(todo):
            break
    zh, en = [], []
    for k in range(count):
        p, e = prefixes[prefix[k]], endings[terrain[k]][ending[k]]
        zh.append(p[0] + stem_zh[stem[k]] + e[0])
        latin = p[1] + (stem_en[stem[k]].lower() if p[1] else stem_en[stem[k]])
        en.append(latin + e[1])
    return _number_twins(zh, township), en


def _number_twins(zh: list[str], township: NDArray[np.int64]) -> list[str]:
    """Mark names that stand twice in a township after all (two ways to spell one name)."""
    seen: dict[tuple[int, str], int] = {}
    out = []
    for name, where in zip(zh, township.tolist(), strict=True):
        turn = seen.get((where, name), 0)
        seen[(where, name)] = turn + 1
        out.append(name if turn == 0 else _numbered(name, turn + 1))
    return out


def _numbered(name: str, turn: int) -> str:
    digits = "〇一二三四五六七八九"
    return name + "".join(digits[int(d)] for d in str(turn)) + "队"
