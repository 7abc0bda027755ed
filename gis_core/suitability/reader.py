"""Read a model file: every field checked, every fault named with line and cure."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from gis_core.errors import InvalidModelError
from gis_core.located import LocatedDocument, Place, read_located
from gis_core.provenance import hash_document
from gis_core.suitability.amounts import Origin
from gis_core.suitability.judgements import FROM_DATA, Weighting
from gis_core.suitability.membership import Categorical
from gis_core.suitability.membership_reader import MembershipReader
from gis_core.suitability.model import (
    COMBINATIONS,
    DERIVATIONS,
    DIRECTIONS,
    GROUPS,
    NEARNESS,
    WITHIN_RADIUS,
    Combination,
    Criterion,
    Improvement,
    Rule,
    SuitabilityModel,
    find_model,
)
from gis_core.suitability.spreads import ZEROS
from gis_core.suitability.weighting import judged_weights
from gis_core.suitability.weighting_reader import read_weighting, refuse_written_weight
from gis_core.text import Text, as_document

DEFAULT_LIMITS = {"S1": 0.8, "S2": 0.6, "S3": 0.4, "N1": 0.2}
TOP = {"name", "title", "purpose", "criteria", "rules", "classes", "combination",
       "weighting"}  # fmt: skip
CRITERION = {"name", "title", "group", "layer", "derive", "unit", "membership", "weight", "tag",
             "source", "optional", "flat", "radius_m", "improve", "spread"}  # fmt: skip
NEEDED = {"name", "title", "layer", "unit", "membership", "tag", "source"}
IMPROVE = {"how", "cost_yuan_per_mu", "per", "limit", "tag", "source"}  # and, optional, `only`
MOST_CRITERIA = 255  # a byte of each cell names the one that limits it most, 0 none
MOST_RULES = 32  # each has a bit of 32 in a cell's failed rules
RULE = {"name", "title", "layer", "derive", "exclude", "tag", "source", "optional", "unit",
        "radius_m"}  # fmt: skip
LIMITS = {"above", "below", "within_m", "classes", "inside"}
FIXED_UNITS = {  # what a derivation counts in, the usual spelling first
    "slope": ("°", "deg", "degree", "degrees", "度"),
    "aspect": ("°", "deg", "degree", "degrees", "度"),
    "distance": ("m", "米"),
    "travel_time": ("min", "分钟"),
}
METHOD_KEYS: dict[str, tuple[str, ...]] = {"owa": ("alpha", "order_weights"),
                                           "fuzzy_gamma": ("gamma",)}  # fmt: skip


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


def model_from_values(values: Mapping[str, Any], *, source: str = "model") -> SuitabilityModel:
    """Build a model from the plain values of its file, such as a run keeps.

    Raises
    ------
    InvalidModelError
        If the values break the schema; the message names `source`, part and cure.
    """
    return model_from_document(
        LocatedDocument(dict(values), source=source, error=InvalidModelError)
    )


def model_from_document(document: LocatedDocument) -> SuitabilityModel:
    """Build a model from a YAML document; errors as `load_model`."""
    reader = _Reader(document)
    top = reader.mapping((), TOP, required={"name", "title", "criteria"})
    places = [("criteria", i) for i in range(reader.length(("criteria",), least=1))]
    if len(places) > MOST_CRITERIA:
        raise document.refuse(
            ("criteria",), f"holds {len(places)} criteria, wanted at most {MOST_CRITERIA}. Join "
            "some of them.",
            f"有 {len(places)} 个准则，最多 {MOST_CRITERIA} 个。请合并部分准则。",
        )  # fmt: skip
    names = [reader.word((*place, "name")) for place in places]
    reader.different([((*place, "name"), n) for place, n in zip(places, names, strict=True)])
    weighting = read_weighting(document, ("weighting",), names)
    weights = reader.weights(places, names, weighting)
    criteria = tuple(
        reader.criterion(place, weight) for place, weight in zip(places, weights, strict=True)
    )
    if reader.length(("rules",), least=0) > MOST_RULES:
        raise document.refuse(("rules",), f"holds more than {MOST_RULES} rules. Join some of them.",
                              f"规则超过 {MOST_RULES} 条。请合并部分规则。")  # fmt: skip
    rules = tuple(reader.rule(("rules", i)) for i in range(reader.length(("rules",), least=0)))
    reader.different([(("rules", i, "name"), r.name) for i, r in enumerate(rules)])
    if not any(c.weight > 0 for c in criteria):
        raise document.refuse(("criteria",), "no weight is above zero. Give at least one.",
                              "没有大于零的权重。请至少设置一个。")  # fmt: skip
    purpose = reader.text(("purpose",)) if "purpose" in top else Text("", "")
    plain = as_document(top)
    return SuitabilityModel(
        name=reader.word(("name",)), title=reader.text(("title",)), purpose=purpose,
        criteria=criteria, rules=rules, class_limits=reader.class_limits(),
        content_hash=hash_document(plain), weighting=weighting,
        combination=reader.combination(len(criteria)), document=plain,
    )  # fmt: skip


class _Reader(MembershipReader):
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

    def combination(self, criteria: int) -> Combination:
        """Return how scores become one: a method's name, or a method with its parameters."""
        place: Place = ("combination",)
        if not isinstance(self.at(place), dict):
            return Combination(self.choice(place, COMBINATIONS, "weighted_sum"))  # type: ignore[arg-type]
        method = self.choice((*place, "method"), COMBINATIONS)
        keys = METHOD_KEYS.get(method, ())
        given = self.mapping(place, {"method", *keys}, required={"method"})
        if keys and len(given) != 2:
            raise self.document.refuse(
                place, f"'{method}' wants {' or '.join(keys)}. Give exactly one.",
                f"“{method}”需要 {' 或 '.join(keys)}。请只给出一项。",
            )  # fmt: skip
        orders = self._order_weights((*place, "order_weights"), criteria)
        alpha = self.number((*place, "alpha"), above=0) if "alpha" in given else None
        gamma = self.score((*place, "gamma")) if "gamma" in given else None
        return Combination(method, alpha, orders, gamma)  # type: ignore[arg-type]

    def _order_weights(self, place: Place, criteria: int) -> tuple[float, ...] | None:
        if self.at(place) is None:
            return None
        weights = tuple(self.number((*place, i)) for i in range(self.length(place, least=criteria)))
        if len(weights) != criteria or min(weights) < 0 or not sum(weights) > 0:
            raise self.document.refuse(
                place, f"are {weights}; wanted {criteria} numbers of 0 or more, one a criterion, "
                "not all 0.",
                f"为 {weights}；应为 {criteria} 个不小于 0 的数，每个准则一个，且不全为 0。",
            )  # fmt: skip
        return weights

    def weights(
        self, places: Sequence[Place], names: Sequence[str], weighting: Weighting
    ) -> list[float]:
        """Return the criteria's weights: as written, as judged, or equal where data decide."""
        method = weighting.method
        written = [self.at((*place, "weight")) is not None for place in places]
        for place, is_written in zip(places, written, strict=True):
            if is_written and method != "direct":
                raise refuse_written_weight(self.document, (*place, "weight"), method)
        if method == "direct":
            return [self.weight(place) for place in places]
        if method in FROM_DATA:
            return [1.0 / len(names)] * len(names)
        found = judged_weights(weighting)
        return [found[name] for name in names]

    def weight(self, path: Place) -> float:
        """Return the weight written at a criterion, 0 or more."""
        self.mapping(path, CRITERION, required={"weight"})
        weight = self.number((*path, "weight"))
        if weight < 0:
            raise self.document.refuse((*path, "weight"), f"is {weight}, wanted 0 or more.",
                                       f"为 {weight}，应不小于 0。")  # fmt: skip
        return weight

    def criterion(self, path: Place, weight: float) -> Criterion:
        """Return the criterion at `path`; only one on the aspect has a score of level land."""
        value = self.mapping(path, CRITERION, required=NEEDED)
        derive = self.choice((*path, "derive"), DERIVATIONS, "value")
        if (derive == "aspect") != ("flat" in value):
            raise self.document.refuse(
                (*path, "flat") if "flat" in value else path,
                "'flat', the score of level land, goes with 'derive: aspect' and only with it.",
                "flat（平地得分）须与 derive: aspect 同时使用，且只用于坡向。",
            )
        origin = self._origin(path, derive)
        membership, thresholds = self.membership((*path, "membership"), origin)
        for key in ("improve", "spread") if isinstance(membership, Categorical) else ():
            if key in value:
                raise self.document.refuse(
                    (*path, key), "goes with a number, not with classes. Leave it out.",
                    "只用于数值型准则，不用于分类。请删除。",
                )  # fmt: skip
        improvement = self._improvement((*path, "improve")) if "improve" in value else None
        return Criterion(
            name=origin.part, title=self.text((*path, "title")),
            group=self.choice((*path, "group"), GROUPS, "location"),
            layer=self.word((*path, "layer")), derive=derive,  # type: ignore[arg-type]
            unit=origin.unit, membership=membership,
            weight=weight, tag=origin.tag, source=origin.source,
            optional=self.flag((*path, "optional")),
            flat=self.score((*path, "flat")) if "flat" in value else None,
            radius_m=self._radius(path, derive), thresholds=thresholds, improvement=improvement,
        )  # fmt: skip

    def _origin(self, path: Place, derive: str, *, unit: str | None = None) -> Origin:
        """Return what the thresholds of the part inherit; `unit` stands in where none is given."""
        is_near = derive in NEARNESS
        tag = self.tag(path, is_near=is_near)
        return Origin(
            part=self.word((*path, "name")), tag=tag,
            source=self.source(path, is_near=is_near), unit=self.unit(path, derive, default=unit),
            is_near=is_near, zeros=ZEROS.get(derive, ()), spread=self.spread(path, tag),
        )  # fmt: skip

    def unit(self, path: Place, derive: str, *, default: str | None = None) -> str:
        """Return the unit at `path`; what is derived has its own, which none may contradict."""
        given = self.at((*path, "unit"))
        fixed = FIXED_UNITS.get(derive)
        if given is None and fixed is not None:
            return fixed[0]
        if given is None and default is not None:
            return default
        if given is None:
            raise self.document.refuse(
                path, f"'unit' is missing; {derive} has none of its own. Add it, such as unit: mm.",
                f"缺少 unit；{derive} 没有固定单位。请补充，如 unit: mm。",
            )  # fmt: skip
        if not isinstance(given, str) or (fixed is not None and given not in fixed):
            wanted = fixed[0] if fixed else "m, mm, °C, pH, g/kg …"
            raise self.document.refuse(
                (*path, "unit"), f"is '{given}', wanted {wanted}.", f"为“{given}”，应为 {wanted}。"
            )
        return given

    def _radius(self, path: Place, derive: str) -> float | None:
        """Return how far a density or a focal mean looks around; nothing else has a radius."""
        given = self.at((*path, "radius_m"))
        if (given is not None) != (derive in WITHIN_RADIUS):
            raise self.document.refuse(
                path if given is None else (*path, "radius_m"),
                "'radius_m', in metres, goes with 'derive: density' or 'focal_mean', and they need "
                "it.",
                "radius_m（米）须与 derive: density 或 focal_mean 同时使用，且为必填。",
            )  # fmt: skip
        return None if given is None else self.number((*path, "radius_m"), above=0)

    def _improvement(self, path: Place) -> Improvement:
        self.mapping(path, {*IMPROVE, "only"}, required=IMPROVE)
        has_direction = self.at((*path, "only")) is not None
        cost = self.number((*path, "cost_yuan_per_mu"))
        if cost < 0:
            raise self.document.refuse((*path, "cost_yuan_per_mu"), f"is {cost:g}, wanted 0 or "
                                       "more.", f"为 {cost:g}，应不小于 0。")  # fmt: skip
        return Improvement(
            how=self.text((*path, "how")), cost_yuan_per_mu=cost,
            per=self.number((*path, "per"), above=0), limit=self.number((*path, "limit")),
            tag=self.tag(path, is_near=False), source=self.source(path, is_near=False),
            only=self.choice((*path, "only"), DIRECTIONS) if has_direction else None,  # type: ignore[arg-type]
        )  # fmt: skip

    def rule(self, path: Place) -> Rule:
        """Return the rule at `path`, which has exactly one limit and excludes something."""
        self.mapping(path, RULE, required={"name", "title", "layer", "exclude", "tag", "source"})
        limits = self.mapping((*path, "exclude"), LIMITS, required=set())
        if len(limits) != 1:
            raise self.document.refuse(
                (*path, "exclude"), f"holds {len(limits)} limits, wanted one of "
                f"{', '.join(sorted(LIMITS))}.",
                f"含 {len(limits)} 个条件，应为 {'、'.join(sorted(LIMITS))} 之一。",
            )  # fmt: skip
        kind = next(iter(limits))
        place = (*path, "exclude", kind)
        derive = self._derivation_of_rule(path, kind)
        no_number = kind in ("classes", "inside")
        origin = self._origin(path, derive, unit="" if no_number else None)
        chosen: dict[str, Any] = {}
        if kind == "classes":
            chosen["classes"] = tuple(
                str(self.at((*place, i))) for i in range(self.length(place, least=1))
            )
        elif kind == "inside":
            chosen["inside"] = self.flag(place)
        else:
            chosen["threshold"] = self.threshold(place, kind, origin)
            chosen[kind] = chosen["threshold"].value
        if chosen[kind] is False or (kind == "within_m" and chosen[kind] <= 0):
            raise self.document.refuse(
                place, f"is {self.at(place)}, which excludes nothing. Leave the rule out, or give "
                "true or a distance above 0.",
                f"为 {self.at(place)}，不排除任何单元。请删除该规则，或改为 true 或大于 0 的距离。",
            )  # fmt: skip
        return Rule(
            name=origin.part, title=self.text((*path, "title")),
            layer=self.word((*path, "layer")), derive=derive,  # type: ignore[arg-type]
            tag=origin.tag, source=origin.source, optional=self.flag((*path, "optional")),
            unit=origin.unit, radius_m=self._radius(path, derive), **chosen,
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
