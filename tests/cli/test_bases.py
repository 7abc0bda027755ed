"""Bases asked for on the command line where the region has rules of its own."""

from collections.abc import Callable

import pytest

from gis_core.settings import Settings
from tests.conftest import Done

pytestmark = pytest.mark.postgis


def test_the_regions_own_limits_are_called_so(
    upland: Callable[..., Done], demonstration: Settings
) -> None:
    asked = ("bases", "select", "--run", "suitability-1", "--count", "3")
    done = upland(*asked, on=demonstration)
    assert (done.code, done.out) == (1, "")
    assert "These rules cannot hold together: 3 bases; at least 1 base in each of " in done.err
    assert "The limits by county are the region's own; --per-county MIN:MAX" in done.err
    chinese = upland(*asked, "--lang", "zh", on=demonstration).err
    assert "各县的数量限制取自区域设置" in chinese
