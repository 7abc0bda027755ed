"""Files that pages need in the browser: our own, and Leaflet built into ``vendor``."""

from pathlib import Path

FOLDER = Path(__file__).parent
MAP_SCRIPTS = (
    "packed.js",
    "points.js",
    "labels.js",
    "search.js",
    "paper.js",
    "land.js",
    "upland.js",
)
OWN = {*MAP_SCRIPTS, "upland.css", "pages.css"}


def asset_path(name: str) -> Path | None:
    """Return the file of the asset `name` (``upland.js``, ``leaflet.js``, ``images/layers.png``).

    None when there is no such asset, or `name` points out of the folders.
    """
    if name in OWN:
        return FOLDER / name
    vendor = (FOLDER / "vendor").resolve()
    try:
        path = (vendor / name).resolve()
        return path if path.is_relative_to(vendor) and path.is_file() else None
    except (OSError, ValueError):  # a name too long for the file system, or with a NUL
        return None


def vendor_built() -> bool:
    """Return whether Leaflet was built; without it pages fall back to the public CDN."""
    return asset_path("leaflet.js") is not None
