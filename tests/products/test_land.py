"""The land of an organic map: what is written into the page, and what a planner does with it."""

import base64
import re
import zlib
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

from gis_core.grid import Grid
from gis_core.products.maps.codec import packed_planes
from gis_core.products.maps.land import LandRasters, Works, thinned
from gis_core.products.maps.organic import organic_map
from gis_core.products.maps.page import render_page
from gis_core.products.maps.shaded import share_steps
from tests.products.browsing import open_page
from tests.products.landscape import GRID, class_codes, context, counties, scores

LIMITS = (0.8, 0.65, 0.5, 0.3)
PLANNER = {"tag": "planner", "source": {"en": "our choice", "zh": "自定"}}
CENTRE_NORTH_WEST = (36.75, 111.2)  # lat, lon: slope 254/254, soil 127/254: S1
SOUTH = (36.2, 111.2)  # excluded by the first rule


def land(**changes: object) -> LandRasters:
    """Slope is best in the west and half as good in the east; soil is half as good everywhere."""
    slope = np.full(GRID.shape, 254, np.uint8)
    slope[:, 180:] = 127
    soil = np.full(GRID.shape, 127, np.uint8)
    failed = np.zeros(GRID.shape, np.uint32)
    failed[150:] = 1
    values: dict = {
        "criteria": {"slope": GRID.wrap(slope), "soil": GRID.wrap(soil)},
        "failed_rules": GRID.wrap(failed), "limits": LIMITS,
        "works": {"soil": Works("施用有机肥", "每1 g/kg约300元/亩", 1.0)},
    }  # fmt: skip
    return LandRasters(**{**values, **changes})


def document(**changes: object) -> dict:
    criteria = [
        {"name": "slope", "title": {"en": "Slope", "zh": "坡度"}, "weight": 0.6, **PLANNER},
        {"name": "soil", "title": {"en": "Soil", "zh": "土壤"}, "weight": 0.4, **PLANNER},
    ]
    return scores() | {"model": "organic_base", "criteria": criteria} | changes


def write_page(folder: Path, rasters: LandRasters, told: dict, lang: str = "zh") -> Path:
    found = organic_map(context(lang), boundaries=counties(), class_codes=class_codes(),
                        document=told, land=rasters)  # fmt: skip
    path = folder / f"organic-{lang}.html"
    path.write_text(render_page(found, context(lang)), "utf-8")
    return path


def test_planes_are_written_as_steps_that_add_up() -> None:
    planes = np.random.default_rng(1).integers(0, 256, (3, 4, 5)).astype(np.uint8)
    body, size = re.fullmatch(r'upland\.unpackBytes\("([^"]+)",(\d+)\)',
                              packed_planes(planes)).groups()  # fmt: skip
    content = zlib.decompress(base64.b64decode(body), -zlib.MAX_WBITS)
    assert int(size) == len(content) == planes.size
    steps = np.frombuffer(content, np.uint8).reshape(planes.shape)
    assert np.array_equal(np.cumsum(steps, axis=2, dtype=np.uint8), planes)


def test_thinned_raster_keeps_values_and_place() -> None:
    codes = GRID.wrap(np.arange(GRID.height * GRID.width).reshape(GRID.shape) % 251)
    thin = thinned(codes, 100)
    coarse = Grid.of(thin)
    assert max(thin.shape) <= 100
    assert (coarse.cell_m, coarse.min_x, coarse.max_y) == (2000.0, GRID.min_x, GRID.max_y)
    assert np.array_equal(thin.to_numpy(), codes.to_numpy()[2::4, 2::4])
    assert thinned(codes, 400) is codes


def test_shares_fall_into_fifths_and_land_without_stays_clear() -> None:
    packed = np.array([[0, 50, 51, 127], [203, 204, 254, 255]], np.uint8)
    grid = Grid(GRID.crs, GRID.min_x, GRID.max_y, GRID.cell_m, *packed.shape)
    assert share_steps(grid.wrap(packed)).to_numpy().tolist() == [[1, 1, 2, 3], [4, 5, 5, 0]]


def click(page: Page, at: tuple[float, float]) -> str:
    page.evaluate(f"uplandMap.fire('click', {{latlng: L.latLng({at[0]}, {at[1]}), "
                  f"layerPoint: uplandMap.latLngToLayerPoint([{at[0]}, {at[1]}])}})")  # fmt: skip
    return page.locator(".leaflet-popup-content").last.inner_text()


def area(page: Page, number: int) -> float:
    told = page.locator(f"[data-area='{number}']").inner_text()
    return float(told.replace("≈", "").replace(",", ""))


@pytest.mark.browser
def test_click_tells_why_a_place_scores_as_it_does(browser: Browser, tmp_path: Path) -> None:
    page, faults = open_page(browser, write_page(tmp_path, land(), document()))
    told = click(page, CENTRE_NORTH_WEST)
    for words in (
        "S1 高度适宜", "得分 0.80", "1.00 × 60% = 0.600", "0.50 × 40% = 0.200", "米格网", "甲县",
        "主要限制因子：土壤。若该项满分，总分可达 1.00（+0.200）。",
    ):  # fmt: skip
        assert words in told
    told = click(page, SOUTH)
    assert "排除：距污染源近——规划者设定（自定）" in told
    assert "不计排除规则的得分 0.80" in told
    assert faults == []


