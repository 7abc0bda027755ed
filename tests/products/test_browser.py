"""Map pages in headless Chromium, from the disk, with the network cut."""

import itertools
import re
import warnings
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from rasterio.errors import NotGeoreferencedWarning
from rasterio.io import MemoryFile

from gis_core.products.assets import OWN, asset_path
from gis_core.products.maps import page as page_module
from gis_core.products.maps.organic import organic_map
from gis_core.products.maps.overview import overview_map
from gis_core.products.maps.page import render_page
from gis_core.products.maps.relocation import relocation_map
from tests.products.browsing import SIZES, open_page
from tests.products.landscape import (
    HOSTILE,
    bases,
    choice,
    class_codes,
    context,
    counties,
    destinations,
    plan,
    protected,
    scores,
    villages,
)

pytestmark = pytest.mark.browser
POINTS = """(() => { let n = 0;
uplandMap.eachLayer(l => { if (l.shown) n += l.shown(); }); return n; })()"""


def write_page(folder: Path, name: str, lang: str) -> Path:
    told = context(lang)
    if name == "overview":
        found = overview_map(told, boundaries=counties(), villages=villages())
    elif name == "organic":
        found = organic_map(
            told, boundaries=counties(), class_codes=class_codes(), document=scores(),
            bases=bases(), selection=choice(), layers={"protected": protected()},
        )  # fmt: skip
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
@pytest.mark.parametrize("name", ["overview", "organic", "relocation"])
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


def pixel(page: Page, lon: float, lat: float) -> tuple[int, int, int]:
    """Return the colour that the screen shows at a place."""
    x, y = at(page, lon, lat)
    shot = page.screenshot(clip={"x": x - 4, "y": y - 4, "width": 8, "height": 8})
    with MemoryFile(shot) as held, warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with held.open() as opened:
            red, green, blue = opened.read([1, 2, 3]).mean(axis=(1, 2))
    return round(float(red)), round(float(green)), round(float(blue))


def at(page: Page, lon: float, lat: float) -> tuple[float, float]:
    x, y = page.evaluate(
        "([lon, lat]) => { const p = uplandMap.latLngToContainerPoint([lat, lon]);"
        " return [p.x, p.y]; }", [lon, lat],
    )  # fmt: skip
    return x, y


def swatch(page: Page, words: str) -> tuple[int, ...]:
    colour = page.locator(".legend li", has_text=words).locator(".swatch").evaluate(
        "e => getComputedStyle(e).backgroundColor"
    )  # fmt: skip
    return tuple(int(v) for v in re.findall(r"\d+", colour)[:3])


@pytest.mark.parametrize(("words", "lon", "lat"), [
    ("S1", 111.6, 36.8), ("S3", 112.1, 36.7), ("excluded", 112.5, 36.2),
])  # fmt: skip
def test_legend_shows_the_colours_that_the_map_shows(
    browser: Browser, tmp_path: Path, words: str, lon: float, lat: float
) -> None:
    page, _ = open_page(browser, write_page(tmp_path, "organic", "en"))
    wanted = swatch(page, "S1" if words == "S1" else "S3" if words == "S3" else "Excluded")
    shown = pixel(page, lon, lat)
    assert max(abs(a - b) for a, b in zip(shown, wanted, strict=True)) <= 3, (shown, wanted)


def test_organic_page_names_bases_rules_and_reasons(browser: Browser, tmp_path: Path) -> None:
    page, faults = open_page(browser, write_page(tmp_path, "organic", "zh"))
    numbers = page.locator(".upland-label.number span")
    assert sorted(numbers.all_inner_texts()) == ["1", "2", "3", "4"]
    page.mouse.click(*at(page, 112.6, 36.8))
    page.wait_for_selector(".leaflet-popup-content")
    told = page.locator(".leaflet-popup-content").inner_text()
    assert "基地 4 · 乙县" in told
    assert "15,000" in told
    assert "以 S1 为主，未触及排除规则" in told
    page.locator("details.more > summary").click()
    assert "距污染源近：77亩 —— 规划者设定（自定）" in page.locator("details.more").inner_text()
    assert faults == []


def test_county_answers_where_nothing_else_does(browser: Browser, tmp_path: Path) -> None:
    page, _ = open_page(browser, write_page(tmp_path, "organic", "en"))
    page.mouse.click(*at(page, 111.6, 36.2))
    page.wait_for_selector(".leaflet-popup-content")
    told = page.locator(".leaflet-popup-content").inner_text()
    assert told.startswith("Jia")
    assert "S1, Area, mu" in told


