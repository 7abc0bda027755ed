"""Travel time against Dijkstra, by hand, and at the edges."""

import numpy as np
import pytest
import xarray as xr
from pyproj import CRS
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from gis_core.errors import InvalidParameterError
from gis_core.grid import Grid
from gis_core.surfaces.speeds import load_speeds
from gis_core.surfaces.travel import (
    friction_from,
    origin_destination_times,
    travel_time,
    walking_pace,
)

CELL = 100.0


def grid_of(height: int, width: int) -> Grid:
    return Grid(CRS.from_epsg(4546), 500_000.0, 4_000_000.0, CELL, height, width)


def rough(seed: int, *, spread: float = 2.0, barriers: float = 0.15) -> xr.DataArray:
    random = np.random.default_rng(seed)
    values = np.exp(random.normal(0, spread, (23, 31))) * 0.01
    values[random.random(values.shape) < barriers] = np.nan
    return grid_of(23, 31).wrap(values)


def reference(friction: xr.DataArray, starts: np.ndarray) -> np.ndarray:
    """Dijkstra of SciPy on the same 8-neighbour graph, minutes to the nearest start."""
    values = friction.to_numpy()
    height, width = values.shape
    number = np.arange(values.size).reshape(values.shape)
    rows, cols, costs = [], [], []
    for down, right in ((0, 1), (1, 0), (1, 1), (1, -1)):
        here = number[: height - down, max(0, -right) : width - max(0, right)]
        there = number[down:, max(0, right) : width - max(0, -right)]
        cost = CELL * np.hypot(down, right) * (values.flat[here] + values.flat[there]) / 2
        good = np.isfinite(cost)
        rows, cols = [*rows, here[good]], [*cols, there[good]]
        costs.append(cost[good])
    graph = csr_matrix((np.concatenate(costs), (np.concatenate(rows), np.concatenate(cols))),
                       shape=(values.size, values.size))  # fmt: skip
    times = dijkstra(graph, directed=False, indices=np.flatnonzero(starts)).min(axis=0)
    times = times.reshape(values.shape)
    return np.where(np.isfinite(times) & np.isfinite(values), times, np.nan)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("spread", [0.0, 1.0, 4.0])
def test_equals_dijkstra(seed: int, spread: float) -> None:
    friction = rough(seed, spread=spread)
    starts = np.zeros(friction.shape, bool)
    starts[3, 4] = starts[20, 25] = True
    found = travel_time(friction, targets=grid_of(23, 31).wrap(starts))
    np.testing.assert_allclose(found.to_numpy(), reference(friction, starts), rtol=1e-9)


def test_by_hand_on_flat_ground() -> None:
    friction = grid_of(5, 5).wrap(np.full((5, 5), 0.02))
    targets = np.zeros((5, 5), bool)
    targets[2, 2] = True
    found = travel_time(friction, targets=grid_of(5, 5).wrap(targets)).to_numpy()
    assert found[2, 4] == pytest.approx(4.0)
    assert found[0, 0] == pytest.approx(2 * 2 * 2**0.5)
    assert found[0, 1] == pytest.approx(2 * (1 + 2**0.5))


def test_a_wall_is_gone_round_and_a_closed_ring_never_left() -> None:
    values = np.full((7, 7), 0.01)
    values[:6, 3] = np.nan
    targets = np.zeros((7, 7), bool)
    targets[0, 0] = True
    found = travel_time(grid_of(7, 7).wrap(values), targets=grid_of(7, 7).wrap(targets)).to_numpy()
    assert np.isnan(found[2, 3])
    assert found[0, 6] > found[6, 6] > found[6, 0]
    values[6, 3] = np.inf
    found = travel_time(grid_of(7, 7).wrap(values), targets=grid_of(7, 7).wrap(targets)).to_numpy()
    assert np.isnan(found[:, 4:]).all()


def centre(row: int, col: int) -> list[float]:
    grid = grid_of(23, 31)
    return [grid.x_centres()[col], grid.y_centres()[row]]


