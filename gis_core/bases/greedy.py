"""The plain way that the proven choice is compared with: the best that still fits, one by one."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gis_core.bases.compile import CompiledSelection, Row
from gis_core.text import Text

ROUNDING = 1e-9  # relative; of the sums of areas and costs
SMALLEST = 1e-12  # a cost or area of less counts as this
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
    asks for, the rule with the fewest candidates first; then the rest. Where a budget or a
    largest area binds, three ways are tried and the best one counts: to keep just enough for as
    many of the smallest as are still to be taken, to spend at most an equal share on each, and to
    go by worth for what is limited.
    """
    worth = compiled.worth
    ways = [(worth, False)]
    for row in compiled.rows:
        if row.coefficients is not None and np.isfinite(row.most):
            amount = np.full(len(worth), np.inf)
            amount[row.places] = np.maximum(row.coefficients, SMALLEST)
            ways.append((worth / amount, False))
    if len(ways) > 1:
        ways.append((worth, True))
    tried = [_Taking(compiled, key, in_shares=in_shares).all() for key, in_shares in ways]
    return min(tried, key=lambda choice: (len(choice.broken), -choice.objective))


class _Taking:
    """A choice as it grows, by `key`; `in_shares` spends at most an equal share on each base."""

    def __init__(
        self, compiled: CompiledSelection, key: NDArray[np.float64], *, in_shares: bool
    ) -> None:
        self.compiled, self.key, self.in_shares = compiled, key, in_shares
        number = len(compiled.worth)
        self.use = np.zeros((len(compiled.rows), number))
        for row, use in zip(compiled.rows, self.use, strict=True):
            use[row.places] = 1.0 if row.coefficients is None else row.coefficients
        self.most = np.array([row.most for row in compiled.rows])
        self.spent = np.array([
            row.coefficients is not None and len(row.places) == number for row in compiled.rows
        ])  # fmt: skip
        self.smallest = np.where(self.spent, self.use.min(axis=1, initial=np.inf), 0.0)
        self.used = np.zeros(len(compiled.rows))
        self.open = compiled.upper > 0
        self.beside: dict[int, Ints] = {}

    def all(self) -> GreedyChoice:
        for place in np.flatnonzero(self.compiled.lower > 0).tolist():
            self._take(place)
        rows = self.compiled.rows
        scarce = [k for k in range(len(rows)) if rows[k].group != "count" and rows[k].least > 0]
        for k in sorted(scarce, key=lambda k: len(rows[k].places)):
            while self.used[k] < rows[k].least * (1 - ROUNDING):
                if not self._take_best(among=self.use[k] > 0):
                    break
        everywhere = np.ones(len(self.open), bool)
        while self.used[0] < self.most[0] and self._take_best(among=everywhere):
            pass
        places = np.array(sorted(self.beside), dtype=np.int64)
        return GreedyChoice(places, float(self.compiled.worth[places].sum()), self._broken())

    def _take_best(self, *, among: NDArray[np.bool_]) -> bool:
        """Take the best of those that fit; whether there was one."""
        to_take = max(0.0, self.most[0] - self.used[0] - 1)  # besides this one, of the number
        limit = self.most - to_take * self.smallest
        if self.in_shares:
            share = self.used + (self.most - self.used) / (to_take + 1)
            limit = np.where(self.spent, share, limit)
        limit = limit * (1 + ROUNDING)
        fits = among & self.open & (self.used[:, None] + self.use <= limit[:, None]).all(axis=0)
        if not fits.any():
            return False
        self._take(int(np.argmax(np.where(fits, self.key, -np.inf))))
        return True

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
