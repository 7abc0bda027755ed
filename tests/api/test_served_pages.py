"""Served pages in headless Chromium: hostile names, keyboard, narrow screens, paper."""

import re
from collections.abc import Iterator

import geopandas as gpd
import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from gis_core.layers import CheckedFrame, LayerInfo
from gis_core.settings import Settings
from gis_core.store.workspace import Workspace
from tests.api.conftest import publishing
from tests.api.serving import served
from tests.products import landscape
from tests.products.browsing import PATIENCE_MS, open_page

pytestmark = [pytest.mark.browser, pytest.mark.postgis]
HOSTILE = "a\u2028b\u2029</script><script>top.hit=1</script><!--<script>{{7*7}}"
CELL_TO_MIDDLE = """code => {
  const held = uplandLand, cells = [...held.codes.keys()].filter(i => held.codes[i] === code);
  const cell = cells[cells.length >> 1], [[south, west], [north, east]] = held.bounds;
  const down = (Math.floor(cell / held.width) + 0.5) / held.height;
  const y = held.top + down * (held.bottom - held.top);
  const lat = Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180 / Math.PI;
  const lon = west + (cell % held.width + 0.5) / held.width * (east - west);
  uplandMap.setView([lat, lon], 13, {animate: false});
}"""
A4_PX = {"portrait": (703, 1032), "landscape": (1032, 703)}  # what 12 mm margins leave


@pytest.fixture(scope="module")
def address(demonstration: Settings) -> Iterator[str]:
    with served(demonstration) as given:
        yield given


def opened(browser: Browser, url: str, *, width: int = 1280) -> tuple[Page, list[str]]:
    """Return the page and the list that its errors and requests to elsewhere go to."""
    held: BrowserContext = browser.new_context(viewport={"width": width, "height": 844})
    held.set_default_timeout(PATIENCE_MS)
    page, faults, home = held.new_page(), [], url[: url.index("/", 8)]
    page.on("console", lambda m: faults.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda e: faults.append(str(e)))
    page.on("request", lambda r: None if r.url.startswith((home, "data:", "blob:"))
            else faults.append(r.url))  # fmt: skip
    page.goto(url)
    return page, faults


def map_of(page: Page) -> str:
    """Wait for the map within a page; return the text of its panel."""
    frame = page.frame(url=re.compile("/maps/"))
    assert frame is not None
    frame.wait_for_function("window.uplandMap !== undefined")
    return frame.locator("#panel").inner_text()


def hostile_frames() -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    counties, villages = landscape.counties(), landscape.villages()
    counties = counties.assign(level="county", parent_code="")
    counties.loc[0, ["name_zh", "name_en"]] = [HOSTILE, HOSTILE]
    villages.loc[0, ["name", "township"]] = [HOSTILE, HOSTILE]
    return counties, villages


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_hostile_names_run_nothing_and_are_found(
    browser: Browser, workspace: Workspace, lang: str
) -> None:
    counties, villages = hostile_frames()
    info = LayerInfo(theme="county", kind="boundaries", file_name=HOSTILE, file_hash="0")
    workspace.add_boundaries(CheckedFrame(info, counties))
    info = LayerInfo(theme="villages", kind="villages", file_name=HOSTILE, file_hash="1")
    workspace.add_villages(CheckedFrame(info, villages))
    with served(publishing(workspace.settings, "all")) as address:
        for path in ("/", "/county/A1"):
            page, faults = opened(browser, f"{address}{path}?lang={lang}")
            map_of(page)
            assert HOSTILE in page.locator("nav.places a").nth(1).evaluate("e => e.textContent")
            assert page.evaluate("window.hit") is None
            assert faults == []
            page.context.close()
        page, faults = opened(browser, f"{address}/maps/overview?lang={lang}")
        page.wait_for_function("window.uplandMap !== undefined")
        page.fill("#search", "top.hit")
        page.keyboard.press("Enter")
        heading = page.locator(".leaflet-popup-content h3")
        heading.wait_for()
        assert heading.evaluate("e => e.textContent") == HOSTILE
        assert page.evaluate("window.hit") is None
        assert faults == []
        page.context.close()


@pytest.mark.parametrize(("lang", "title"), [
    ("zh", "有机食品基地规划图"), ("en", "Organic-food bases"),
])  # fmt: skip
def test_the_organic_map_is_served_whole(
    browser: Browser, address: str, lang: str, title: str
) -> None:
    page, faults = opened(browser, f"{address}/maps/organic?lang={lang}")
    page.wait_for_function("window.uplandMap !== undefined")
    told = page.locator("#panel").inner_text()
    assert page.locator("#panel h1").inner_text() == title
    proof = r"目标值 [\d,]+ 亩" if lang == "zh" else r"objective [\d,]+ mu"
    assert re.search(proof, told)
    assert not re.search(r"\d (mu|yuan)\b" if lang == "zh" else r"\d ?[亩元]", told)
    assert page.locator(".upland-label.number").count() == 16
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert faults == []
    page.context.close()