def test_matrix_equals_single_surfaces() -> None:
    friction = rough(4, barriers=0.0)
    villages = [(0, 0), (22, 30), (10, 10), (5, 5)]
    towns = [(1, 1), (10, 10), (22, 0), (1, 1)]
    times = origin_destination_times(
        friction, origins=np.array([centre(*p) for p in villages]),
        destinations=np.array([centre(*p) for p in towns]),
    )  # fmt: skip
    for j, town in enumerate(towns):
        mask = np.zeros(friction.shape, bool)
        mask[town] = True
        surface = travel_time(friction, targets=grid_of(23, 31).wrap(mask)).to_numpy()
        assert times[:, j].tolist() == [surface[v] for v in villages]
    assert times[2, 1] == 0


def test_points_off_the_grid_or_without_a_place_are_nan() -> None:
    friction = rough(4, barriers=0.0)
    origins = np.array([centre(3, 3), [0.0, 0.0], [np.nan, np.nan]])
    towns = np.array([centre(1, 1), [9e9, 0.0]])
    times = origin_destination_times(friction, origins=origins, destinations=towns)
    assert np.isfinite(times).tolist() == [[True, False], [False, False], [False, False]]


def test_a_point_on_a_barrier_starts_beside_it() -> None:
    values = np.full((23, 31), 0.01)
    values[5, 5] = np.nan
    values[10:18, 10:18] = np.nan
    times = origin_destination_times(
        grid_of(23, 31).wrap(values), origins=np.array([centre(5, 5), centre(14, 13)]),
        destinations=np.array([centre(5, 8)]),
    )  # fmt: skip
    assert times[0, 0] == pytest.approx(3.0, abs=1.01)
    assert np.isnan(times[1, 0])


def test_order_of_points_changes_nothing() -> None:
    friction = rough(7)
    points = np.array([centre(r, c) for r, c in ((0, 0), (7, 9), (20, 3), (11, 28))])
    times = origin_destination_times(friction, origins=points, destinations=points)
    back = origin_destination_times(friction, origins=points[::-1], destinations=points[::-1])
    assert np.array_equal(times, back[::-1, ::-1], equal_nan=True)
    np.testing.assert_allclose(times, times.T)  # same way there and back


def test_friction_from_slope_roads_and_rivers() -> None:
    grid, speeds = grid_of(1, 6), load_speeds()
    slope = grid.wrap(np.array([[0.0, 20.0, 60.0, 0.0, 0.0, np.nan]]))
    road = grid.wrap(np.array([[np.nan, np.nan, 30.0, np.nan, 30.0, np.nan]]))
    river = grid.wrap(np.array([[False, False, False, True, True, False]]))
    found = friction_from(slope, speeds=speeds, road_kmh=road, barrier=river).to_numpy()[0]
    flat_kmh = 6 * np.exp(-3.5 * 0.05) * 0.6
    assert found[0] == pytest.approx(0.06 / flat_kmh)
    assert found[1] > found[0]
    assert found[2] == found[4] == pytest.approx(0.06 / 30)  # a road climbs and bridges
    assert np.isnan(found[[3, 5]]).all()


def test_walking_is_slower_on_steeper_ground() -> None:
    pace = walking_pace(np.array([0.0, 5.0, 15.0, 30.0, np.nan]))
    assert (np.diff(pace[:4]) > 0).all()
    assert np.isnan(pace[4])


def test_road_words_in_both_languages_and_unknown_ones() -> None:
    speeds = load_speeds()
    kmh, unknown = speeds.of_roads(np.array(["国道", "Primary", "goat", None], dtype=object))
    assert kmh[0] == kmh[1] == speeds.road_kmh["primary"]
    assert kmh[2] == kmh[3] == speeds.road_kmh["track"]
    assert unknown == ["", "goat"]


def test_bad_inputs_are_refused() -> None:
    friction = rough(1)
    none = grid_of(23, 31).wrap(np.zeros(friction.shape, bool))
    with pytest.raises(InvalidParameterError, match="at least one"):
        travel_time(friction, targets=none)
    with pytest.raises(InvalidParameterError, match="above 0"):
        travel_time(friction * 0, targets=none | True)
    with pytest.raises(InvalidParameterError, match="wanted"):
        origin_destination_times(friction, origins=np.zeros(3), destinations=np.zeros((1, 2)))
    with pytest.raises(InvalidParameterError, match="another grid"):
        friction_from(friction, speeds=load_speeds(), road_kmh=grid_of(2, 2).wrap(np.ones((2, 2))))
