"""The benchmark of the map page: both pages show every village."""

import json

import pytest
from playwright.sync_api import Browser

from benchmarks import map_page
from benchmarks.__main__ import names


@pytest.mark.browser
def test_row_is_complete_and_our_page_smaller(browser: Browser) -> None:
    row = map_page.row(browser, count=2000, runs=1)
    assert row["ours_s"] > 0
    assert row["peers"]["Folium GeoJson"] > 0
    assert row["page_mb"]["ours"] < row["page_mb"]["Folium GeoJson"]
    assert "map_page" in names()


def test_the_peer_holds_every_village() -> None:
    villages = map_page.made_villages(50)
    page = map_page.geojson_page(villages)
    assert [name for name in villages["name"] if json.dumps(name)[1:-1] not in page] == []
