"""A page of 100,000 villages, from the disk to drawn in Chromium: ours beside Folium's GeoJson.

Both pages show the same points on a canvas, with the same figures in a popup, and hold Leaflet
themselves, so that no network is timed. FastMarkerCluster needs a plugin that pages of ours do not.
"""

import os
import shutil
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

import folium
import geopandas as gpd
import numpy as np
import shapely
from playwright.sync_api import Browser, sync_playwright

from benchmarks.measure import peak_mib, timed_in_turns
from gis_core.products.maps.context import MapContext
from gis_core.products.maps.overview import overview_map
from gis_core.products.maps.page import render_page
from gis_core.text import Text

RUNS = 2
SIGNS = np.array(
    list("上下东西南北大小山沟峪坪岭坡庄窑河桥寨堡头底张王李赵刘陈杨马郭石柏槐柳杏桃枣")
)
SHOWN = ["name", "township", "people", "households"]
CONTEXT = MapContext(
    lang="zh", region_name=Text("Benchmark", "基准"), analysis_crs="EPSG:4546", made_at="2026-01-01"
)
DRAWN = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(0))))"


def made_villages(count: int, *, seed: int = 1) -> gpd.GeoDataFrame:
    """Return `count` villages in a square of two degrees, with names that seldom repeat."""
    chance = np.random.default_rng(seed)
    lon, lat = chance.uniform(111, 113, count), chance.uniform(35, 37, count)
    people = np.clip(chance.lognormal(5, 0.9, count), 5, 3000).astype(int)
    return gpd.GeoDataFrame(
        {"village_id": [f"V{i}" for i in range(count)],
         "name": ["".join(signs) for signs in chance.choice(SIGNS, (count, 3))],
         "township": [f"第{i}乡" for i in chance.integers(0, 160, count)], "county_code": "A",
         "people": people, "households": people // 3 + 1, "place_precision": "point"},
        geometry=gpd.points_from_xy(lon, lat), crs=4326,
    )  # fmt: skip


def our_page(villages: gpd.GeoDataFrame) -> str:
    """Return the overview map of the villages."""
    unit = gpd.GeoDataFrame({"code": ["A"], "name_zh": ["甲县"], "name_en": ["Jia"]},
                            geometry=[shapely.box(111, 35, 113, 37)], crs=4326)  # fmt: skip
    found = overview_map(CONTEXT, boundaries=unit, villages=villages)
    return render_page(found, CONTEXT)


def geojson_page(villages: gpd.GeoDataFrame) -> str:
    """Return Folium's own page of them: GeoJson, circle markers, popups, Leaflet within."""
    found = folium.Map(location=(36, 112), zoom_start=8, tiles=None, prefer_canvas=True)
    found.default_js = [("leaflet", "leaflet.js")]
    found.default_css = [("leaflet_css", "leaflet.css")]
    folium.GeoJson(
        villages[[*SHOWN, "geometry"]], marker=folium.CircleMarker(radius=3, weight=0.8, fill=True),
        popup=folium.GeoJsonPopup(SHOWN),
    ).add_to(found)  # fmt: skip
    return render_page(found, CONTEXT)


def load(browser: Browser, path: Path) -> None:
    """Open a page in a window of its own and wait until it is drawn."""
    held = browser.new_context(offline=True, viewport={"width": 1440, "height": 900})
    held.set_default_timeout(180_000)
    page = held.new_page()
    page.goto(path.as_uri())
    page.evaluate(DRAWN)
    held.close()


def row(browser: Browser, *, count: int, runs: int) -> dict[str, Any]:
    """Return the row of the table for `count` villages."""
    villages = made_villages(count)
    pages = {"ours": our_page(villages), "Folium GeoJson": geojson_page(villages)}
    megabytes = {name: round(len(page.encode()) / 1e6, 2) for name, page in pages.items()}
    with tempfile.TemporaryDirectory() as folder:
        jobs = {}
        for number, (name, page) in enumerate(pages.items()):
            path = Path(folder) / f"{number}.html"
            path.write_text(page, "utf-8")
            jobs[name] = partial(load, browser, path)
        times = timed_in_turns(jobs, runs=runs)
    ours = times.pop("ours")
    return {
        "job": "map page, from the disk to drawn", "size": f"{count:,} villages",
        "ours_s": ours, "peers": times, "floor_s": None, "peak_mib": peak_mib(), "runs": runs,
        "page_mb": megabytes,
    }  # fmt: skip


def rows() -> list[dict[str, Any]]:
    """Return the row of the table; `UPLAND_BENCH_SCALE` (0 to 1) makes it smaller."""
    count = max(200, int(100_000 * float(os.environ.get("UPLAND_BENCH_SCALE", "1"))))
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as tool:
        browser = tool.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        try:
            return [row(browser, count=count, runs=RUNS)]
        finally:
            browser.close()
