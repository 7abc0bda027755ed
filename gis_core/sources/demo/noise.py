"""Lattice noise tied to the ground: the same place gets the same value on any grid.

Gradient noise after Perlin (1985), its lattice gradients taken from an integer hash of the
lattice point and the seed instead of a table, so that it never repeats within a region.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

SLOPE = 1.2247  # largest lattice slope: the mean square is that of slopes of length 1


@njit(cache=True, inline="always")
def _hash(ix: int, iy: int, seed: int) -> np.uint32:
    """Return 32 well-mixed bits of a lattice point (after the finaliser of MurmurHash3)."""
    mask = np.uint64(0xFFFFFFFF)
    h = np.uint64(ix) * np.uint64(0x9E3779B1) & mask
    h = (h ^ (np.uint64(iy) * np.uint64(0x85EBCA77))) & mask
    h = (h ^ (np.uint64(seed) * np.uint64(0xC2B2AE3D))) & mask
    h = ((h ^ (h >> np.uint64(16))) * np.uint64(0x85EBCA6B)) & mask
    h = ((h ^ (h >> np.uint64(13))) * np.uint64(0xC2B2AE35)) & mask
    return np.uint32(h ^ (h >> np.uint64(16)))


@njit(cache=True, inline="always")
def _corner(ix: int, iy: int, dx: float, dy: float, seed: int) -> float:
    """Return the slope of the lattice point times the way from it; slopes fill a square."""
    h = _hash(ix, iy, seed)
    gx = np.float64(h & np.uint32(0xFFFF)) * (SLOPE / 32768.0) - SLOPE
    gy = np.float64(h >> np.uint32(16)) * (SLOPE / 32768.0) - SLOPE
    return gx * dx + gy * dy


@njit(cache=True)
def _gradient(x: float, y: float, seed: int) -> float:
    """Return gradient noise at x, y (lattice units), about -0.7 to 0.7."""
    fx, fy = np.floor(x), np.floor(y)
    ix, iy = int(fx), int(fy)
    dx, dy = x - fx, y - fy
    u = dx * dx * dx * (dx * (dx * 6.0 - 15.0) + 10.0)
    v = dy * dy * dy * (dy * (dy * 6.0 - 15.0) + 10.0)
    south = _corner(ix, iy, dx, dy, seed) * (1 - u) + _corner(ix + 1, iy, dx - 1, dy, seed) * u
    north = (
        _corner(ix, iy + 1, dx, dy - 1, seed) * (1 - u)
        + _corner(ix + 1, iy + 1, dx - 1, dy - 1, seed) * u
    )
    return south * (1 - v) + north * v


@njit(cache=True)
def _fill(
    x: NDArray[np.float64], y: NDArray[np.float64], wavelengths: NDArray[np.float64],
    gain: float, seed: int, out: NDArray[np.float32],
) -> None:  # fmt: skip
    for row in range(y.size):
        for col in range(x.size):
            total, amplitude = 0.0, 1.0
            for k in range(wavelengths.size):
                total += amplitude * _gradient(
                    x[col] / wavelengths[k], y[row] / wavelengths[k], seed + 101 * k
                )
                amplitude *= gain
            out[row, col] = total


def fractal_noise(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    *,
    wavelength_m: float,
    smallest_m: float,
    seed: int,
    gain: float = 0.5,
) -> NDArray[np.float32]:
    """Return fractal noise on the grid of `x` by `y`.

    Parameters
    ----------
    x, y
        Coordinates of columns and rows, in metres.
    wavelength_m, smallest_m
        The longest wave and the length below which no octave is added, in metres.
    seed
        Any non-negative integer; the same seed gives the same field.
    gain
        Amplitude of each octave beside the one before it.

    Returns
    -------
    noise
        float32, shape (len(y), len(x)), unitless, mostly within -1 to 1, never NaN.
    """
    count = max(1, int(np.floor(np.log2(wavelength_m / smallest_m))) + 1)
    wavelengths = wavelength_m / 2.0 ** np.arange(count)
    out = np.empty((y.size, x.size), dtype=np.float32)
    _fill(x, y, wavelengths.astype(np.float64), gain, seed % 1_000_003, out)
    return out