@pytest.mark.parametrize("size", SIZES)
def test_labels_do_not_cover_each_other(browser: Browser, tmp_path: Path, size: str) -> None:
    page, _ = open_page(browser, write_page(tmp_path, "organic", "zh"), size)
    boxes = page.evaluate("""[...document.querySelectorAll('.upland-label')]
        .filter(e => e.style.visibility !== 'hidden').map(e => {
        const b = e.lastChild.getBoundingClientRect();
        return [e.textContent, b.left, b.top, b.right, b.bottom]; })""")
    assert {box[0] for box in boxes} >= {"1", "2", "3", "4"}
    for a, b in itertools.combinations(boxes, 2):
        apart = a[3] <= b[1] or b[3] <= a[1] or a[4] <= b[2] or b[4] <= a[2]
        assert apart, (a, b)


def test_legend_lines_of_hidden_layers_are_faint(browser: Browser, tmp_path: Path) -> None:
    page, _ = open_page(browser, write_page(tmp_path, "organic", "zh"))
    line = page.locator(".legend li", has_text="自然保护地")
    assert line.get_attribute("class") == "off"
    page.hover(".leaflet-control-layers")
    page.locator(".leaflet-control-layers-overlays label", has_text="自然保护地").click()
    assert line.get_attribute("class") == ""


def test_what_a_plan_cannot_meet_stands_first(browser: Browser, tmp_path: Path) -> None:
    told = context("zh")
    asked = {**plan(), "conflicts": [{"text": {"en": "Too few", "zh": "指标不足以完成"}}]}
    found = relocation_map(
        told, boundaries=counties(), villages=villages(), plan=asked, destinations=destinations()
    )
    path = tmp_path / "conflict.html"
    path.write_text(render_page(found, told), "utf-8")
    page, _ = open_page(browser, path)
    box = page.locator(".warn", has_text="指标不足以完成").bounding_box()
    legend = page.locator(".legend").bounding_box()
    assert box is not None
    assert legend is not None
    assert box["y"] + box["height"] < legend["y"]
    phone, _ = open_page(browser, path, "phone")
    assert phone.locator(".badge.alarm").inner_text() == "未能满足的要求 · 1"
    assert phone.locator(".badge.alarm").is_visible()


@pytest.mark.parametrize("landscape", [True, False])
def test_paper_holds_the_whole_map_and_two_pages(
    browser: Browser, tmp_path: Path, landscape: bool
) -> None:
    page, _ = open_page(browser, write_page(tmp_path, "organic", "zh"))
    before = page.evaluate("[uplandMap.getCenter().lng, uplandMap.getZoom()]")
    page.evaluate("""window.addEventListener('beforeprint', () => {
        const m = uplandMap, s = m.getSize();
        window.onPaper = [s.x, s.y, ...[[36, 111], [37, 113]].flatMap(
        p => { const q = m.latLngToContainerPoint(p); return [q.x, q.y]; })]; })""")
    paper = page.pdf(format="A4", landscape=landscape, print_background=True)
    assert len(re.findall(rb"/Type\s*/Page\b", paper)) == 2
    width, height, west, south, east, north = page.evaluate("onPaper")
    assert 0 <= west < east <= width
    assert 0 <= north < south <= height
    wide, high = (281, 194) if landscape else (194, 281)  # mm of A4 within its margins
    assert width <= wide / 25.4 * 96
    assert height <= high / 25.4 * 96
    after = page.evaluate("[uplandMap.getCenter().lng, uplandMap.getZoom()]")
    assert after == pytest.approx(before)
    assert page.locator("#side details.more").count() == 1


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_page_without_its_drawing_library_says_so(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lang: str
) -> None:
    monkeypatch.setattr(
        page_module, "asset_path", lambda name: asset_path(name) if name in OWN else None
    )
    monkeypatch.setattr(page_module, "vendor_built", lambda: False)
    path = write_page(tmp_path, "overview", lang)
    held = browser.new_context(offline=True)
    page = held.new_page()
    page.goto(path.as_uri())
    message = page.locator("#no-map")
    assert message.is_visible()
    for word in ("Leaflet", "联网" if lang == "zh" else "internet"):
        assert word in message.inner_text()
    held.close()


def test_line_separators_in_names_stay_in_the_names(browser: Browser, tmp_path: Path) -> None:
    held = villages()
    held.loc[0, "name"] = "上\u2028峪\u2029沟"
    told = context("zh")
    path = tmp_path / "separators.html"
    path.write_text(
        render_page(overview_map(told, boundaries=counties(), villages=held), told), "utf-8"
    )
    page, faults = open_page(browser, path)
    page.mouse.click(*at(page, 111.2, 36.2))
    page.wait_for_selector(".leaflet-popup-content")
    assert page.locator(".leaflet-popup-content h3").text_content() == "上\u2028峪\u2029沟"
    assert faults == []