def show_cell(page: Page, code: int) -> None:
    """Bring a cell of class `code` (1 to 5, 6 excluded) of an organic map to the map's middle."""
    page.evaluate(CELL_TO_MIDDLE, code)


def click_middle(page: Page) -> None:
    """Click on the middle of the map with the mouse."""
    page.locator(".folium-map").click()


def test_a_click_asks_the_server_and_shows_its_sentences(browser: Browser, address: str) -> None:
    page, faults = opened(browser, f"{address}/maps/organic?lang=zh")
    page.wait_for_function("window.uplandLand !== undefined")
    show_cell(page, 2)
    with page.expect_response(re.compile("/api/runs/suitability-1/explain")) as answered:
        click_middle(page)
    told = answered.value.json()
    assert told["class"] == "S2"
    popup = page.locator(".leaflet-popup-content")
    popup.locator(".sentences li").first.wait_for()
    assert popup.locator(".sentences li").all_text_contents() == told["text"]
    assert f"{told['score']:.2f}" in popup.inner_text()
    assert faults == []
    page.context.close()


def test_the_page_on_disk_explains_a_click_without_any_request(
    browser: Browser, demonstration: Settings
) -> None:
    (path,) = demonstration.home.rglob("organic-zh.html")
    page, faults = open_page(browser, path)
    show_cell(page, 2)
    click_middle(page)
    popup = page.locator(".leaflet-popup-content")
    told = popup.inner_text()
    assert re.search(r"S2 中度适宜\s+得分 0\.\d\d", told)
    parts = [float(p) for p in re.findall(r"\d × \d+% = (0\.\d{3})", told)]
    score = re.search(r"得分 (0\.\d\d)", told)
    assert score is not None
    assert sum(parts) == pytest.approx(float(score[1]), abs=0.01)
    assert re.search(r"主要限制因子：.+总分可达", told)
    page.keyboard.press("Escape")
    show_cell(page, 6)
    click_middle(page)
    popup.locator(".warn").first.wait_for()
    assert popup.locator(".warn").first.inner_text().startswith("排除：")
    assert popup.locator(".sentences").count() == 0
    assert faults == []
    page.context.close()


def test_the_keyboard_leads_past_the_links_and_from_page_to_page(
    browser: Browser, address: str
) -> None:
    page, faults = opened(browser, f"{address}/?lang=en")
    page.keyboard.press("Tab")
    assert page.locator(":focus").get_attribute("href") == "#content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    page.goto(f"{address}/?lang=en")
    links = page.locator("nav.places a")
    asked = links.nth(1).get_attribute("href")
    for _ in range(5):  # skip link, language, list of places, the region, its first county
        page.keyboard.press("Tab")
    assert page.locator(":focus").get_attribute("href") == asked
    outline = page.locator(":focus").evaluate("e => getComputedStyle(e).outlineStyle")
    assert outline == "solid"
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{asked}")
    here = page.locator("nav.places [aria-current=page]")
    assert here.inner_text() == page.locator("h1").inner_text()
    assert faults == []
    page.context.close()


@pytest.mark.parametrize("path", ["/", "/county/141028"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_phone_shows_the_page_without_scrolling_sideways(
    browser: Browser, address: str, path: str, lang: str
) -> None:
    page, faults = opened(browser, f"{address}{path}?lang={lang}", width=390)
    map_of(page)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    small = page.evaluate("[...document.querySelectorAll('nav a, .links a, .language')]"
                          ".filter(a => a.getBoundingClientRect().height < 24).length")  # fmt: skip
    assert small == 0
    assert faults == []
    page.context.close()


@pytest.mark.parametrize(("path", "most"), [("/", 6), ("/county/141028", 3)])
@pytest.mark.parametrize("across", A4_PX)
def test_paper_gets_the_whole_map_and_no_links(
    browser: Browser, address: str, path: str, most: int, across: str
) -> None:
    page, _ = opened(browser, f"{address}{path}?lang=zh")
    map_of(page)
    sheet = page.pdf(format="A4", landscape=across == "landscape")
    assert 1 < len(re.findall(rb"/Type\s*/Page\b", sheet)) <= most
    width, height = A4_PX[across]
    page.emulate_media(media="print")
    page.set_viewport_size({"width": width, "height": height})
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert not page.locator("nav.places").is_visible()
    frame, shown = page.locator(".frame").bounding_box(), page.locator("iframe").bounding_box()
    assert frame is not None
    assert shown is not None
    assert frame["x"] >= 0
    assert frame["x"] + frame["width"] <= width
    assert shown["width"] <= frame["width"]
    assert frame["y"] + frame["height"] <= height  # on the first sheet, below the figures
    page.context.close()
