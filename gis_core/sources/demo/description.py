"""The description of a demonstration region: read from YAML beside the code, checked once."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml
from numpy.typing import NDArray
from pyproj import CRS

from gis_core.crs import parse_crs
from gis_core.errors import InvalidParameterError

FOLDER = Path(__file__).parent
DEFAULT = FOLDER / "linfen.yaml"


@dataclass(frozen=True)
class RiverSketch:
    """One main river: `vertices` are lon, lat, water height (m), width of the floor (km)."""

    id: str
    name_zh: str
    name_en: str
    vertices: NDArray[np.float64]
    width_m: float
    ramp_km: float
    into: str | None = None
    inflow_km2: float = 0.0
    along_border: bool = False


@dataclass(frozen=True)
class CountySketch:
    """One county: seat (lon, lat), role, people and whether the survey covers it."""

    code: str
    seat: tuple[float, float]
    role: str
    poverty: bool
    people: int
    urban: float
    capital: bool = False


@dataclass(frozen=True)
class SizeClass:
    """One bracket of the published table; limits inclusive, `held` is the sum of people to hold."""

    label: str
    min_people: int
    max_people: int
    villages: int
    households: int
    people: int
    held: int


@dataclass(frozen=True)
class Description:
    """Everything the generator is told about a region."""

    name_zh: str
    name_en: str
    crs: CRS
    margin_m: float
    heights: NDArray[np.float64]
    ridges: tuple[NDArray[np.float64], ...]
    rivers: tuple[RiverSketch, ...]
    counties: dict[str, CountySketch]
    classes: tuple[SizeClass, ...]
    townships: pd.DataFrame
    names: dict[str, Any]
    raw: dict[str, Any] = field(repr=False)

    @property
    def default_villages(self) -> int:
        """Number of small villages in the published table."""
        return sum(c.villages for c in self.classes)


def _river(item: dict[str, Any]) -> RiverSketch:
    return RiverSketch(
        id=str(item["id"]),
        name_zh=str(item["name_zh"]),
        name_en=str(item["name_en"]),
        vertices=np.asarray(item["line"], dtype=np.float64),
        width_m=float(item["width_m"]),
        ramp_km=float(item["ramp_km"]),
        into=item.get("into"),
        inflow_km2=float(item.get("inflow_km2", 0.0)),
        along_border=bool(item.get("along_border", False)),
    )


def _county(item: dict[str, Any]) -> CountySketch:
    return CountySketch(
        code=str(item["code"]),
        seat=(float(item["seat"][0]), float(item["seat"][1])),
        role=str(item["role"]),
        poverty=bool(item.get("poverty", False)),
        people=round(float(item["people_k"]) * 1000),
        urban=float(item["urban"]),
        capital=bool(item.get("capital", False)),
    )


def _size_class(item: dict[str, Any]) -> SizeClass:
    return SizeClass(
        label=str(item["label"]),
        min_people=int(item["min_people"]),
        max_people=int(item["max_people"]),
        villages=int(item["villages"]),
        households=int(item["households"]),
        people=int(item["people"]),
        held=int(item.get("possible_people", item["people"])),
    )


def read_description(path: Path = DEFAULT) -> Description:
    """Read a region's description (YAML, UTF-8) and the files it names.

    Raises
    ------
    InvalidParameterError
        If the file or one it names cannot be read, or lacks a part; the message names it.
    """
    try:
        raw = yaml.safe_load(path.read_text("utf-8"))
        names = yaml.safe_load((path.parent / raw["names_file"]).read_text("utf-8"))
        townships = pd.read_csv(path.parent / raw["townships_file"], dtype=str)
        return Description(
            name_zh=str(raw["name_zh"]),
            name_en=str(raw["name_en"]),
            crs=parse_crs(str(raw["analysis_crs"])),
            margin_m=float(raw["margin_km"]) * 1000,
            heights=np.asarray(raw["heights"], dtype=np.float64),
            ridges=tuple(np.asarray(r["line"], dtype=np.float64) for r in raw["ridges"]),
            rivers=tuple(_river(r) for r in raw["rivers"]),
            counties={str(c["code"]): _county(c) for c in raw["counties"]},
            classes=tuple(_size_class(c) for c in raw["survey"]["brackets"]),
            townships=townships,
            names=names,
            raw=raw,
        )
    except (OSError, UnicodeDecodeError, yaml.YAMLError, KeyError, TypeError, ValueError) as err:
        if isinstance(err, InvalidParameterError):
            raise
        raise InvalidParameterError(
            f"{path}: is not a usable description of a demonstration region ({err!r}). "
            "Compare it with the one that Upland ships.",
            f"{path}：不是可用的演示区域说明（{err!r}）。请与 Upland 自带的说明文件对照。",
        ) from err
