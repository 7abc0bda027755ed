"""A region is data: its names, analysis CRS, cell size, brackets and languages."""

from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

from gis_core.errors import InvalidParameterError


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
    if not isinstance(document, dict):
        raise InvalidParameterError(
            f"{source}: a region is a list of 'key: value' lines.",
            f"{source}：区域文件应由“键: 值”行组成。",
        )
    known = set(Region.__dataclass_fields__)
    unknown = sorted(set(document) - known)
    if unknown:
        raise InvalidParameterError(
            f"{source}: unknown keys {', '.join(unknown)}; known are {', '.join(sorted(known))}.",
            f"{source}：未知的键 {'、'.join(unknown)}；可用的键有 {'、'.join(sorted(known))}。",
        )
    try:
        brackets = tuple(
            Bracket(str(b["label"]), int(b["min_people"]), int(b["max_people"]))
            for b in document.get("brackets") or ()
        )
        values = {**document, "brackets": brackets}
        values["cell_m"] = float(values.get("cell_m", 100.0))
        for name in ("name_en", "name_zh"):
            if not isinstance(values.get(name, ""), str):
                raise TypeError(f"{name} is {values[name]!r}, wanted text")
        if not isinstance(values.get("extra", {}), dict):
            raise TypeError(f"extra is {values['extra']!r}, wanted 'key: value' lines")
    except (KeyError, TypeError, ValueError) as err:
        raise InvalidParameterError(
            f"{source}: cannot be understood ({err}); brackets need label, min_people, max_people.",
            f"{source}:无法理解({err});分组需要 label、min_people、max_people。",
        ) from err
    if not 1 <= values["cell_m"] <= 10_000:
        raise InvalidParameterError(
            f"{source}: cell_m is {values['cell_m']}, wanted 1 to 10,000 metres.",
            f"{source}：cell_m 为 {values['cell_m']}，应在 1 至 10000 米之间。",
        )
    return Region(**values)


def read_region(path: Path) -> Region:
    """Read a region file (YAML, UTF-8); errors as `region_from_dict`."""
    try:
        document = yaml.safe_load(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as err:
        raise InvalidParameterError(
            f"{path}: cannot be read as YAML ({err}).", f"{path}：不是可读的 YAML 文件（{err}）。"
        ) from err
    return region_from_dict(document, source=str(path))
