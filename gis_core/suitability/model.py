"""A suitability model: criteria with memberships and weights, rules, class limits."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

from gis_core.errors import NotFoundError
from gis_core.suitability.judgements import Weighting
from gis_core.suitability.membership import Membership
from gis_core.text import Text

Tag = Literal["standard", "local", "planner"]
Derive = Literal[
    "value", "slope", "aspect", "ruggedness", "wetness", "distance", "travel_time", "density",
    "focal_mean",
]  # fmt: skip
CombinationMethod = Literal[
    "weighted_sum", "weighted_product", "owa", "fuzzy_gamma", "topsis", "limiting_factor"
]
Direction = Literal["raise", "lower"]
TAGS: tuple[str, ...] = get_args(Tag)
DIRECTIONS: tuple[str, ...] = get_args(Direction)
DERIVATIONS: tuple[str, ...] = get_args(Derive)
COMBINATIONS: tuple[str, ...] = get_args(CombinationMethod)
NEARNESS = ("distance", "travel_time", "density")  # no standard for organic production gives one
WITHIN_RADIUS = ("density", "focal_mean")  # derivations that look around within `radius_m`
TRAVEL_THEMES = ("elevation", "road", "river", "water", "landcover")  # the first is required
GROUP_TITLES = {  # factor groups of RB/T 165.1-2018 and RB/T 170-2018
    "location": Text("Location", "区位与地形"), "climate": Text("Climate", "气候"),
    "soil": Text("Soil", "土壤"), "water": Text("Water", "水源"),
    "ecology": Text("Ecology", "生态"), "pollution": Text("Pollution sources", "污染源"),
    "society": Text("Society and economy", "社会经济"),
}  # fmt: skip
GROUPS = tuple(GROUP_TITLES)
MODEL_FOLDER = Path(__file__).parent / "models"


@dataclass(frozen=True)
class Threshold:
    """One number of a model that decides: its value, unit, tag and source.

    `part` names the criterion or rule; `key` the parameter of its membership, or the rule's
    limit (``above``, ``below``, ``within_m``). `spread` is the half-width in `unit`, 0 or more, by
    which the value may be off, and by which a sensitivity analysis moves it if it is a criterion's.
    It is what the file writes, else a share of the membership's own span (see
    `gis_core.suitability.spreads`), so that it does not depend on where the unit has its zero; what
    a standard fixes has none.
    """

    part: str
    key: str
    value: float
    unit: str
    tag: Tag
    source: Text
    spread: float


@dataclass(frozen=True)
class Improvement:
    """What people can do about a criterion, and what it costs.

    `cost_yuan_per_mu` (yuan a mu) buys a change of `per` (unit of the criterion, above 0) towards
    `limit`, the value that can be reached at most. `only` says that the works raise or lower the
    value and nothing else (gypsum lowers the pH of alkaline soil and is of no use on sour soil);
    without it they lead to `limit` from both sides.
    """

    how: Text
    cost_yuan_per_mu: float
    per: float
    limit: float
    tag: Tag
    source: Text
    only: Direction | None = None

    def helps(self, value: float) -> bool:
        """Return whether a place with `value` (unit of the criterion) lies where the works lead."""
        if self.only is None:
            return True
        return value < self.limit if self.only == "raise" else value > self.limit


@dataclass(frozen=True)
class Criterion:
    """One criterion: a layer (or what is derived from it), its membership and its weight.

    `weight` is as written, not normalised; with another weighting it is what that gives, or
    equal for all where the weights come from the data. An `optional` criterion is left out where
    its layer is missing. `group` is one of the factor groups of RB/T 165.1-2018 and RB/T 170-2018.
    `flat` is the score of level land, which faces nowhere; criteria on the aspect have it.
    `radius_m` is how far in metres a density or a focal mean looks around.
    """

    name: str
    title: Text
    group: str
    layer: str
    derive: Derive
    unit: str
    membership: Membership
    weight: float
    tag: Tag
    source: Text
    optional: bool = False
    flat: float | None = None
    radius_m: float | None = None
    thresholds: tuple[Threshold, ...] = ()
    improvement: Improvement | None = None


@dataclass(frozen=True)
class Rule:
    """One exclusion: cells where it holds are not suitable, whatever their score.

    Exactly one of the limits is set: `above`, `below` (unit of the layer), `within_m` (metres
    from a feature), `classes` (names or values) or `inside` (of an area).
    """

    name: str
    title: Text
    layer: str
    derive: Derive
    tag: Tag
    source: Text
    above: float | None = None
    below: float | None = None
    within_m: float | None = None
    classes: tuple[str, ...] = ()
    inside: bool = False
    optional: bool = False
    unit: str = ""
    radius_m: float | None = None
    threshold: Threshold | None = None


@dataclass(frozen=True)
class Combination:
    """How scores become one: the method and what it takes.

    Ordered weighted averaging has either `alpha` (above 0; the quantifier ``Q(p) = p**alpha``,
    1 is the weighted sum, more asks for all criteria, less for any) or `order_weights` from the
    best score to the worst; `gamma` (0 to 1) is that of fuzzy gamma.
    """

    method: CombinationMethod = "weighted_sum"
    alpha: float | None = None
    order_weights: tuple[float, ...] | None = None
    gamma: float | None = None


@dataclass(frozen=True)
class SuitabilityModel:
    """A whole model; `class_limits` are the least scores of S1, S2, S3, N1, falling.

    `document` is the model file as plain values, from which `model_from_values` rebuilds it.
    """

    name: str
    title: Text
    purpose: Text
    criteria: tuple[Criterion, ...]
    rules: tuple[Rule, ...]
    class_limits: tuple[float, float, float, float]
    content_hash: str
    weighting: Weighting = field(default_factory=Weighting)
    combination: Combination = field(default_factory=Combination)
    document: dict[str, Any] = field(default_factory=dict)

    def themes(self) -> list[str]:
        """Return the layers that the model can use, each once, those that travel leads over too."""
        parts: list[Criterion | Rule] = [*self.criteria, *self.rules]
        over = TRAVEL_THEMES if any(p.derive == "travel_time" for p in parts) else ()
        return list(dict.fromkeys([*(p.layer for p in parts), *over]))

    def thresholds(self) -> tuple[Threshold, ...]:
        """Return every threshold of the criteria and then of the rules, in the model's order."""
        of_criteria = [t for c in self.criteria for t in c.thresholds]
        return (*of_criteria, *(r.threshold for r in self.rules if r.threshold is not None))


def shipped_models() -> list[str]:
    """Return the names of the models that come with the program."""
    return sorted(path.stem for path in MODEL_FOLDER.glob("*.yaml"))


def find_model(name: str | Path) -> Path:
    """Return the file of a model given by path, or by a shipped model's name.

    Raises
    ------
    NotFoundError
        If there is neither; the message lists the shipped models.
    """
    path = Path(name)
    if path.is_file():
        return path
    shipped = MODEL_FOLDER / f"{name}.yaml"
    if path.name == str(name) and shipped.is_file():
        return shipped
    raise NotFoundError(
        f"'{name}' is neither a model file nor a shipped model; shipped are "
        f"{', '.join(shipped_models())}.",
        f"“{name}”既不是模型文件，也不是自带模型；自带模型有 {'、'.join(shipped_models())}。",
    )
