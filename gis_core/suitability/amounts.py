"""Read thresholds: plain numbers that inherit, or numbers with unit, tag, source and spread.

A spread is taken from the threshold, else from its criterion, else it is the default of
`gis_core.suitability.spreads`: a share of the membership's own span, by the tag.
"""

from dataclasses import dataclass

from gis_core.located import PartReader, Place
from gis_core.suitability.model import TAGS, Tag, Threshold
from gis_core.suitability.spreads import default_spread
from gis_core.text import Text

THRESHOLD = {"value", "unit", "tag", "source", "spread"}
NO_DISTANCE_GIVEN = ("19630", "no distance", "规定距离")


@dataclass(frozen=True)
class Origin:
    """What a threshold inherits from its part; `is_near` holds for distances and the like.

    `zeros` are the natural zeros of its derivation; `spread`, in `unit`, is the criterion's own
    where it writes one.
    """

    part: str
    unit: str
    tag: Tag
    source: Text
    is_near: bool
    zeros: tuple[float, ...] = ()
    spread: float | None = None


class AmountReader(PartReader):
    """Takes tags, sources and thresholds out of a model's document."""

    def threshold(
        self, place: Place, key: str, origin: Origin, *, span: float | None = None
    ) -> Threshold:
        """Return the threshold at `place`: a number, or a mapping that says more than its part.

        Its default spread is a share of `span`, in its unit; of its value where that is None.
        """
        value = self.value_at(place)
        tag, source = origin.tag, origin.source
        if isinstance(self.at(place), dict):
            given = self.mapping(place, THRESHOLD, required={"value"})
            tag = self.tag(place, is_near=origin.is_near, default=origin.tag)
            self._same_unit(place, origin.unit)
            if "source" in given:
                source = self.source(place, is_near=origin.is_near)
        spread = self.spread(place, tag) if isinstance(self.at(place), dict) else None
        if spread is None:
            spread = 0.0 if tag == "standard" else origin.spread
        if spread is None:
            spread = default_spread(
                tag, value, span=abs(value) if span is None else span, zeros=origin.zeros
            )
        return Threshold(origin.part, key, value, origin.unit, tag, source, spread)

    def value_at(self, place: Place) -> float:
        """Return the number at `place`, written plainly or as `value` beside unit and tag."""
        return self.number((*place, "value") if isinstance(self.at(place), dict) else place)

    def _same_unit(self, place: Place, unit: str) -> None:
        given = self.at((*place, "unit"))
        if given is not None and str(given) != unit:
            raise self.document.refuse(
                (*place, "unit"), f"is '{given}', but its criterion or rule counts in '{unit}'. "
                f"Write the value in '{unit}'.",
                f"为“{given}”，但所属准则或规则的单位是“{unit}”。请按“{unit}”填写数值。",
            )  # fmt: skip

    def spread(self, place: Place, tag: Tag) -> float | None:
        """Return the spread written at `place`, 0 or more; None where there is none."""
        if self.at((*place, "spread")) is None:
            return None
        spread = self.number((*place, "spread"))
        if spread < 0 or (tag == "standard" and spread > 0):
            raise self.document.refuse(
                (*place, "spread"), f"is {spread:g}; wanted 0 or more, and 0 for what a standard "
                "fixes.",
                f"为 {spread:g}；应不小于 0，标准规定的值应为 0。",
            )  # fmt: skip
        return spread

    def tag(self, path: Place, *, is_near: bool, default: Tag | None = None) -> Tag:
        """Return the tag; no distance, travel time or density may be called a standard."""
        tag = self.choice((*path, "tag"), TAGS, default)
        if is_near and tag == "standard":
            raise self.document.refuse(
                (*path, "tag"),
                "is 'standard', but the standards for organic production give no distances. Tag it "
                "'local' or 'planner' and name the source.",
                "为 standard，但有机生产标准没有规定距离。请标为 local 或 planner 并注明来源。",
            )
        return tag  # type: ignore[return-value]

    def source(self, path: Place, *, is_near: bool) -> Text:
        """Return the source; a distance that names GB/T 19630 must say that it gives none."""
        source = self.text((*path, "source"))
        standard, said_en, said_zh = NO_DISTANCE_GIVEN
        named = standard in source.en or standard in source.zh
        if is_near and named and not (said_en in source.en and f"未{said_zh}" in source.zh):
            raise self.document.refuse(
                (*path, "source"), f"names GB/T 19630 for a distance, but that gives none. Say "
                f"that it gives '{said_en}' (en) and “未{said_zh}” (zh), or name another source.",
                f"以 GB/T 19630 作为距离的来源，但该标准没有规定距离。请在 en 中写明“{said_en}”、"
                f"在 zh 中写明“未{said_zh}”，或注明其他来源。",
            )  # fmt: skip
        return source
