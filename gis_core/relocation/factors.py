"""The priority model: named factors with weights and end points, tiers by village size."""

from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

from gis_core.errors import InvalidModelError
from gis_core.provenance import hash_document
from gis_core.text import Text

TAGS = ("standard", "local", "planner")


@dataclass(frozen=True)
class Factor:
    """One reason to move: scores 0 at `start` and 1 at `end`, in `unit`, along a straight line."""

    name: str
    title: Text
    unit: str
    start: float
    end: float
    weight: float
    tag: str
    source: Text

    def urgency(self, values: pd.Series) -> pd.Series:
        """Return 0 (not urgent) to 1 (urgent); NaN stays NaN."""
        return ((values - self.start) / (self.end - self.start)).clip(0.0, 1.0)


@dataclass(frozen=True)
class PriorityModel:
    """Factors and tiers; `under_people` are the tiers' upper limits in people, exclusive."""

    name: str
    title: Text
    under_people: tuple[int, ...]
    tier_tag: str
    tier_source: Text
    factors: tuple[Factor, ...]
    model_hash: str

    def tiers(self, people: pd.Series) -> pd.Series:
        """Return tier 1, 2, … by people; one past the last for larger and for unknown villages."""
        values = people.astype(float).fillna(np.inf)
        tiers = np.searchsorted(np.array(self.under_people), values, side="right") + 1
        return pd.Series(tiers, index=people.index)


def load_priority_model(path: Path | None = None) -> PriorityModel:
    """Read a priority model (YAML); the shipped one without `path`.

    Raises
    ------
    InvalidModelError
        If the file cannot be read or breaks the schema; the message names the place.
    """
    place = path or files("gis_core.relocation.models").joinpath("priority.yaml")
    try:
        document = yaml.safe_load(place.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as err:
        raise InvalidModelError(
            f"{place}: cannot be read as YAML ({err}).", f"{place}：不是可读的 YAML 文件（{err}）。"
        ) from err
    return priority_model_from_dict(document, source=str(place))


def priority_model_from_dict(document: Any, *, source: str = "priority model") -> PriorityModel:
    """Build a model from plain values.

    Raises
    ------
    InvalidModelError
        If a key is missing, a weight is not more than 0, or a factor's ends are equal.
    """
    try:
        tiers = document["tiers"]
        factors = tuple(_factor(row) for row in document["factors"])
        model = PriorityModel(
            name=str(document["name"]),
            title=Text(**document["title"]),
            under_people=tuple(int(n) for n in tiers["under_people"]),
            tier_tag=str(tiers["tag"]),
            tier_source=Text(**tiers["source"]),
            factors=factors,
            model_hash=hash_document(document),
        )
    except (KeyError, TypeError, ValueError) as err:
        raise InvalidModelError(
            f"{source}: cannot be understood ({err}); wanted name, title, tiers (under_people, "
            "tag, source) and factors (name, title, unit, from, to, weight, tag, source).",
            f"{source}:无法理解({err});应有 name、title、tiers(under_people、tag、source)和 "
            "factors(name、title、unit、from、to、weight、tag、source)。",
        ) from err
    _check(model, source)
    return model


def _factor(row: dict[str, Any]) -> Factor:
    return Factor(
        name=str(row["name"]), title=Text(**row["title"]), unit=str(row["unit"]),
        start=float(row["from"]), end=float(row["to"]), weight=float(row["weight"]),
        tag=str(row["tag"]), source=Text(**row["source"]),
    )  # fmt: skip


def _check(model: PriorityModel, source: str) -> None:
    names = [f.name for f in model.factors]
    if not names or len(set(names)) < len(names):
        raise InvalidModelError(
            f"{source}: factors must exist and have different names; found {names}.",
            f"{source}：因子不能为空且名称不能重复；现有 {names}。",
        )
    if list(model.under_people) != sorted(set(model.under_people)) or not model.under_people:
        raise InvalidModelError(
            f"{source}: under_people is {model.under_people}, wanted rising numbers.",
            f"{source}：under_people 为 {model.under_people}，应为递增的数字。",
        )
    for factor in model.factors:
        ends = factor.start != factor.end and np.isfinite([factor.start, factor.end]).all()
        if not (factor.weight > 0 and np.isfinite(factor.weight) and ends):
            raise InvalidModelError(
                f"{source}: factor {factor.name} has weight {factor.weight} and runs from "
                f"{factor.start} to {factor.end}; wanted a weight above 0 and two different ends.",
                f"{source}：因子 {factor.name} 的权重为 {factor.weight}，区间为 {factor.start} 至 "
                f"{factor.end}；权重应大于0，两端应不同。",
            )
        if factor.tag not in TAGS:
            raise InvalidModelError(
                f"{source}: factor {factor.name} has tag '{factor.tag}', wanted {', '.join(TAGS)}.",
                f"{source}：因子 {factor.name} 的标记为“{factor.tag}”，应为 {'、'.join(TAGS)}。",
            )
