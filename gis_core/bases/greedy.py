"""The plain way that the proven choice is compared with: the best that still fits, one by one."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gis_core.bases.compile import CompiledSelection, Row
from gis_core.text import Text

ROUNDING = 1e-9  # relative; of the sums of areas and costs
SAME = 1e-6  # a difference below this is none

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class GreedyChoice:
    """Places taken, their worth, and the groups of rules that they break."""

    places: Ints
    objective: float
    broken: tuple[str, ...]


@dataclass(frozen=True)
class Greedy:
    """The plain choice beside the proven one, in the same unit, and the difference in words.

    `less_share` is by how much it is worth less, 0 and more, as a share of the proven objective;
    None where it breaks rules or nothing was proven.
    """

    objective: float
    less_share: float | None
    bases: tuple[str, ...]
    broken: tuple[Text, ...]
    text: Text


def choose_greedily(compiled: CompiledSelection) -> GreedyChoice:
    """Take the candidate of the most worth that keeps all upper limits, again and again.

    What must be chosen is taken first, then what a least number or area of a county or product
    asks for, the rule with the fewest candidates first; then the rest. Of a budget and of a
    largest total area enough is kept for as many of the smallest as are still to be taken. Where
    there is such a limit it is also tried by worth for what it limits, and the better one counts.
    """
    keys = [compiled.worth]
    for row in compiled.rows:
        if row.coefficients is not None and np.isfinite(row.most):
            amount = np.full(len(compiled.worth), np.inf)
            amount[row.places] = np.maximum(row.coefficients, 1e-12)
            keys.append(compiled.worth / amount)
    tried = [_Taking(compiled).all_by(np.argsort(-key, kind="stable")) for key in keys]
    return min(tried, key=lambda choice: (len(choice.broken), -choice.objective))


class _Taking:
    """A choice as it grows."""

    def __init__(self, compiled: CompiledSelection) -> None:
        self.compiled = compiled
        number = len(compiled.worth)
        self.use = np.zeros((len(compiled.rows), number))
        for row, use in zip(compiled.rows, self.use, strict=True):
            use[row.places] = 1.0 if row.coefficients is None else row.coefficients
        self.most = np.array([row.most for row in compiled.rows])
        self.smallest = np.where([len(row.places) == number for row in compiled.rows],
                                 self.use.min(axis=1, initial=np.inf), 0.0)  # fmt: skip
        self.used = np.zeros(len(compiled.rows))
        self.open = compiled.upper > 0
        self.beside: dict[int, Ints] = {}

    def all_by(self, order: Ints) -> GreedyChoice:
        for place in np.flatnonzero(self.compiled.lower > 0).tolist():
            self._take(place)
        rows = self.compiled.rows
        scarce = [k for k in range(len(rows)) if rows[k].group != "count" and rows[k].least > 0]
        for k in sorted(scarce, key=lambda k: len(rows[k].places)):
            for place in order[self.use[k, order] > 0].tolist():
                if self.used[k] >= rows[k].least * (1 - ROUNDING):
                    break
                self._take_if_it_fits(place)
        for place in order.tolist():
            if self.used[0] >= self.most[0]:  # the number of bases
                break
            self._take_if_it_fits(place)
        places = np.array(sorted(self.beside), dtype=np.int64)
        return GreedyChoice(places, float(self.compiled.worth[places].sum()), self._broken())

    def _take_if_it_fits(self, place: int) -> None:
        to_take = max(0.0, self.most[0] - self.used[0] - 1)
        limit = (self.most - to_take * self.smallest) * (1 + ROUNDING)
        if self.open[place] and (self.used + self.use[:, place] <= limit).all():
            self._take(place)

    def _take(self, place: int) -> None:
        self.beside[place] = self.compiled.exclusion.beside(place)
        self.open[self.beside[place]] = False
        self.open[place] = False
        self.used += self.use[:, place]

    def _broken(self) -> tuple[str, ...]:
        broken = [row.group for row, used in zip(self.compiled.rows, self.used, strict=True)
                  if not _within(row, used)]  # fmt: skip
        taken = set(self.beside)
        if any(taken & set(beside.tolist()) for beside in self.beside.values()):
            broken.append(self.compiled.exclusion.group)
        return tuple(broken)


def _within(row: Row, used: float) -> bool:
    return row.least * (1 - ROUNDING) <= used <= row.most * (1 + ROUNDING)


def compare_greedy(
    greedy: GreedyChoice,
    *,
    objective: float | None,
    unit: str,
    base_ids: NDArray[np.str_],
    broken: tuple[Text, ...],
) -> Greedy:
    """Return the plain choice beside the proven `objective` (None for none), and that in words.

    `broken` are the rules that it breaks in words, of `greedy.broken`.
    """
    ids = tuple(base_ids[greedy.places].tolist())
    way = Text("Taking the best candidate that still fits, one after the other,",
               "逐个选取仍符合规则的最优候选（贪心法），")  # fmt: skip
    if greedy.broken:
        text = Text(f"{way.en} finds no choice: {'; '.join(t.en for t in broken)} not met.",
                    f"{way.zh}得不到可行方案：未能满足{'；'.join(t.zh for t in broken)}。",
                    )  # fmt: skip
        return Greedy(greedy.objective, None, ids, broken, text)
    told = worth_in_words(greedy.objective, unit)
    if not objective:
        text = Text(f"{way.en} gives {told.en}.", f"{way.zh}得 {told.zh}。")
        return Greedy(greedy.objective, None, ids, (), text)
    less = max(0.0, (objective - greedy.objective) / abs(objective))
    text = Text(f"{way.en} gives {told.en}, {less:.2%} less.",
                f"{way.zh}得 {told.zh}，低 {less:.2%}。")  # fmt: skip
    if less < SAME:
        text = Text(f"{way.en} gives as much.", f"{way.zh}所得相同。")
    return Greedy(greedy.objective, less, ids, (), text)


def worth_in_words(worth: float, unit: str) -> Text:
    """Return a worth in `unit` (mu, or points of score) in words."""
    if unit == "mu":
        return Text(f"{worth:,.0f} mu", f"{worth:.0f} 亩")
    return Text(f"{worth:.3f} points of score", f"{worth:.3f} 分")
