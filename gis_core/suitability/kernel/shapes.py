"""Compiled memberships: from values to scores, a block of cells at a time.

Each kind is written without branches, so that LLVM makes vector code of it. Comparisons are put so
that NaN falls through them and stays NaN.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from gis_core.suitability.kernel.curves import exp_of, log_of

Floats = NDArray[np.float32]

LINES, CLASSES, SIGMOID, BELL, NEAR, LARGE, SMALL, SCORES = range(8)
LEVEL = np.float32(-1.0)  # the aspect of level land, which faces nowhere
NO_LEVEL = np.float32(np.nan)
ZERO, ONE = np.float32(0.0), np.float32(1.0)
NARROWEST = np.float32(1e-30)  # a ramp narrower than this is a step


def line_parameters(values: tuple[float, ...], scores: tuple[float, ...]) -> Floats:
    """Return the parameters of `LINES`: first score, then start, 1 / width and rise of each ramp.

    1 / width is rounded up where a ramp would else end a hair below its full rise; two equal
    values make a step.
    """
    at = np.asarray(values, np.float32)
    width = at[1:] - at[:-1]
    step = width < NARROWEST
    inverse = ONE / np.where(step, ONE, width)
    short = ~step & (width * inverse < ONE)
    inverse[short] = np.nextafter(inverse[short], np.float32(np.inf))
    inverse[step] = np.finfo(np.float32).max
    rise = np.diff(np.asarray(scores, np.float32))
    return np.concatenate([
        [np.float32(scores[0])], np.stack([at[:-1], inverse, rise], axis=1).ravel()
    ]).astype(np.float32)  # fmt: skip


@njit(cache=True, nogil=True)
def _lines(p: Floats, values: Floats, out: Floats) -> None:
    start, inverse, rise, first = p[1], p[2], p[3], p[0]
    for i in range(values.size):
        t = (values[i] - start) * inverse
        t = ZERO if t < ZERO else t
        t = ONE if t > ONE else t
        out[i] = first + rise * t
    if p.size > 4:
        for k in range(4, p.size, 3):
            start, inverse, rise = p[k], p[k + 1], p[k + 2]
            if rise != ZERO:
                for i in range(values.size):
                    t = (values[i] - start) * inverse
                    t = ZERO if t < ZERO else t
                    t = ONE if t > ONE else t
                    out[i] += rise * t
        for i in range(values.size):
            t = out[i]
            t = ZERO if t < ZERO else t
            out[i] = ONE if t > ONE else t


@njit(cache=True, nogil=True)
def _classes(p: Floats, values: Floats, out: Floats) -> None:
    nothing = np.float32(np.nan)
    for i in range(values.size):
        out[i] = p[0] if values[i] - values[i] == ZERO else nothing
    for k in range(1, p.size, 2):
        known, score = p[k], p[k + 1]
        for i in range(values.size):
            out[i] = score if values[i] == known else out[i]


@njit(cache=True, nogil=True)
def _sigmoid(p: Floats, values: Floats, out: Floats) -> None:
    middle, factor = np.float64(p[0]), -2.0 / np.float64(p[1])
    for i in range(values.size):
        out[i] = np.float32(1.0 / (1.0 + exp_of((np.float64(values[i]) - middle) * factor)))


@njit(cache=True, nogil=True)
def _bell(p: Floats, values: Floats, out: Floats) -> None:
    centre, width = np.float64(p[0]), np.float64(p[1])
    for i in range(values.size):
        away = (np.float64(values[i]) - centre) / width
        out[i] = np.float32(exp_of(-0.5 * away * away))


@njit(cache=True, nogil=True)
def _near(p: Floats, values: Floats, out: Floats) -> None:
    centre, width = np.float64(p[0]), np.float64(p[1])
    for i in range(values.size):
        away = (np.float64(values[i]) - centre) / width
        out[i] = np.float32(1.0 / (1.0 + away * away))


@njit(cache=True, nogil=True)
def _power(p: Floats, values: Floats, out: Floats) -> None:
    middle, steepness = np.float64(p[0]), np.float64(p[1])
    for i in range(values.size):
        power = exp_of(steepness * log_of(np.float64(values[i]) / middle))
        out[i] = np.float32(1.0 / (1.0 + power))


@njit(cache=True, nogil=True)
def _levelled(level_score: np.float32, values: Floats, out: Floats) -> None:
    for i in range(values.size):
        out[i] = level_score if values[i] == LEVEL else out[i]


@njit(cache=True, nogil=True)
def score_block(
    kind: int, level_score: np.float32, parameters: Floats, values: Floats, out: Floats
) -> None:
    """Write the scores of `values` into `out`, both (cells,), 0 to 1; NaN stays NaN.

    `kind` is one of the constants above, `parameters` as its shape gives them; `level_score` is
    the score of level land (value -1) for an aspect, else NaN.
    """
    if kind == LINES:
        _lines(parameters, values, out)
    elif kind == CLASSES:
        _classes(parameters, values, out)
    elif kind == SIGMOID:
        _sigmoid(parameters, values, out)
    elif kind == BELL:
        _bell(parameters, values, out)
    elif kind == NEAR:
        _near(parameters, values, out)
    elif kind in (LARGE, SMALL):
        _power(parameters, values, out)
    else:
        out[:] = values
    if level_score == level_score:
        _levelled(level_score, values, out)


def score_values(kind: int, parameters: Floats, values: NDArray[np.floating]) -> Floats:
    """Return the scores of `values` of any shape, float32, 0 to 1; NaN stays NaN."""
    given = np.ascontiguousarray(values, np.float32)
    out = np.empty(given.shape, np.float32)
    score_block(kind, NO_LEVEL, parameters, given.reshape(-1), out.reshape(-1))
    return out
