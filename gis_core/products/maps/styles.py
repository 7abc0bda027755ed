"""Colours and lines; sequences run from dark to light, so that they read without colour vision."""

from typing import Any

CLASS_COLOURS = {
    "S1": "#00592e",
    "S2": "#38924f",
    "S3": "#9bc96f",
    "N1": "#ecdf9d",
    "N2": "#d9b38c",
}
EXCLUDED_COLOUR = "#8f8f94"
LIMITING_COLOURS = (
    "#b35806", "#2166ac", "#c51b7d", "#1b7837", "#e0a800", "#762a83", "#35978f", "#8c510a",
    "#d6604d", "#4d4d4d", "#92c5de", "#7fbc41", "#b2abd2", "#f1b6da", "#a6611a", "#01665e",
)  # fmt: skip
LIMITING_OPACITY = 0.85
SHARE_COLOURS = ("#f7f4ec", "#d5d0e3", "#a49fcb", "#7a62a8", "#4b1d7d")  # low to high
SHARE_OPACITY = 0.88
YEAR_COLOURS = ("#3b0f70", "#8c2981", "#de4968", "#fe9f6d", "#f6e05a")
DEFERRED_COLOUR = "#5f6b73"
LINE_STYLES: dict[str, dict[str, Any]] = {
    "river": {"color": "#2f7fb8", "weight": 1.4, "opacity": 0.9},
    "road": {"color": "#a0522d", "weight": 1.2, "opacity": 0.75},
    "railway": {"color": "#3a3a3a", "weight": 1.6, "opacity": 0.8, "dashArray": "6 4"},
}
MAIN_ROADS = {"motorway", "trunk", "national", "primary", "provincial"}
AREA_STYLES: dict[str, dict[str, Any]] = {
    "water": {"color": "#2f7fb8", "weight": 0.6, "fillColor": "#8cc3e6", "fillOpacity": 0.8},
    "protected": {"color": "#123f8c", "weight": 1.4, "hatch": 1, "hatchColor": "#123f8c"},
    "hazard": {"color": "#b3200f", "weight": 1.4, "hatch": -1, "hatchColor": "#b3200f"},
}
POINT_STYLES: dict[str, dict[str, Any]] = {
    "town": {"radius": 4, "color": "#14213d", "weight": 1.5, "fillColor": "#ffffff",
             "fillOpacity": 1},
    "settlement": {"radius": 2, "color": "#6b5b4b", "weight": 0.8, "fillColor": "#b9a995",
                   "fillOpacity": 0.9},
    "pollution": {"radius": 4, "color": "#5c0a0a", "weight": 1.2, "fillColor": "#c81e1e",
                  "fillOpacity": 0.9},
    "service": {"radius": 3, "color": "#0b3d62", "weight": 1, "fillColor": "#69b3e7",
                "fillOpacity": 0.9},
    "destinations": {"radius": 5, "color": "#0b3d2e", "weight": 2, "fillColor": "#f2fff8",
                     "fillOpacity": 1},
}  # fmt: skip
COUNTY_STYLE = {"color": "#3d4a44", "weight": 1.6, "fillColor": "#ffffff", "fillOpacity": 0.0}
DIMMED_STYLE = {"color": "#7b8781", "weight": 1, "fillColor": "#ffffff", "fillOpacity": 0.72}
BASE_STYLE = {"color": "#14213d", "weight": 2.2, "fillColor": "#ffd23f", "fillOpacity": 0.8}
VILLAGE_STYLES = (
    {"radius": 2.6, "color": "#4a1486", "weight": 0.8, "fillColor": "#9e6bd0", "fillOpacity": 0.9},
    {"radius": 3.6, "color": "#7a3b00", "weight": 0.8, "fillColor": "#f5a623", "fillOpacity": 0.9},
    {"radius": 4.4, "color": "#333333", "weight": 0.8, "fillColor": "#e0e0e0", "fillOpacity": 0.9},
)


GROUND = "#eef0ea"  # as in upland.css
FLAT_LAND = 198  # the tone that level ground has in the relief
CLASS_OPACITY, EXCLUDED_OPACITY = 0.68, 0.38


def ground(relief_opacity: float | None) -> str:
    """Return the colour that level land has on the map, with relief or without (None)."""
    return GROUND if relief_opacity is None else blend("#c6c6c6", relief_opacity, GROUND)


def blend(colour: str, opacity: float, below: str) -> str:
    """Return ``#rrggbb`` of `colour` laid over `below`."""
    mixed = (
        round(top * opacity + under * (1 - opacity))
        for top, under in zip(rgba(colour)[:3], rgba(below)[:3], strict=True)
    )
    return "#" + "".join(f"{part:02x}" for part in mixed)


def swatch(style: dict[str, Any], below: str) -> str:
    """Return the CSS of a legend's box or dot that looks as `style` does on the map."""
    border = f"border:{style['weight']}px solid {style['color']}"
    if "hatch" in style:
        lean = -45 if style["hatch"] > 0 else 45
        lines = (f"repeating-linear-gradient({lean}deg,{style['hatchColor']} 0 1.6px,"
                 "transparent 1.6px 5.66px)")  # fmt: skip
        return f"background:{lines},{below};{border}"
    return f"background:{blend(style['fillColor'], style['fillOpacity'], below)};{border}"


def rgba(colour: str, opacity: float = 1.0) -> tuple[int, int, int, int]:
    """Return ``#rrggbb`` as numbers."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return red, green, blue, round(255 * opacity)


def year_colour(position: int, years: int) -> str:
    """Return the colour of year number `position` (from 0) of `years`."""
    if years <= 1:
        return YEAR_COLOURS[0]
    return YEAR_COLOURS[round(position * (len(YEAR_COLOURS) - 1) / (years - 1))]
