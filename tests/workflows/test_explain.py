"""Places of kept runs: where they lie, and runs that keep too little to explain them."""

import math

import numpy as np
import pytest
from pyproj import CRS

from gis_core.errors import InvalidParameterError, NotComputedError
from gis_core.grid import Grid
from gis_core.provenance import Provenance
from gis_core.store.workspace import Workspace
from gis_core.workflows.counties import county_outlines
from gis_core.workflows.explain import explain_at, place_on

GRID = Grid(CRS.from_epsg(4546), 500_000.0, 4_000_000.0, 100.0, 4, 5)


def test_a_place_in_metres_and_in_degrees_is_the_same_cell() -> None:
    row, col, lon, lat = place_on(GRID, 500_250.0, 3_999_850.0)
    assert (row, col) == (1, 2)
    assert place_on(GRID, lon, lat)[:2] == (1, 2)
    assert place_on(GRID, 500_000.0, 4_000_000.0)[:2] == (0, 0)


@pytest.mark.parametrize(
    ("x", "y"),
    [(math.nan, 1.0), (1.0, math.inf), (500_500.0, 3_999_850.0), (500_250.0, 3_999_600.0),
     (0.0, 90.0), (1e300, 1e300)],
)  # fmt: skip
def test_what_lies_outside_is_refused(x: float, y: float) -> None:
    with pytest.raises(InvalidParameterError, match="outside the run's area"):
        place_on(GRID, x, y)


@pytest.mark.postgis
def test_a_run_of_an_older_version_says_how_to_make_it_again(workspace: Workspace) -> None:
    document = {"model": "screening", "criteria": [], "excluded": [], "title": {"en": "", "zh": ""},
                "counties": [{"code": "01", "name": {"en": "A", "zh": "甲"}}]}  # fmt: skip
    workspace.save_run(
        "suitability", document=document, provenance=Provenance("h", {}, {}),
        rasters={"score": GRID.wrap(np.zeros(GRID.shape, np.float32))},
    )  # fmt: skip
    with pytest.raises(NotComputedError, match="upland suitability run screening"):
        explain_at(workspace, None, x=500_250.0, y=3_999_850.0)
    with pytest.raises(NotComputedError, match="upland suitability run screening"):
        county_outlines(workspace)
    workspace.save_run("suitability", document=document | {"counties": []},
                       provenance=Provenance("h", {}, {}))  # fmt: skip
    with pytest.raises(NotComputedError, match="upland import boundaries FILE"):
        county_outlines(workspace)
