"""Pictures that lie over the map: what they hold, and where."""

import base64
import warnings

import numpy as np
import pytest
from pyproj import CRS, Transformer
from rasterio.errors import NotGeoreferencedWarning
from rasterio.io import MemoryFile

from gis_core.grid import Grid
from gis_core.products.maps.images import Picture, class_picture

Shape = tuple[int, ...]
PALETTE = {1: (0, 89, 46, 170), 2: (56, 146, 79, 170), 9: (143, 143, 148, 97)}
GRID = Grid(CRS.from_epsg(4546), 420_000.0, 4_080_000.0, 500.0, 240, 300)  # 150 km by 120 km


@pytest.fixture(scope="module")
def codes() -> np.ndarray:
    """Class 1 in the west, 2 in the east, excluded in the south, a lone 2, nothing in the north."""
    codes = np.ones((240, 300), np.uint8)
    codes[:, 150:] = 2
    codes[200:] = 9
    codes[20, 30] = 2
    codes[:5, :] = 0
    return codes


def rgba_of(picture: Picture) -> np.ndarray:
    kind, data = picture.address.split(",")
    assert kind == "data:image/png;base64"
    with MemoryFile(base64.b64decode(data)) as held, warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with held.open() as opened:
            colours, numbers = opened.colormap(1), opened.read(1)
    table = np.array([colours[i] for i in range(256)], np.uint8)
    return np.asarray(table[numbers])


def place_in(picture: Picture, lon: float, lat: float, *, shape: Shape) -> tuple[float, float]:
    """Return row and column, fractional, where Leaflet draws a place: linear in Web Mercator."""
    to_web = Transformer.from_crs(4326, 3857, always_xy=True).transform
    (south, west), (north, east) = picture.corners
    (left, bottom), (right, top), (x, y) = (
        to_web(west, south),
        to_web(east, north),
        to_web(lon, lat),
    )
    return (top - y) / (top - bottom) * shape[0], (x - left) / (right - left) * shape[1]


def test_picture_holds_the_classes_where_they_are_on_the_ground(codes: np.ndarray) -> None:
    picture = class_picture(GRID.wrap(codes), PALETTE)
    pixels = rgba_of(picture)
    to_degrees = Transformer.from_crs(4546, 4326, always_xy=True).transform
    chance = np.random.default_rng(4)
    for row, col in [(20, 30), *chance.integers((2, 2), (238, 298), (400, 2))]:
        patch = codes[row - 1 : row + 2, col - 1 : col + 2]
        if (row, col) != (20, 30) and (patch != codes[row, col]).any():
            continue  # a border cell may be drawn as its neighbour; the lone cell is sought below
        lon, lat = to_degrees(420_000 + (col + 0.5) * 500, 4_080_000 - (row + 0.5) * 500)
        at = tuple(int(v) for v in place_in(picture, lon, lat, shape=pixels.shape))
        wanted = PALETTE.get(int(codes[row, col]), (0, 0, 0, 0))
        assert tuple(pixels[at]) == wanted, (row, col)


def test_lone_cell_lies_within_a_cell_of_its_place(codes: np.ndarray) -> None:
    picture = class_picture(GRID.wrap(codes), PALETTE)
    pixels = rgba_of(picture)
    to_degrees = Transformer.from_crs(4546, 4326, always_xy=True).transform
    lon, lat = to_degrees(420_000 + 30.5 * 500, 4_080_000 - 20.5 * 500)
    row, col = place_in(picture, lon, lat, shape=pixels.shape)
    near = pixels[int(row) - 12 : int(row) + 12, int(col) - 12 : int(col) + 12]
    rows, cols = np.nonzero((near == PALETTE[2]).all(axis=2))
    pixels_a_cell = pixels.shape[1] / 300
    assert abs(rows.mean() + int(row) - 12 + 0.5 - row) < pixels_a_cell
    assert abs(cols.mean() + int(col) - 12 + 0.5 - col) < pixels_a_cell


def test_corners_hold_the_whole_grid(codes: np.ndarray) -> None:
    (south, west), (north, east) = class_picture(GRID.wrap(codes), PALETTE).corners
    to_degrees = Transformer.from_crs(4546, 4326, always_xy=True).transform
    xs, ys = np.meshgrid(np.linspace(420_000, 570_000, 31), np.linspace(3_960_000, 4_080_000, 31))
    lon, lat = to_degrees(xs, ys)
    cell = 500 / 90_000  # degrees
    assert west == pytest.approx(lon.min(), abs=cell)
    assert east == pytest.approx(lon.max(), abs=cell)
    assert south == pytest.approx(lat.min(), abs=cell)
    assert north == pytest.approx(lat.max(), abs=cell)
