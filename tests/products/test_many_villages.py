"""A hundred thousand villages on one page: small enough to send, and each can be found."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
from playwright.sync_api import Browser
from pyproj import CRS

from gis_core.grid import Grid
from gis_core.products.maps.overview import overview_map
from gis_core.products.maps.page import render_page
from tests.products.browsing import open_page
from tests.products.landscape import context, counties
from tests.products.packed import unpacked

COUNT = 100_000
LIMIT_BYTES = 3_000_000
SIGNS = np.array(
    list("上下东西南北大小山沟峪坪岭坡庄窑河桥寨堡头底张王李赵刘陈杨马郭石柏槐柳杏桃枣")
)


def many_villages(count: int) -> gpd.GeoDataFrame:
    """Return villages with names, people and places that hardly repeat; the first lies alone."""
    chance = np.random.default_rng(1)
    lon, lat = chance.uniform(111, 113, count), chance.uniform(36.05, 37, count)
    lon[0], lat[0] = 112.5, 36.01
    names = ["".join(signs) for signs in chance.choice(SIGNS, (count, 3))]
    people = np.clip(chance.lognormal(5, 0.9, count), 5, 3000).astype(int)
    return gpd.GeoDataFrame(
        {"village_id": [f"V{i}" for i in range(count)], "name": ["孤村", *names[1:]],
         "township": [f"第{i}乡" for i in chance.integers(0, 160, count)],
         "county_code": np.where(lon < 112, "A1", "B2"), "people": people,
         "households": people // 3 + 1, "place_precision": "point", "extra": [{}] * count},
        geometry=gpd.points_from_xy(lon, lat), crs=4326,
    )  # fmt: skip


@pytest.fixture(scope="module")
def page_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    side = 600
    south, east = np.mgrid[0:side, 0:side]
    hills = 900 + 300 * np.sin(east / 9) * np.cos(south / 7) + 200 * np.sin(east / 41 + south / 23)
    grid = Grid(CRS.from_epsg(4546), 500_000.0, 4_095_000.0, 300.0, side, side)
    told = context()
    found = overview_map(
        told, boundaries=counties(), villages=many_villages(COUNT),
        elevation=grid.wrap(hills.astype("f4")),
    )  # fmt: skip
    path = tmp_path_factory.mktemp("many") / "overview.html"
    path.write_text(render_page(found, told), "utf-8")
    return path


def test_the_page_can_be_sent(page_file: Path) -> None:
    assert page_file.stat().st_size <= LIMIT_BYTES


def test_packed_villages_are_held_back_where_they_are_not_published() -> None:
    held = many_villages(2000)
    pages = {}
    for shown in (True, False):
        told = context(show_villages=shown)
        page = render_page(overview_map(told, boundaries=counties(), villages=held), told)
        pages[shown] = unpacked(page)
    assert "孤村" in pages[True]
    assert [name for name in held["name"] if name in pages[False]] == []


@pytest.mark.browser
def test_one_layer_shows_pops_up_and_is_found(browser: Browser, page_file: Path) -> None:
    page, faults = open_page(browser, page_file)
    counts = page.evaluate("""(() => { const held = [];
        uplandMap.eachLayer(l => { if (l.shown) held.push(l.shown()); }); return held; })()""")
    assert counts == [COUNT]
    place = page.evaluate("""(() => { const p = uplandMap.latLngToContainerPoint([36.01, 112.5]);
        return [p.x, p.y]; })()""")
    pixel = """([x, y]) => { const c = document.querySelector('.leaflet-overlay-pane canvas');
        const box = c.getBoundingClientRect(), k = c.width / box.width;
        return c.getContext('2d').getImageData((x - box.x) * k, (y - box.y) * k, 1, 1).data[3]; }"""
    assert page.evaluate(pixel, place) > 200
    assert page.evaluate(pixel, [place[0], place[1] + 12]) == 0
    page.mouse.click(*place)
    page.wait_for_selector(".leaflet-popup-content")
    assert page.locator(".leaflet-popup-content h3").inner_text() == "孤村"
    page.locator(".leaflet-popup-close-button").click()
    page.wait_for_selector(".leaflet-popup", state="detached")  # it fades
    page.focus("#search")
    page.keyboard.type("孤村")
    page.wait_for_selector("#found button")
    page.keyboard.press("ArrowDown")
    assert "乙县" in page.evaluate("document.activeElement.textContent")
    page.keyboard.press("Enter")
    page.wait_for_selector(".leaflet-popup-content")
    assert "乙县" in page.locator(".leaflet-popup-content").inner_text()
    assert faults == []
