"""The best land of a unit: the largest piece of the best class that it has."""

import numpy as np
from numpy.typing import NDArray
from pyproj import Transformer
from scipy import ndimage

from gis_core.grid import Grid
from gis_core.suitability.result import CLASS_NAMES, BestLand
from gis_core.surfaces.shares import ZoneShares

Floats = NDArray[np.float32]
Codes = NDArray[np.uint8]


def best_land(
    shares: ZoneShares, codes: Codes, score: Floats, area_mu: Floats
) -> list[BestLand | None]:
    """Return each unit's largest contiguous piece of its best class; None without scored land.

    Cells touch by their sides. A cell that a line cuts belongs to the unit that covers most of it.
    `codes`, `score` and `area_mu` (height, width) as in `CellLayers`.
    """
    grid = Grid.of(shares.labels)
    owner = _owners(shares)
    to_degrees = Transformer.from_crs(grid.crs, 4326, always_xy=True)
    found: list[BestLand | None] = []
    windows = ndimage.find_objects(owner, max_label=shares.number)
    for number, window in enumerate(windows, 1):
        piece = None if window is None else _largest(number, window, owner, codes, area_mu)
        if window is None or piece is None:
            found.append(None)
            continue
        rows, cols = np.nonzero(piece)
        area = area_mu[window][piece].astype(np.float64)
        row, col = _middle(rows, cols)
        lon, lat = to_degrees.transform(
            grid.min_x + (window[1].start + col + 0.5) * grid.cell_m,
            grid.max_y - (window[0].start + row + 0.5) * grid.cell_m,
        )
        code = int(codes[window][row, col])
        mean = float((area * score[window][piece]).sum() / area.sum())
        found.append(BestLand(CLASS_NAMES[code - 1], float(area.sum()), mean, lon, lat))
    return found


def _owners(shares: ZoneShares) -> NDArray[np.int32]:
    owner = shares.labels.to_numpy().copy()
    rising = np.argsort(shares.shares, kind="stable")
    owner.ravel()[shares.cells[rising]] = shares.zones[rising]  # the largest share comes last
    return np.asarray(owner)


def _largest(
    number: int,
    window: tuple[slice, slice],
    owner: NDArray[np.int32],
    codes: Codes,
    area_mu: Floats,
) -> NDArray[np.bool_] | None:
    own = np.where(owner[window] == number, codes[window], 0)
    classes = np.bincount(own.ravel(), minlength=len(CLASS_NAMES) + 1)[1 : len(CLASS_NAMES) + 1]
    if not classes.any():
        return None
    pieces, _ = ndimage.label(own == 1 + int(np.flatnonzero(classes)[0]))
    area = np.bincount(pieces.ravel(), weights=area_mu[window].ravel())
    area[0] = 0.0
    return np.asarray(pieces == int(area.argmax()))


def _middle(rows: NDArray[np.intp], cols: NDArray[np.intp]) -> tuple[int, int]:
    """Return the cell of the piece that lies nearest to its middle."""
    away = (rows - rows.mean()) ** 2 + (cols - cols.mean()) ** 2
    nearest = int(away.argmin())
    return int(rows[nearest]), int(cols[nearest])