@pytest.mark.browser
def test_sliders_weigh_the_land_anew_and_refuse_no_weights(
    browser: Browser, tmp_path: Path
) -> None:
    page, faults = open_page(browser, write_page(tmp_path, land(), document(), "en"))
    page.locator("#weights > summary").click()
    said = page.locator("#weights [role=status]")
    slope, soil = (page.get_by_label(name, exact=True) for name in ("Slope", "Soil"))
    before = [area(page, n) for n in (1, 2, 3)]
    slope.focus()
    page.keyboard.press("Home")
    # with soil alone every cell that no rule excludes scores 0.5: S3
    assert [area(page, n) > 0 for n in (1, 2, 3)] == [False, False, True]
    ground_mu = GRID.width * 150 * (GRID.cell_m**2) / (2000 / 3)
    assert area(page, 3) == pytest.approx(ground_mu, rel=0.02)
    assert "--weights slope=0" in said.inner_text()
    assert "S3" in click(page, CENTRE_NORTH_WEST)
    soil.focus()
    page.keyboard.press("Home")
    assert "nothing is mapped" in said.inner_text()
    assert page.evaluate("uplandLand.canvas.style.visibility") == "hidden"
    page.get_by_role("button", name="Weights as run").click()
    assert [area(page, n) for n in (1, 2, 3)] == before
    assert page.evaluate("getComputedStyle(document.querySelector('.anew')).opacity") == "0"
    assert faults == []


@pytest.mark.browser
@pytest.mark.parametrize(("helps_below", "offered"), [(0.51, True), (0.5, False)])
def test_works_are_offered_only_where_the_score_tells_that_they_help(
    browser: Browser, tmp_path: Path, helps_below: float, offered: bool
) -> None:
    works = {"soil": Works("施用有机肥", "每1 g/kg约300元/亩", 1.0, helps_below)}
    page, faults = open_page(browser, write_page(tmp_path, land(works=works), document()))
    page.locator("#weights > summary").click()
    page.locator("#weights input[type=range]").first.focus()
    page.keyboard.press("Home")  # soil alone counts, and scores 0.5 everywhere
    told = click(page, CENTRE_NORTH_WEST)
    assert "S3" in told
    assert ("施用有机肥" in told) == offered
    assert faults == []


@pytest.mark.browser
def test_what_a_slider_adds_is_the_whole_sum(browser: Browser, tmp_path: Path) -> None:
    gaps = np.full(GRID.shape, 127, np.uint8)
    gaps[:, 90:120] = 255
    slope = land().criteria["slope"]
    rasters = land(criteria={"slope": slope, "soil": GRID.wrap(gaps)})
    page, faults = open_page(browser, write_page(tmp_path, rasters, document()))
    page.locator("#weights > summary").click()
    for name, key in (("坡度", "ArrowLeft"), ("土壤", "PageUp"), ("坡度", "PageDown"),
                      ("土壤", "Home"), ("坡度", "ArrowRight"), ("土壤", "PageUp")):  # fmt: skip
        page.get_by_label(name, exact=True).focus()
        page.keyboard.press(key)
        off = page.evaluate("""() => Math.max(...[...uplandLand.total].map((held, i) => {
          const sum = uplandLand.weights.reduce((all, weight, k) => {
            const score = uplandLand.scores[k][i];
            return weight ? all + (score === 255 ? NaN : weight * score / 254) : all;
          }, 0);
          return sum === sum ? Math.abs(held - sum) : held === held ? 1 : 0;
        }))""")
        assert off < 1e-9
    assert faults == []


@pytest.mark.browser
def test_other_combinations_say_that_weights_need_the_command(
    browser: Browser, tmp_path: Path
) -> None:
    kept = GRID.wrap(np.full(GRID.shape, 0.71, np.float32))
    told = document(model_document={"combination": {"method": "owa", "alpha": 2}})
    page, faults = open_page(browser, write_page(tmp_path, land(score=kept), told))
    page.locator("#weights > summary").click()
    assert "有序加权平均" in page.locator("#weights").inner_text()
    assert page.locator("#weights input").count() == 0
    text = click(page, CENTRE_NORTH_WEST)
    assert "得分 0.71" in text
    assert "= 0.600" not in text  # the parts of an ordered average do not add up
    assert faults == []


@pytest.mark.browser
def test_surfaces_can_be_switched_on_with_their_legend(browser: Browser, tmp_path: Path) -> None:
    limiting = np.ones(GRID.shape, np.uint8)
    limiting[:, :90] = 2
    share = GRID.wrap(np.full(GRID.shape, 229, np.uint8))
    rasters = land(limiting=GRID.wrap(limiting), shares={"probability-S1": share})
    page, faults = open_page(browser, write_page(tmp_path, rasters, document()))
    lines = page.locator(".legend li.optional")
    assert lines.count() == 1 + 2 + 1 + 5
    assert not lines.first.is_visible()
    page.hover(".leaflet-control-layers")
    page.locator(".leaflet-control-layers-overlays label", has_text="限制因子").click()
    assert lines.all_inner_texts()[:3] == ["限制因子", "坡度\n75.0%", "土壤\n25.0%"]
    assert lines.first.is_visible()
    assert not lines.last.is_visible()
    assert faults == []
