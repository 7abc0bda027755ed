"""Read memberships: each kind with its own keys, each number a threshold."""

from collections.abc import Callable
from dataclasses import replace

from gis_core.errors import InvalidCriterionError
from gis_core.located import Place
from gis_core.suitability import membership as shapes
from gis_core.suitability.amounts import AmountReader, Origin
from gis_core.suitability.membership import Membership
from gis_core.suitability.model import Threshold
from gis_core.suitability.spreads import spans

Made = tuple[Membership, tuple[Threshold, ...]]


class MembershipReader(AmountReader):
    """Takes memberships out of a model's document."""

    def membership(self, path: Place, origin: Origin) -> Made:
        """Return the membership at `path` and its thresholds, keyed as its parameters."""
        kinds: dict[str, tuple[tuple[str, ...], Callable[..., Membership]]] = {
            "linear": (("best", "worst"), shapes.linear),
            "piecewise": (("points",), shapes.piecewise),
            "triangular": (("low", "peak", "high"), shapes.triangular),
            "trapezoid": (("low", "from", "to", "high"), shapes.trapezoid),
            "sigmoid": (("middle", "width"), shapes.sigmoid),
            "gaussian": (("centre", "width"), shapes.gaussian),
            "near": (("centre", "width"), shapes.near),
            "large": (("middle", "steepness"), shapes.large),
            "small": (("middle", "steepness"), shapes.small),
            "ecocrop": (("absolute_min", "optimal_min", "optimal_max", "absolute_max"),
                        shapes.ecocrop),
            "categorical": (("classes", "other"), shapes.Categorical),
        }  # fmt: skip
        kind = self.choice((*path, "kind"), tuple(kinds))
        keys, make = kinds[kind]
        optional = {"other"} if kind == "categorical" else set()
        self.mapping(path, {*keys, "kind"}, required=set(keys) - optional)
        try:
            if kind == "categorical":
                return self._categorical(path), ()
            if kind == "piecewise":
                return self._piecewise(path, origin)
            reach = spans(kind, [self.value_at((*path, key)) for key in keys])
            found = [self.threshold((*path, key), key, origin, span=span)
                     for key, span in zip(keys, reach, strict=True)]  # fmt: skip
            made = make(*(t.value for t in found))
            return made, tuple(t for t in found if t.key in made.parameters())
        except InvalidCriterionError as err:
            raise self.document.refuse(path, err.text.en, err.text.zh) from err

    def _piecewise(self, path: Place, origin: Origin) -> Made:
        place = (*path, "points")
        ends = [(*place, i) for i in range(self.length(place, least=2))]
        for end in ends:
            if self.length(end, least=2) != 2:
                raise self.document.refuse(end, "wanted a value and its score, such as [25, 0].",
                                           "应为一个数值及其得分，如 [25, 0]。")  # fmt: skip
        reach = spans("piecewise", [self.value_at((*end, 0)) for end in ends])
        found = [self.threshold((*end, 0), "", origin, span=span)
                 for end, span in zip(ends, reach, strict=True)]  # fmt: skip
        scores = [self.number((*end, 1)) for end in ends]
        points = [(t.value, s) for t, s in zip(found, scores, strict=True)]
        made = shapes.piecewise(points)
        keyed = zip(found, made.parameters(), strict=True)
        return made, tuple(replace(threshold, key=key) for threshold, key in keyed)

    def _categorical(self, path: Place) -> Membership:
        classes = self.at((*path, "classes"))
        if not isinstance(classes, dict) or not classes:
            raise self.document.refuse((*path, "classes"), "wanted 'class: score' lines.",
                                       "应为“类别: 得分”的形式。")  # fmt: skip
        scores = {str(name): self.score((*path, "classes", name)) for name in classes}
        other = 0.0 if self.at((*path, "other")) is None else self.score((*path, "other"))
        return shapes.Categorical(scores, other)

    def score(self, path: Place) -> float:
        """Return a number from 0 to 1."""
        score = self.number(path)
        if not 0 <= score <= 1:
            raise self.document.refuse(path, f"is {score}, wanted a score from 0 to 1.",
                                       f"为 {score}，得分应在 0 至 1 之间。")  # fmt: skip
        return score
