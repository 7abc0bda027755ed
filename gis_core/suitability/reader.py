"""Read a model file: every field checked, every fault named with line and cure."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from gis_core.errors import InvalidCriterionError, InvalidModelError
from gis_core.located import LocatedDocument, PartReader, Place, read_located
from gis_core.provenance import hash_document
from gis_core.suitability import membership as shapes
from gis_core.suitability.membership import Membership
from gis_core.suitability.model import GROUPS, Criterion, Rule, SuitabilityModel, find_model
from gis_core.text import Text

TAGS = ("standard", "local", "planner")
DERIVATIONS = ("value", "slope", "aspect", "distance")
DEFAULT_LIMITS = {"S1": 0.8, "S2": 0.6, "S3": 0.4, "N1": 0.2}
TOP = {"name", "title", "purpose", "criteria", "rules", "classes"}
CRITERION = {"name", "title", "group", "layer", "derive", "unit", "membership", "weight", "tag",
             "source", "optional", "flat"}  # fmt: skip
MOST_RULES = 32  # each has a bit of 32 in a cell's failed rules
RULE = {"name", "title", "layer", "derive", "exclude", "tag", "source", "optional"}
LIMITS = {"above", "below", "within_m", "classes", "inside"}


def load_model(name: str | Path) -> SuitabilityModel:
    """Read a model by path or by a shipped model's name.

    Raises
    ------
    NotFoundError
        If there is no such file or shipped model.
    InvalidModelError
        If the file breaks the schema; the message names file, line, part and cure.
    """
    return model_from_document(read_located(find_model(name), error=InvalidModelError))


def model_from_document(document: LocatedDocument) -> SuitabilityModel:
    """Build a model from a YAML document; errors as `load_model`."""
    reader = _Reader(document)
    top = reader.mapping((), TOP, required={"name", "title", "criteria"})
    criteria = tuple(
        reader.criterion(("criteria", i)) for i in range(reader.length(("criteria",), least=1))
    )
    if reader.length(("rules",), least=0) > MOST_RULES:
        raise document.refuse(("rules",), f"holds more than {MOST_RULES} rules. Join some of them.",
                              f"规则超过 {MOST_RULES} 条。请合并部分规则。")  # fmt: skip
    rules = tuple(reader.rule(("rules", i)) for i in range(reader.length(("rules",), least=0)))
    reader.different([(("criteria", i, "name"), c.name) for i, c in enumerate(criteria)])
    reader.different([(("rules", i, "name"), r.name) for i, r in enumerate(rules)])
    if not any(c.weight > 0 for c in criteria):
        raise document.refuse(("criteria",), "no weight is above zero. Give at least one.",
                              "没有大于零的权重。请至少设置一个。")  # fmt: skip
    purpose = reader.text(("purpose",)) if "purpose" in top else Text("", "")
    return SuitabilityModel(
        name=reader.word(("name",)), title=reader.text(("title",)), purpose=purpose,
        criteria=criteria, rules=rules, class_limits=reader.class_limits(),
        content_hash=hash_document(top),
    )  # fmt: skip


class _Reader(PartReader):
    """Takes a model's parts out of its document."""

    def class_limits(self) -> tuple[float, float, float, float]:
        """Return the least scores of S1, S2, S3 and N1, falling; the usual ones without any."""
        if self.at(("classes",)) is None:
            return tuple(DEFAULT_LIMITS.values())  # type: ignore[return-value]
        names = set(DEFAULT_LIMITS)
        self.mapping(("classes",), names, required=names)
        limits = tuple(self.number(("classes", name)) for name in DEFAULT_LIMITS)
        falling = all(a > b for a, b in zip(limits, limits[1:], strict=False))
        if not falling or limits[0] > 1 or limits[-1] <= 0:
            raise self.document.refuse(
                ("classes",), f"are {limits}; wanted falling numbers between 1 and 0.",
                f"为 {limits}；应为 1 至 0 之间递减的数。",
            )  # fmt: skip
        return limits  # type: ignore[return-value]

    def criterion(self, path: Place) -> Criterion:
        """Return the criterion at `path`; only one on the aspect has a score of level land."""
        value = self.mapping(
            path, CRITERION, required=CRITERION - {"optional", "derive", "group", "flat"}
        )
        derive = self.choice((*path, "derive"), DERIVATIONS, "value")
        if (derive == "aspect") != ("flat" in value):
            raise self.document.refuse(
                (*path, "flat") if "flat" in value else path,
                "'flat', the score of level land, goes with 'derive: aspect' and only with it.",
                "flat（平地得分）须与 derive: aspect 同时使用，且只用于坡向。",
            )
        weight = self.number((*path, "weight"))
        if weight < 0:
            raise self.document.refuse((*path, "weight"), f"is {weight}, wanted 0 or more.",
                                       f"为 {weight}，应不小于 0。")  # fmt: skip
        return Criterion(
            name=self.word((*path, "name")), title=self.text((*path, "title")),
            group=self.choice((*path, "group"), GROUPS, "location"),
            layer=self.word((*path, "layer")), derive=derive,  # type: ignore[arg-type]
            unit=str(value["unit"] or ""), membership=self.membership((*path, "membership")),
            weight=weight, tag=self.tag(path, is_distance=derive == "distance"),  # type: ignore[arg-type]
            source=self.text((*path, "source")), optional=self.flag((*path, "optional")),
            flat=self._score((*path, "flat")) if "flat" in value else None,
        )  # fmt: skip

    def tag(self, path: Place, *, is_distance: bool) -> str:
        """Return the tag; no distance may be called a standard."""
        tag = self.choice((*path, "tag"), TAGS)
        if is_distance and tag == "standard":
            raise self.document.refuse(
                (*path, "tag"),
                "is 'standard', but the standards for organic production give no distances. Tag it "
                "'local' or 'planner' and name the source.",
                "为 standard，但有机生产标准没有规定距离。请标为 local 或 planner 并注明来源。",
            )
        return tag

    def rule(self, path: Place) -> Rule:
        """Return the rule at `path`, which has exactly one limit and excludes something."""
        self.mapping(path, RULE, required=RULE - {"optional", "derive"})
        limits = self.mapping((*path, "exclude"), LIMITS, required=set())
        if len(limits) != 1:
            raise self.document.refuse(
                (*path, "exclude"), f"holds {len(limits)} limits, wanted one of "
                f"{', '.join(sorted(LIMITS))}.",
                f"含 {len(limits)} 个条件，应为 {'、'.join(sorted(LIMITS))} 之一。",
            )  # fmt: skip
        kind = next(iter(limits))
        place = (*path, "exclude", kind)
        chosen: dict[str, Any] = {}
        if kind == "classes":
            chosen["classes"] = tuple(
                str(self.at((*place, i))) for i in range(self.length(place, least=1))
            )
        elif kind == "inside":
            chosen["inside"] = self.flag(place)
        else:
            chosen[kind] = self.number(place)
        if chosen[kind] is False or (kind == "within_m" and chosen[kind] <= 0):
            raise self.document.refuse(
                place, f"is {self.at(place)}, which excludes nothing. Leave the rule out, or give "
                "true or a distance above 0.",
                f"为 {self.at(place)}，不排除任何单元。请删除该规则，或改为 true 或大于 0 的距离。",
            )  # fmt: skip
        derive = self._derivation_of_rule(path, kind)
        return Rule(
            name=self.word((*path, "name")), title=self.text((*path, "title")),
            layer=self.word((*path, "layer")), derive=derive,  # type: ignore[arg-type]
            tag=self.tag(path, is_distance=derive == "distance"),  # type: ignore[arg-type]
            source=self.text((*path, "source")), optional=self.flag((*path, "optional")), **chosen,
        )  # fmt: skip

    def _derivation_of_rule(self, path: Place, kind: str) -> str:
        """Return what the rule looks at; only `above` and `below` leave a choice."""
        own = {"within_m": "distance"}.get(kind, "value")
        derive = self.choice((*path, "derive"), DERIVATIONS, own)
        if kind not in ("above", "below") and derive != own:
            raise self.document.refuse(
                (*path, "derive"), f"is '{derive}', but '{kind}' looks at the {own}. Leave it out.",
                f"为“{derive}”，但 {kind} 针对的是 {own}。请删除该键。",
            )  # fmt: skip
        return derive

    def membership(self, path: Place) -> Membership:
        """Return the membership at `path`; each kind has its own keys."""
        kinds: dict[str, tuple[set[str], Callable[[], Membership]]] = {
            "linear": ({"best", "worst"}, lambda: shapes.linear(
                self.number((*path, "best")), self.number((*path, "worst")))),
            "piecewise": ({"points"}, lambda: shapes.piecewise(self._points(path))),
            "triangular": ({"low", "peak", "high"}, lambda: self._shape(
                path, {"low": 0.0, "peak": 1.0, "high": 0.0})),
            "trapezoid": ({"low", "from", "to", "high"}, lambda: self._shape(
                path, {"low": 0.0, "from": 1.0, "to": 1.0, "high": 0.0})),
            "sigmoid": ({"middle", "width"}, lambda: shapes.Sigmoid(
                self.number((*path, "middle")), self._width(path))),
            "gaussian": ({"centre", "width"}, lambda: shapes.Gaussian(
                self.number((*path, "centre")), self._width(path))),
            "categorical": ({"classes", "other"}, lambda: self._categorical(path)),
        }  # fmt: skip
        kind = self.choice((*path, "kind"), tuple(kinds))
        keys, make = kinds[kind]
        optional = {"other"} if kind == "categorical" else set()
        self.mapping(path, keys | {"kind"}, required=keys - optional)
        try:
            return make()
        except InvalidCriterionError as err:
            raise self.document.refuse(path, err.text.en, err.text.zh) from err

    def _width(self, path: Place) -> float:
        width = self.number((*path, "width"))
        if width == 0:
            raise self.document.refuse((*path, "width"), "is 0, wanted another number.",
                                       "为 0，应为非零数。")  # fmt: skip
        return width

    def _points(self, path: Place) -> list[tuple[float, float]]:
        place = (*path, "points")
        return [
            (self.number((*place, i, 0)), self.number((*place, i, 1)))
            for i in range(self.length(place, least=2))
        ]

    def _shape(self, path: Place, scores: dict[str, float]) -> Membership:
        return shapes.piecewise([(self.number((*path, k)), s) for k, s in scores.items()])

    def _categorical(self, path: Place) -> Membership:
        classes = self.at((*path, "classes"))
        if not isinstance(classes, dict) or not classes:
            raise self.document.refuse((*path, "classes"), "wanted 'class: score' lines.",
                                       "应为“类别: 得分”的形式。")  # fmt: skip
        scores = {str(name): self._score((*path, "classes", name)) for name in classes}
        other = 0.0 if self.at((*path, "other")) is None else self._score((*path, "other"))
        return shapes.Categorical(scores, other)

    def _score(self, path: Place) -> float:
        score = self.number(path)
        if not 0 <= score <= 1:
            raise self.document.refuse(path, f"is {score}, wanted a score from 0 to 1.",
                                       f"为 {score}，得分应在 0 至 1 之间。")  # fmt: skip
        return score
