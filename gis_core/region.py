"""A region is data: its names, analysis CRS, cell size, brackets and languages."""

from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from gis_core.located import LocatedDocument, PartReader, Place, read_located


@dataclass(frozen=True)
class Bracket:
    """A size class of villages; both limits in people, inclusive."""

    label: str
    min_people: int
    max_people: int


@dataclass(frozen=True)
class Region:
    """What Upland must be told about a region; `analysis_crs` None means: from the data."""

    name_en: str = "Region"
    name_zh: str = "区域"
    analysis_crs: str | None = None
    cell_m: float = 100.0
    brackets: tuple[Bracket, ...] = ()
    schematic: bool = False
    extra: dict[str, Any] = field(default_factory=dict)

    def with_crs(self, analysis_crs: str) -> "Region":
        """Return the same region with its analysis CRS settled."""
        return replace(self, analysis_crs=analysis_crs)

    def with_brackets(self, brackets: tuple[Bracket, ...]) -> "Region":
        """Return the same region with other size classes."""
        return replace(self, brackets=brackets)

    def as_dict(self) -> dict[str, Any]:
        """Return the region as plain values, fit for YAML and JSON."""
        document = asdict(self)
        document["brackets"] = [asdict(b) for b in self.brackets]
        return document


def region_from_dict(document: Any, *, source: str = "region") -> Region:
    """Build a region from plain values.

    Raises
    ------
    InvalidParameterError
        If a key is unknown or a value has the wrong kind; `source` names the place.
    """
    return _region(LocatedDocument(document, source=source))


def read_region(path: Path) -> Region:
    """Read a region file (YAML, UTF-8); errors as `region_from_dict`, with the line."""
    return _region(read_located(path))


def _region(document: LocatedDocument) -> Region:
    reader = PartReader(document)
    given = reader.mapping((), set(Region.__dataclass_fields__), required=set())
    values: dict[str, Any] = {
        name: reader.word((name,)) for name in ("name_en", "name_zh") if name in given
    }
    if given.get("analysis_crs") is not None:
        values["analysis_crs"] = reader.word(("analysis_crs",))
    if given.get("extra") is not None:
        values["extra"] = reader.mapping(("extra",), set(given["extra"]), required=set())
    if "cell_m" in given:
        values["cell_m"] = _cell(reader)
    brackets = range(reader.length(("brackets",), least=0))
    return Region(
        **values,
        schematic=reader.flag(("schematic",)),
        brackets=tuple(_bracket(reader, ("brackets", i)) for i in brackets),
    )


def _cell(reader: PartReader) -> float:
    cell_m = reader.number(("cell_m",))
    if not 1 <= cell_m <= 10_000:
        raise reader.document.refuse(
            ("cell_m",), f"is {cell_m:g}, wanted 1 to 10,000 metres.",
            f"为 {cell_m:g}，应在 1 至 10000 米之间。",
        )  # fmt: skip
    return cell_m


def _bracket(reader: PartReader, place: Place) -> Bracket:
    keys = {"label", "min_people", "max_people"}
    value = reader.mapping(place, keys, required=keys)
    return Bracket(
        str(value["label"]),
        reader.whole((*place, "min_people")),
        reader.whole((*place, "max_people")),
    )
