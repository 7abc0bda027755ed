"""A suitability model: criteria with memberships and weights, rules, class limits."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from gis_core.errors import NotFoundError
from gis_core.suitability.membership import Membership
from gis_core.text import Text

Tag = Literal["standard", "local", "planner"]
Derive = Literal["value", "slope", "aspect", "distance"]
GROUPS = ("location", "climate", "soil", "water", "ecology", "pollution", "society")
MODEL_FOLDER = Path(__file__).parent / "models"


@dataclass(frozen=True)
class Criterion:
    """One criterion: a layer (or what is derived from it), its membership and its weight.

    `weight` is as written, not normalised; an `optional` criterion is left out where its layer
    is missing. `group` is one of the factor groups of RB/T 165.1-2018 and RB/T 170-2018. `flat`
    is the score of level land, which faces nowhere; criteria on the aspect have it.
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


@dataclass(frozen=True)
class SuitabilityModel:
    """A whole model; `class_limits` are the least scores of S1, S2, S3, N1, falling."""

    name: str
    title: Text
    purpose: Text
    criteria: tuple[Criterion, ...]
    rules: tuple[Rule, ...]
    class_limits: tuple[float, float, float, float]
    content_hash: str

    def themes(self) -> list[str]:
        """Return the layers that the model can use, each once."""
        used = [c.layer for c in self.criteria] + [r.layer for r in self.rules]
        return list(dict.fromkeys(used))


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
