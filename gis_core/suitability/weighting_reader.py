"""Read judgements: ranks, comparisons in pairs, groups of people, best-worst."""

import math
from collections.abc import Sequence
from typing import Any

from gis_core.errors import InputError
from gis_core.located import LocatedDocument, PartReader, Place
from gis_core.suitability.judgements import (
    FROM_DATA,
    METHODS,
    Ahp,
    BestWorst,
    Direct,
    FromData,
    GroupAhp,
    Judgements,
    Member,
    Ranks,
    Weighting,
    WeightingInput,
)

KEYS: dict[str, tuple[set[str], set[str]]] = {  # of each method: all its keys, those it needs
    "direct": (set(), set()),
    "ranks": ({"order"}, {"order"}),
    "ahp": ({"comparisons", "matrix", "names", "groups"}, set()),
    "group_ahp": ({"members"}, {"members"}),
    "entropy": (set(), set()),
    "critic": (set(), set()),
    "best_worst": (
        {"best", "worst", "best_to_others", "others_to_worst"},
        {"best", "worst", "best_to_others", "others_to_worst"},
    ),
}
RECIPROCAL = 0.01  # relative; matrices are written with a few digits, as 0.333 for 1/3
LARGEST_RATIO = 1000.0  # of a comparison, and its reciprocal the least; Saaty's scale ends at 9
LARGEST = 9.0  # of a best-worst comparison (Rezaei 2015)


def read_weighting(
    document: LocatedDocument, place: Place, names: Sequence[str] | None
) -> Weighting:
    """Return the weighting at `place`; `names` are the criteria it must cover, None for any.

    Raises
    ------
    InputError
        Of the document's class, if it is incomplete or contradicts itself; the message names
        file, line, part and cure.
    """
    reader = _JudgementReader(document)
    given = reader.at(place)
    if isinstance(given, str) or given is None:
        method = reader.choice(place, METHODS, "direct")
        if KEYS[method][1] or method == "ahp":
            raise document.refuse(place, f"'{method}' needs what was judged: {_wanted(method)}.",
                                  f"“{method}”需要判断内容：{_wanted(method)}。")  # fmt: skip
    else:
        method = reader.choice((*place, "method"), METHODS)
        known, required = KEYS[method]
        reader.mapping(place, known | {"method"}, required=required | {"method"})
    return Weighting(method, reader.judged(method, place, names))  # type: ignore[arg-type]


def weighting_from_document(document: LocatedDocument) -> Weighting:
    """Return the weighting of a file that holds one alone, under `weighting` or at its top."""
    held = isinstance(document.values, dict) and "weighting" in document.values
    return read_weighting(document, ("weighting",) if held else (), None)


def _wanted(method: str) -> str:
    return ", ".join(sorted(KEYS[method][1])) or "comparisons, matrix, groups"


