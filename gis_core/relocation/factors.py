"""The priority model: named factors with weights and end points, tiers by village size."""

from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from gis_core.errors import InvalidModelError
from gis_core.located import LocatedDocument, PartReader, Place, read_located
from gis_core.provenance import hash_document
from gis_core.text import Text

TAGS = ("standard", "local", "planner")
TOP = {"name", "title", "tiers", "factors"}
TIERS = {"tag", "source", "under_people"}
FACTOR = {"name", "title", "unit", "from", "to", "weight", "tag", "source"}
ANSWERS = "answers"  # of a factor, where surveys write words instead of numbers


@dataclass(frozen=True)
class Factor:
    """One reason to move: scores 0 at `start` and 1 at `end`, in `unit`, along a straight line.

    `answers` gives the value, in `unit`, of the words that a survey may hold instead.
    """

    name: str
    title: Text
    unit: str
    start: float
    end: float
    weight: float
    tag: str
    source: Text
    answers: dict[str, float] = field(default_factory=dict)

    def value_of(self, answer: object) -> float:
        """Return a survey's answer in `unit`; NaN for what is neither a number nor a known word."""
        if isinstance(answer, str):
            word = answer.strip().casefold()
            if word in self.answers:
                return self.answers[word]
        try:
            return float(answer)  # type: ignore[arg-type]
        except (TypeError, ValueError):
            return float("nan")

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
        If the file cannot be read or breaks the schema; the message names file, line and part.
    """
    place = path or files("gis_core.relocation.models").joinpath("priority.yaml")
    return _model(read_located(place, error=InvalidModelError))


def priority_model_from_dict(document: Any, *, source: str = "priority model") -> PriorityModel:
    """Build a model from plain values.

    Raises
    ------
    InvalidModelError
        If a key is missing or unknown, a weight is not above 0, or a factor's ends are equal.
    """
    return _model(LocatedDocument(document, source=source, error=InvalidModelError))


def _model(document: LocatedDocument) -> PriorityModel:
    reader = PartReader(document)
    reader.mapping((), TOP, required=TOP)
    reader.mapping(("tiers",), TIERS, required=TIERS)
    factors = tuple(
        _factor(reader, ("factors", i)) for i in range(reader.length(("factors",), least=1))
    )
    reader.different([(("factors", i, "name"), f.name) for i, f in enumerate(factors)])
    return PriorityModel(
        name=reader.word(("name",)),
        title=reader.text(("title",)),
        under_people=_tier_limits(reader),
        tier_tag=reader.choice(("tiers", "tag"), TAGS),
        tier_source=reader.text(("tiers", "source")),
        factors=factors,
        model_hash=hash_document(document.values),
    )


def _tier_limits(reader: PartReader) -> tuple[int, ...]:
    place: Place = ("tiers", "under_people")
    limits = tuple(reader.whole((*place, i)) for i in range(reader.length(place, least=1)))
    if list(limits) != sorted(set(limits)):
        raise reader.document.refuse(
            place, f"is {list(limits)}, wanted rising numbers.", f"为 {list(limits)}，应逐个递增。"
        )
    return limits


def _factor(reader: PartReader, place: Place) -> Factor:
    value = reader.mapping(place, FACTOR | {ANSWERS}, required=FACTOR)
    start, end = reader.number((*place, "from")), reader.number((*place, "to"))
    if start == end:
        raise reader.document.refuse(
            (*place, "to"), f"is {end:g} like 'from'; wanted two different ends.",
            f"为 {end:g}，与 from 相同；两端应不同。",
        )  # fmt: skip
    return Factor(
        name=reader.word((*place, "name")), title=reader.text((*place, "title")),
        unit=str(value["unit"] or ""), start=start, end=end,
        weight=reader.number((*place, "weight"), above=0.0),
        tag=reader.choice((*place, "tag"), TAGS), source=reader.text((*place, "source")),
        answers=_answers(reader, (*place, ANSWERS)) if ANSWERS in value else {},
    )  # fmt: skip


def _answers(reader: PartReader, place: Place) -> dict[str, float]:
    words = reader.at(place)
    if not isinstance(words, dict):
        raise reader.document.refuse(
            place, "wanted 'word: value' lines.", "应为“文字: 数值”的形式。"
        )
    return {str(word).strip().casefold(): reader.number((*place, word)) for word in words}
