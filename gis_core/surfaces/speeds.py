"""How fast people travel: road speeds by class and walking by slope, as planner's parameters."""

from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gis_core.errors import InvalidParameterError
from gis_core.located import PartReader, read_located
from gis_core.text import Text

TOP = {"tag", "source", "walking", "roads"}
WALKING = {"off_road_factor", "steepest_deg"}
ROAD = {"name", "kmh", "classes"}
COVER = {"name", "factor", "classes"}


@dataclass(frozen=True)
class Speeds:
    """Road speeds in km/h by the words of a road layer; walking parameters; where they come from.

    `off_road_factor` (0 to 1) slows walking off the road; ground steeper than `steepest_deg`
    degrees cannot be crossed on foot. `cover_factor` (0 to 1, by the lower-case words of a land
    cover's legend) slows walking further; 0 is a barrier, and a word not listed counts as 1.
    """

    road_kmh: dict[str, float]
    off_road_factor: float
    steepest_deg: float
    tag: str
    source: Text
    cover_factor: dict[str, float] = field(default_factory=dict)

    def of_roads(self, classes: NDArray[np.object_]) -> tuple[NDArray[np.float64], list[str]]:
        """Return km/h for each road's class word, and the words not known.

        A word not known, or empty, gets the speed of the slowest road class that carries cars
        (`track`), so that no road is lost; report the words so that a planner can name them.
        """
        words = ["" if word is None or word != word else str(word).strip() for word in classes]
        known = {name.lower(): kmh for name, kmh in self.road_kmh.items()}
        fallback = known.get("track", min(known.values()))
        speeds = np.array([known.get(word.lower(), fallback) for word in words], dtype=float)
        return speeds, sorted({word for word in words if word.lower() not in known})


def load_speeds(path: Path | None = None) -> Speeds:
    """Read a speeds table (YAML); the shipped one without `path`.

    Raises
    ------
    InvalidParameterError
        If the file cannot be read or a speed lies outside 0 to 200 km/h.
    """
    place = path or files("gis_core.surfaces").joinpath("speeds.yaml")
    reader = PartReader(read_located(place))
    reader.mapping((), TOP | {"landcover"}, required=TOP)
    reader.mapping(("walking",), WALKING, required=WALKING)
    speeds = Speeds(
        road_kmh=_road_speeds(reader),
        off_road_factor=reader.number(("walking", "off_road_factor")),
        steepest_deg=reader.number(("walking", "steepest_deg")),
        tag=reader.word(("tag",)),
        source=reader.text(("source",)),
        cover_factor=_cover_factors(reader),
    )
    wrong = [name for name, kmh in speeds.road_kmh.items() if not 0 < kmh <= 200]
    wrong += [name for name, factor in speeds.cover_factor.items() if not 0 <= factor <= 1]
    if wrong or not 0 < speeds.off_road_factor <= 1 or not 0 < speeds.steepest_deg < 90:
        raise InvalidParameterError(
            f"{place}: speeds must be above 0 and at most 200 km/h, the factors 0 to 1, "
            f"the steepest slope under 90°; wrong: {', '.join(wrong) or 'walking'}.",
            f"{place}：速度应大于0且不超过200公里/小时，各系数0至1，最陡坡度小于90°；"
            f"有误：{'、'.join(wrong) or 'walking'}。",
        )
    return speeds


def _road_speeds(reader: PartReader) -> dict[str, float]:
    """Return km/h by name and by every word that stands for the same class of road."""
    road_kmh: dict[str, float] = {}
    for i in range(reader.length(("roads",), least=1)):
        row = reader.mapping(("roads", i), ROAD, required=ROAD)
        words = range(reader.length(("roads", i, "classes"), least=0))
        kmh = reader.number(("roads", i, "kmh"))
        road_kmh |= dict.fromkeys([str(row["name"]), *(str(row["classes"][w]) for w in words)], kmh)
    return road_kmh


def _cover_factors(reader: PartReader) -> dict[str, float]:
    """Return the walking factor by name and by every word that stands for the same land cover."""
    factors: dict[str, float] = {}
    if "landcover" not in reader.at(()):
        return factors
    for i in range(reader.length(("landcover",), least=1)):
        row = reader.mapping(("landcover", i), COVER, required=COVER)
        words = range(reader.length(("landcover", i, "classes"), least=0))
        factor = reader.number(("landcover", i, "factor"))
        named = [str(row["name"]), *(str(row["classes"][w]) for w in words)]
        factors |= {word.strip().casefold(): factor for word in named}
    return factors
