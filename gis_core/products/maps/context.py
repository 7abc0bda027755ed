"""What every map states about itself."""

from dataclasses import dataclass, replace
from typing import Literal

from gis_core.text import Text


@dataclass(frozen=True)
class MapContext:
    """Language, names, sources and limits of a map.

    Attributes
    ----------
    lang
        ``zh`` or ``en``.
    region_name
        Of the region.
    analysis_crs
        Such as ``EPSG:4546``.
    made_at
        ISO date or time.
    labels
        Shown prominently: schematic boundaries, synthetic data, planner's assumptions.
    sources
        One line a layer: theme, file, date, datum.
    run_line
        The run and the model's hash.
    left_out
        What the map does not show or could not use.
    county
        Code of the one county to show; the others are dimmed.
    show_villages
        False draws sums by county instead of single villages.
    units
        What the boundaries are: ``counties``, or ``extent`` where only the data's extent is known.
    address
        Where our own server shows this page, such as ``/maps/organic``; None in a file.
    """

    lang: str
    region_name: Text
    analysis_crs: str
    made_at: str
    labels: tuple[Text, ...] = ()
    sources: tuple[str, ...] = ()
    run_line: Text | None = None
    left_out: tuple[Text, ...] = ()
    county: str | None = None
    show_villages: bool = True
    units: Literal["counties", "extent"] = "counties"
    address: str | None = None

    def say(self, text: Text) -> str:
        """Return `text` in the map's language."""
        return text.in_(self.lang)

    def also(self, *labels: Text) -> "MapContext":
        """Return the same context with more prominent labels."""
        return replace(self, labels=(*self.labels, *labels))
