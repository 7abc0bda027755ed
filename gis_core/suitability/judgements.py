"""What people judged about criteria, as each weighting method takes it."""

from dataclasses import dataclass, field
from typing import Literal, TypeAlias, get_args

Method = Literal["direct", "ranks", "ahp", "group_ahp", "entropy", "critic", "best_worst"]
METHODS: tuple[str, ...] = get_args(Method)
FROM_DATA = ("entropy", "critic")  # methods whose weights come from the scores of a run


@dataclass(frozen=True)
class Judgements:
    """Pairwise comparisons: ``matrix[i][j]`` says how much more `names[i]` counts than `names[j]`.

    All entries are above 0, the diagonal is 1 and ``matrix[j][i]`` is ``1 / matrix[i][j]``.
    """

    names: tuple[str, ...]
    matrix: tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class Direct:
    """Weights as written at the criteria."""


@dataclass(frozen=True)
class Ranks:
    """Criteria from the most to the least important; those of one place are equal."""

    order: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Ahp:
    """One person's judgements of all criteria; or of groups, and within each group.

    With `within`, `judgements` compares the groups and ``within[group]`` the criteria of each.
    """

    judgements: Judgements
    within: dict[str, Judgements] = field(default_factory=dict)


@dataclass(frozen=True)
class Member:
    """One member of a group: a name, a weight above 0 and judgements of all criteria."""

    name: str
    weight: float
    judgements: Judgements


@dataclass(frozen=True)
class GroupAhp:
    """Several people's judgements of the same criteria."""

    members: tuple[Member, ...]


@dataclass(frozen=True)
class FromData:
    """Nothing judged: the weights come from a sample of the criteria's scores."""


@dataclass(frozen=True)
class BestWorst:
    """How much more the best criterion counts than each, and each than the worst (1 to 9)."""

    best: str
    worst: str
    best_to_others: dict[str, float]
    others_to_worst: dict[str, float]


WeightingInput: TypeAlias = Direct | Ranks | Ahp | GroupAhp | FromData | BestWorst


@dataclass(frozen=True)
class Weighting:
    """How a model comes to its weights, and what was judged for it."""

    method: Method = "direct"
    input: WeightingInput = field(default_factory=Direct)