class _JudgementReader(PartReader):
    """Takes judgements out of a document."""

    def judged(self, method: str, place: Place, names: Sequence[str] | None) -> WeightingInput:
        """Return what was judged, as the method takes it."""
        if method in FROM_DATA:
            return FromData()
        if method == "ranks":
            return self._ranks((*place, "order"), names)
        if method == "ahp":
            return self._ahp(place, names)
        if method == "group_ahp":
            return self._group((*place, "members"), names)
        if method == "best_worst":
            return self._best_worst(place, names)
        return Direct()

    def _refuse(self, place: Place, en: str, zh: str) -> InputError:
        return self.document.refuse(place, en, zh)

    def cover(self, place: Place, given: Sequence[str], names: Sequence[str] | None) -> None:
        """Refuse `given` names that are doubled, or are not exactly the criteria `names`."""
        doubled = sorted({n for n in given if list(given).count(n) > 1})
        strange = [] if names is None else [n for n in given if n not in names]
        missing = [] if names is None else [n for n in names if n not in given]
        if not (doubled or strange or missing):
            return
        en = [f"twice {', '.join(doubled)}"] if doubled else []
        en += [f"no criterion is named {', '.join(strange)}"] if strange else []
        en += [f"missing are {', '.join(missing)}"] if missing else []
        zh = [f"重复 {'、'.join(doubled)}"] if doubled else []
        zh += [f"没有名为 {'、'.join(strange)} 的准则"] if strange else []
        zh += [f"缺少 {'、'.join(missing)}"] if missing else []
        raise self._refuse(place, f"{'; '.join(en)}. Name every criterion once.",
                           f"{'；'.join(zh)}。请将每个准则各列一次。")  # fmt: skip

    def _ranks(self, place: Place, names: Sequence[str] | None) -> Ranks:
        places: list[tuple[str, ...]] = []
        for i in range(self.length(place, least=1)):
            if isinstance(self.at((*place, i)), list):
                size = self.length((*place, i), least=1)
                places.append(tuple(self.word((*place, i, j)) for j in range(size)))
            else:
                places.append((self.word((*place, i)),))
        self.cover(place, [name for equal in places for name in equal], names)
        return Ranks(tuple(places))

    def _ahp(self, place: Place, names: Sequence[str] | None) -> Ahp:
        given = self.at(place)
        if not isinstance(given, dict) or "groups" not in given:
            return Ahp(self.judgements(place, names))
        groups = self.at((*place, "groups"))
        if not isinstance(groups, dict) or not groups:
            raise self._refuse((*place, "groups"), "wanted 'group: its comparisons' lines.",
                               "应为“组: 组内比较”的形式。")  # fmt: skip
        within = {}
        for group in groups:
            inner = (*place, "groups", group)
            self.mapping(inner, {"comparisons", "matrix", "names"}, required=set())
            within[str(group)] = self.judgements(inner, None)
        self.cover((*place, "groups"), [n for j in within.values() for n in j.names], names)
        return Ahp(self.judgements(place, tuple(within)), within)

    def _group(self, place: Place, names: Sequence[str] | None) -> GroupAhp:
        members: list[Member] = []
        keys = {"name", "weight", "comparisons", "matrix", "names"}
        for i in range(self.length(place, least=2)):
            inner = (*place, i)
            given = self.mapping(inner, keys, required={"name"})
            weight = self.number((*inner, "weight"), above=0) if "weight" in given else 1.0
            asked = names or (members[0].judgements.names if members else None)
            members.append(
                Member(self.word((*inner, "name")), weight, self.judgements(inner, asked))
            )
        self.different([((*place, i, "name"), m.name) for i, m in enumerate(members)])
        return GroupAhp(tuple(members))

    def judgements(self, place: Place, names: Sequence[str] | None) -> Judgements:
        """Return comparisons written as a matrix with its names, or pair by pair.

        One name alone needs no comparison: ``names: [x]``.
        """
        given = self.at(place)
        kinds = [k for k in ("comparisons", "matrix") if isinstance(given, dict) and k in given]
        if isinstance(given, dict) and not kinds and self.length((*place, "names"), least=0) == 1:
            alone = (self.word((*place, "names", 0)),)
            self.cover((*place, "names"), alone, names)
            return Judgements(alone, ((1.0,),))
        if len(kinds) != 1:
            raise self._refuse(
                place, "wanted either 'comparisons' (a/b: 3) or 'matrix' with 'names'.",
                "应给出 comparisons（a/b: 3）或 matrix 与 names 之一。",
            )  # fmt: skip
        if kinds == ["matrix"]:
            return self._matrix(place, names)
        return self._pairs((*place, "comparisons"), names)

    def _matrix(self, place: Place, names: Sequence[str] | None) -> Judgements:
        size = self.length((*place, "matrix"), least=1)
        if self.at((*place, "names")) is None and names is not None:
            order = tuple(names)
        else:
            count = self.length((*place, "names"), least=1)
            order = tuple(self.word((*place, "names", i)) for i in range(count))
            self.cover((*place, "names"), order, names)
        if len(order) != size:
            raise self._refuse(
                (*place, "matrix"), f"has {size} rows for {len(order)} names. Give one a name.",
                f"有 {size} 行，而名称有 {len(order)} 个。请每个名称给一行。",
            )  # fmt: skip
        rows = []
        for i in range(size):
            row = (*place, "matrix", i)
            if self.length(row, least=size) != size:
                raise self._refuse(row, f"holds more than {size} numbers.", f"多于 {size} 个数。")
            rows.append([self.ratio((*row, j)) for j in range(size)])
        for i in range(size):
            for j in range(i + 1):
                wanted = 1.0 / rows[j][i]
                if not math.isclose(rows[i][j], wanted, rel_tol=RECIPROCAL):
                    raise self._refuse(
                        (*place, "matrix", i, j),
                        f"'{order[i]}' against '{order[j]}' is {rows[i][j]:g}, wanted "
                        f"{wanted:g}, 1 divided by '{order[j]}' against '{order[i]}'.",
                        f"“{order[i]}”对“{order[j]}”为 {rows[i][j]:g}，应为 {wanted:g}，"
                        f"即“{order[j]}”对“{order[i]}”的倒数。",
                    )  # fmt: skip
                rows[i][j] = 1.0 / rows[j][i] if i != j else 1.0
        return Judgements(order, tuple(tuple(row) for row in rows))

    def _pairs(self, place: Place, names: Sequence[str] | None) -> Judgements:
        given = self.at(place)
        if not isinstance(given, dict) or not given:
            raise self._refuse(place, "wanted 'a/b: 3' lines: how much more a counts than b.",
                               "应为“a/b: 3”的形式，即 a 的重要性为 b 的几倍。")  # fmt: skip
        pairs = {key: self._pair((*place, key)) for key in given}
        found = list(dict.fromkeys(n for pair in pairs.values() for n in pair))
        order = found if names is None else list(names)
        self.cover(place, found, order)
        rows = [[math.nan] * len(order) for _ in order]
        for key, (a, b) in pairs.items():
            i, j, value = order.index(a), order.index(b), self.ratio((*place, key))
            if i == j or not math.isnan(rows[i][j]):
                raise self._refuse(
                    (*place, key), f"'{a}' against '{b}' is already given or needs no judgement. "
                    "Leave it out.",
                    f"“{a}”与“{b}”已给出或无需比较。请删除。",
                )  # fmt: skip
            rows[i][j], rows[j][i] = value, 1.0 / value
        for i in range(len(order)):
            rows[i][i] = 1.0
        lacking = [f"{order[i]}/{order[j]}" for i in range(len(order))
                   for j in range(i + 1, len(order)) if math.isnan(rows[i][j])]  # fmt: skip
        if lacking:
            raise self._refuse(
                place, f"lacks {', '.join(lacking)}. Judge every pair once.",
                f"缺少 {'、'.join(lacking)}。请对每一对各比较一次。",
            )  # fmt: skip
        return Judgements(tuple(order), tuple(tuple(row) for row in rows))

    def _pair(self, place: Place) -> tuple[str, str]:
        parts = [part.strip() for part in str(place[-1]).split("/")]
        if len(parts) != 2 or not all(parts):
            raise self._refuse(place, f"'{place[-1]}' is no pair, wanted a/b.",
                               f"“{place[-1]}”不是一对，应为 a/b。")  # fmt: skip
        return parts[0], parts[1]

    def ratio(self, place: Place) -> float:
        """Return a comparison of 1/1000 to 1000: a number, or a fraction such as 1/3."""
        ratio = self._ratio(place)
        if not 1 / LARGEST_RATIO <= ratio <= LARGEST_RATIO:
            raise self._refuse(
                place, f"is {ratio:g}, wanted 1/{LARGEST_RATIO:g} to {LARGEST_RATIO:g}, usually "
                "1/9 to 9.",
                f"为 {ratio:g}，应为 1/{LARGEST_RATIO:g} 至 {LARGEST_RATIO:g}，通常为 1/9 至 9。",
            )  # fmt: skip
        return ratio

    def _ratio(self, place: Place) -> float:
        value: Any = self.at(place)
        if isinstance(value, str) and value.count("/") == 1:
            above, _, below = value.partition("/")
            try:
                value = float(above) / float(below)
            except (ValueError, ZeroDivisionError):
                value = math.nan
            if not (math.isfinite(value) and value > 0):
                raise self._refuse(place, f"is '{self.at(place)}', wanted a number or a fraction "
                                   "such as 1/3.",
                                   f"为“{self.at(place)}”，应为数字或如 1/3 的分数。")  # fmt: skip
            return float(value)
        return self.number(place, above=0)

    def _best_worst(self, place: Place, names: Sequence[str] | None) -> BestWorst:
        vectors: list[dict[str, float]] = []
        for key in ("best_to_others", "others_to_worst"):
            given = self.at((*place, key))
            if not isinstance(given, dict) or len(given) < 2:
                raise self._refuse((*place, key), "wanted 'criterion: 1 to 9' lines, at least two.",
                                   "应为“准则: 1 至 9”的形式，至少两项。")  # fmt: skip
            asked = names if names is not None else (list(vectors[0]) if vectors else None)
            self.cover((*place, key), [str(n) for n in given], asked)
            vectors.append({str(n): self._comparison((*place, key, n)) for n in given})
        best, worst = self.word((*place, "best")), self.word((*place, "worst"))
        to_others, to_worst = vectors
        for key, name in (("best", best), ("worst", worst)):
            if name not in to_others or best == worst:
                raise self._refuse(
                    (*place, key), f"is '{name}', wanted one of {', '.join(to_others)}, and "
                    "another for best than for worst.",
                    f"为“{name}”，应为 {'、'.join(to_others)} 之一，且最优与最劣不同。",
                )  # fmt: skip
        self._bounded(place, "best_to_others", to_others, same=best, whole=to_others[worst])
        self._bounded(place, "others_to_worst", to_worst, same=worst, whole=to_others[worst])
        if to_worst[best] != to_others[worst]:
            raise self._refuse(
                (*place, "others_to_worst", best), f"is {to_worst[best]:g}, but best against worst "
                f"is {to_others[worst]:g} in best_to_others. Make them equal.",
                f"为 {to_worst[best]:g}，而 best_to_others 中最优对最劣为 {to_others[worst]:g}。"
                "请使两者相等。",
            )  # fmt: skip
        return BestWorst(best, worst, to_others, {n: to_worst[n] for n in to_others})

    def _comparison(self, place: Place) -> float:
        value = self.number(place)
        if not 1 <= value <= LARGEST:
            raise self._refuse(place, f"is {value:g}, wanted 1 to {LARGEST:g}.",
                               f"为 {value:g}，应为 1 至 {LARGEST:g}。")  # fmt: skip
        return value

    def _bounded(
        self, place: Place, key: str, vector: dict[str, float], *, same: str, whole: float
    ) -> None:
        """Refuse a vector whose own criterion is not 1, or that tops best against worst."""
        for name, value in vector.items():
            if (name == same and value != 1) or value > whole:
                raise self._refuse(
                    (*place, key, name), f"is {value:g}, wanted "
                    f"{'1' if name == same else f'at most {whole:g}, best against worst'}.",
                    f"为 {value:g}，应为"
                    f"{'1' if name == same else f'不大于 {whole:g}（最优对最劣）'}。",
                )  # fmt: skip


def refuse_written_weight(document: LocatedDocument, place: Place, method: str) -> InputError:
    """Return the error of a weight written at a criterion whose weights are judged elsewhere."""
    return document.refuse(
        place, f"is written here, but the weights come from '{method}'. Leave one of them out.",
        f"此处写有权重，但权重由“{method}”给出。请只保留一种。",
    )  # fmt: skip
