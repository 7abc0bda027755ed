"""Score land that does not fit into memory, a band of rows at a time.

The next band is read, in threads of their own, while this one is scored; memory holds two bands,
however high the raster is.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from gis_core.errors import InvalidParameterError
from gis_core.progress import Progress, silent
from gis_core.suitability.kernel.blocks import Recipe
from gis_core.suitability.kernel.fused import (
    CellScores,
    TopsisSums,
    fused_scores,
    topsis_sums,
)
from gis_core.suitability.kernel.methods import TOPSIS
from gis_core.text import Text

Floats = NDArray[np.float32]
BAND_ROWS = 512  # as high as the tiles of a stored raster, so that each is decoded once


class BandSource(Protocol):
    """Where a criterion's values come from, whole rows at a time."""

    @property
    def shape(self) -> tuple[int, int]:
        """(height, width) in cells."""
        ...

    def read_rows(self, start: int, out: Floats) -> None:
        """Fill `out` (rows, width) with the rows from `start` on; NaN means no data."""
        ...


@dataclass(frozen=True)
class Land:
    """What holds land back in a band: bits of failed rules and what is inside, or None each."""

    failed: NDArray[np.uint32] | None = None
    inside: NDArray[np.bool_] | None = None


Sink = Callable[[int, CellScores], None]
LandOf = Callable[[int, int], Land]


def everywhere(start: int, end: int) -> Land:
    """Return land that nothing holds back."""
    return Land()


def score_bands(
    sources: Sequence[BandSource],
    recipe: Recipe,
    sink: Sink,
    *,
    land_of: LandOf = everywhere,
    band_rows: int = BAND_ROWS,
    progress: Progress = silent,
) -> None:
    """Score all rows and hand each band to `sink`, from the north to the south.

    The result is that of `fused_scores` on the whole, to the bit, whatever `band_rows` is. TOPSIS
    reads the sources twice.

    Parameters
    ----------
    sources
        One a criterion of the recipe, all of one shape; those of weight 0 are not read.
    recipe
        As `make_recipe` gives it.
    sink
        Gets the first row and the band's scores, arrays (rows, width).
    land_of
        Gives failed rules and what is inside, (rows, width), of the rows from start up to end.
    band_rows
        Rows a band, at least 1.
    progress
        Told of every band.

    Raises
    ------
    InvalidParameterError
        If the sources differ in shape.
    """
    shape = _one_shape(sources)
    sums: TopsisSums | None = None
    if recipe.method == TOPSIS:
        for start, values in _bands(sources, recipe, shape, band_rows):
            land = _flat(land_of(start, start + values.shape[1]))
            found = topsis_sums(_cells(values), recipe, failed=land.failed, inside=land.inside)
            sums = found if sums is None else sums + found
    for start, values in _bands(sources, recipe, shape, band_rows):
        end = start + values.shape[1]
        land = _flat(land_of(start, end))
        scored = fused_scores(_cells(values), recipe, failed=land.failed, inside=land.inside,
                              sums=sums, threads=1)  # fmt: skip
        rows = (end - start, shape[1])
        sink(start, CellScores(scored.score.reshape(rows), scored.codes.reshape(rows),
                               scored.limiting.reshape(rows)))  # fmt: skip
        progress(end / shape[0], Text(f"Scored {end:,} of {shape[0]:,} rows",
                                      f"已评分 {end}/{shape[0]} 行"))  # fmt: skip


def _bands(
    sources: Sequence[BandSource], recipe: Recipe, shape: tuple[int, int], band_rows: int
) -> Iterator[tuple[int, Floats]]:
    """Give (first row, values (criteria, rows, width)); the next band is read meanwhile."""
    height, width = shape
    buffers = [np.empty((len(sources), min(band_rows, height), width), np.float32)
               for _ in range(2)]  # fmt: skip
    starts = list(range(0, height, band_rows))
    with ThreadPoolExecutor(2) as pool:

        def begin(number: int) -> tuple[Floats, list[Future[None]]]:
            rows = min(band_rows, height - starts[number])
            flat = buffers[number % 2].reshape(-1)[: len(sources) * rows * width]
            values = flat.reshape(len(sources), rows, width)
            return values, [pool.submit(sources[i].read_rows, starts[number], values[i])
                            for i in recipe.rows]  # fmt: skip

        coming = begin(0)
        for number, start in enumerate(starts):
            values, reads = coming
            for read in reads:
                read.result()
            if number + 1 < len(starts):
                coming = begin(number + 1)
            yield start, values


def _cells(values: Floats) -> Floats:
    return values.reshape(values.shape[0], -1)


def _flat(land: Land) -> Land:
    return Land(
        None if land.failed is None else np.ascontiguousarray(land.failed).reshape(-1),
        None if land.inside is None else np.ascontiguousarray(land.inside).reshape(-1),
    )


def _one_shape(sources: Sequence[BandSource]) -> tuple[int, int]:
    shapes = {source.shape for source in sources}
    if len(shapes) != 1:
        said = ", ".join(f"{h} × {w}" for h, w in sorted(shapes)) or "none"
        raise InvalidParameterError(
            f"The criteria's rasters differ in shape ({said}); bring them onto one grid first.",
            f"各准则栅格的形状不一致（{said}）；请先对齐到同一格网。",
        )
    return shapes.pop()
