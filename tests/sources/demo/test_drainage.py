"""Routing and least-cost paths on grids small enough to check by hand."""

import numpy as np

from gis_core.sources.demo.drainage import FILL_STEP_M, accumulate, route
from gis_core.sources.demo.network import chain_edges, spread, trace
from gis_core.sources.demo.noise import fractal_noise


def rim(shape: tuple[int, int]) -> np.ndarray:
    edge = np.ones(shape, dtype=bool)
    edge[1:-1, 1:-1] = False
    return edge


def test_pit_is_filled_just_above_its_outlet() -> None:
    z = np.full((5, 5), 10.0)
    z[0, 2] = 3.0
    z[2, 2] = 1.0
    receivers, order = route(z, rim(z.shape))
    assert z[1, 2] == 10.0
    assert z[2, 2] == 10.0 + FILL_STEP_M
    rank = np.empty(25, dtype=int)
    rank[order] = np.arange(25)
    moving = receivers != np.arange(25)
    assert (rank[receivers[moving]] < rank[moving]).all()


def test_all_water_of_a_tilted_plane_leaves() -> None:
    z = np.add.outer(np.arange(6.0), 0.1 * np.arange(7.0))
    outlets = np.zeros(z.shape, dtype=bool)
    outlets[0, 0] = True
    receivers, order = route(z, outlets)
    total = accumulate(receivers, order, np.ones(z.size))
    assert total[0] == z.size


def test_path_goes_round_a_wall() -> None:
    friction = np.ones((5, 7), dtype=np.float32)
    friction[:4, 3] = 1000
    flat = np.zeros(35, dtype=np.float32)
    cost, before = spread(
        flat, friction.ravel(), np.zeros(35, dtype=np.uint8), np.array([0]), np.array([6]),
        (5, 7), 10.0, 0.05, 1.0,
    )  # fmt: skip
    path = trace(before, 6)
    assert path[0] == 0
    assert path[-1] == 6
    assert 4 * 7 + 3 in path
    steps = np.hypot(np.diff(path // 7), np.diff(path % 7)).sum() * 10
    assert cost[6] == np.float64(steps).round(12) or abs(cost[6] - steps) < 1e-6


def test_edges_join_to_lines_between_junctions() -> None:
    edges = np.array([[0, 1], [1, 2], [2, 3], [2, 4], [4, 5]])
    lines = sorted(tuple(line) for line in chain_edges(edges))
    assert sorted(len(line) for line in lines) == [2, 3, 3]
    assert sum(len(line) - 1 for line in lines) == len(edges)


def test_closed_ring_is_one_line() -> None:
    (line,) = chain_edges(np.array([[0, 1], [1, 2], [0, 2]]))
    assert line[0] == line[-1]
    assert len(line) == 4


def test_noise_belongs_to_the_ground() -> None:
    x, y = np.arange(0.0, 5000.0, 100.0), np.arange(0.0, 4000.0, 100.0)
    whole = fractal_noise(x, y, wavelength_m=2000, smallest_m=300, seed=5)
    part = fractal_noise(x[10:20], y[5:9], wavelength_m=2000, smallest_m=300, seed=5)
    assert np.array_equal(whole[5:9, 10:20], part)
    other = fractal_noise(x, y, wavelength_m=2000, smallest_m=300, seed=6)
    assert np.abs(whole - other).mean() > 0.05
    assert np.abs(whole).max() < 2.0
