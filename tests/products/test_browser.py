"""Map pages in headless Chromium, from the disk, with the network cut."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from gis_core.products.maps.overview import overview_map
from gis_core.products.maps.page import render_page
from gis_core.products.maps.relocation import relocation_map
from tests.products.browsing import SIZES, open_page
from tests.products.landscape import HOSTILE, context, counties, destinations, plan, villages

pytestmark = pytest.mark.browser
POINTS = """(() => { let n = 0;
uplandMap.eachLayer(l => { if (l.shown) n += l.shown(); }); return n; })()"""


def write_page(folder: Path, name: str, lang: str) -> Path:
    told = context(lang)
    if name == "overview":
        found = overview_map(told, boundaries=counties(), villages=villages())
    else:
        found = relocation_map(
            told, boundaries=counties(), villages=villages(), plan=plan(),
            destinations=destinations(),
        )  # fmt: skip
    path = folder / f"{name}-{lang}.html"
    path.write_text(render_page(found, told), "utf-8")
    return path


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", ["overview", "relocation"])
def test_page_opens_from_disk_without_network(
    browser: Browser, tmp_path: Path, name: str, lang: str, size: str
) -> None:
    page, faults = open_page(browser, write_page(tmp_path, name, lang), size)
    assert page.locator(".legend li").count() >= 3
    badge = page.locator(".badge").first
    assert badge.is_visible()
    assert badge.inner_text() == ("示意边界" if lang == "zh" else "Schematic boundaries")
    assert page.locator(".leaflet-control-scale-line").inner_text().endswith("km")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert page.evaluate("window.hit") is None
    assert faults == []


def test_search_by_keyboard_finds_a_village_and_shows_its_text(
    browser: Browser, tmp_path: Path
) -> None:
    page, faults = open_page(browser, write_page(tmp_path, "overview", "zh"))
    before = page.evaluate("uplandMap.getZoom()")
    page.focus("#search")
    page.keyboard.type("</script>")
    page.keyboard.press("Enter")
    page.wait_for_selector(".leaflet-popup-content")
    assert page.evaluate("uplandMap.getZoom()") > before
    assert page.locator(".leaflet-popup-content h3").inner_text() == HOSTILE
    assert page.evaluate("window.hit") is None
    assert faults == []


def test_county_is_found_in_the_other_language(browser: Browser, tmp_path: Path) -> None:
    page, _ = open_page(browser, write_page(tmp_path, "overview", "en"))
    page.fill("#search", "乙县")
    page.keyboard.press("Enter")
    page.wait_for_selector(".leaflet-popup-content")
    assert page.locator(".leaflet-popup-content h3").inner_text() == "Yi"


def test_a_click_on_a_village_opens_its_popup(browser: Browser, tmp_path: Path) -> None:
    page, _ = open_page(browser, write_page(tmp_path, "overview", "en"))
    place = page.evaluate("(() => { const p = uplandMap.latLngToContainerPoint([36.6, 111.6]);"
                          " return [p.x, p.y]; })()")  # fmt: skip
    page.mouse.click(*place)
    page.wait_for_selector(".leaflet-popup-content")
    assert page.locator(".leaflet-popup-content h3").inner_text() == "{{7*7}}村"
    assert "120" in page.locator(".leaflet-popup-content").inner_text()


def test_layers_can_be_hidden(browser: Browser, tmp_path: Path) -> None:
    page, _ = open_page(browser, write_page(tmp_path, "overview", "zh"))
    assert page.evaluate(POINTS) == 5
    page.hover(".leaflet-control-layers")
    page.locator(".leaflet-control-layers-overlays label", has_text="村庄").click()
    assert page.evaluate(POINTS) == 0


def test_year_shows_only_its_moves_as_a_year(browser: Browser, tmp_path: Path) -> None:
    page, _ = open_page(browser, write_page(tmp_path, "relocation", "zh"))
    assert page.evaluate(POINTS) == 5 + 2
    page.select_option("#year", "2006")
    assert page.evaluate(POINTS) == 2 + 2
    page.fill("#search", "</script>")
    page.keyboard.press("Enter")
    page.wait_for_selector(".leaflet-popup-content")
    told = page.locator(".leaflet-popup-content").inner_text()
    assert "2006" in told
    assert "2,006" not in told


def test_controls_speak_the_page_language(browser: Browser, tmp_path: Path) -> None:
    page, _ = open_page(browser, write_page(tmp_path, "overview", "zh"))
    titles = page.evaluate("[...document.querySelectorAll('.leaflet-control [title]')]"
                           ".map(e => e.title)")  # fmt: skip
    assert sorted(titles) == sorted(["放大", "缩小", "图层"])
