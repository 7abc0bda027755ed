"""What map pages hold: figures, both languages, hostile names, the light of the relief."""

import json
import re

import geopandas as gpd
import numpy as np
import pytest
from pyproj import CRS

from gis_core.errors import NotFoundError
from gis_core.grid import Grid
from gis_core.products.assets import asset_path
from gis_core.products.maps import images
from gis_core.products.maps.codec import coded, script_json
from gis_core.products.maps.overview import in_view, overview_map
from gis_core.products.maps.page import render_page
from gis_core.products.maps.relocation import county_plan, relocation_map
from gis_core.products.maps.strings import STRINGS
from gis_core.text import Text
from tests.products.landscape import HOSTILE, NAMES, context, counties, destinations, plan, villages


def overview(lang: str = "zh", **changes: object) -> str:
    told = context(lang, **changes)
    return render_page(overview_map(told, boundaries=counties(), villages=villages()), told)


def relocation(lang: str = "zh", **changes: object) -> str:
    told = context(lang, **changes)
    found = relocation_map(
        told, boundaries=counties(), villages=villages(), plan=plan(), destinations=destinations()
    )
    return render_page(found, told)


@pytest.mark.parametrize("key", STRINGS)
def test_string_exists_in_both_languages(key: str) -> None:
    en, zh = STRINGS[key].en, STRINGS[key].zh
    if key == "other_language":  # a link is named in the language that it leads to
        en, zh = zh, en
    assert en.strip()
    assert re.search(r"[\u4e00-\u9fff]", zh)


@pytest.mark.parametrize(("lang", "code", "title"), [
    ("zh", "zh-CN", "总览图 · 试验市"), ("en", "en", "Overview · Testland"),
])  # fmt: skip
def test_page_states_its_language_title_and_origin(lang: str, code: str, title: str) -> None:
    page = overview(lang)
    assert f'<html lang="{code}">' in page
    assert f"<title>{title}</title>" in page
    assert re.search(r"charset=utf-8", page, re.I)
    label, left_out = ("示意边界", "缺土壤数据") if lang == "zh" else (
        "Schematic boundaries", "no soil data")  # fmt: skip
    for told in (label, left_out, "EPSG:4546", "units.geojson", "2026-01-02"):
        assert told in page


def test_page_in_english_has_no_chinese_of_ours() -> None:
    page = overview("en")
    panel = page[page.index('<div id="side">') : page.index("<script>", page.index('id="side"'))]
    assert not re.search(r"[\u4e00-\u9fff]", panel)


@pytest.mark.parametrize("make", [overview, relocation])
def test_hostile_names_stay_text(make) -> None:
    page = make()
    assert HOSTILE not in page
    assert "<img src=x" not in page
    assert "49村" not in page


def test_hostile_region_and_theme_names_stay_text() -> None:
    told = context(region_name=Text("</title><script>window.hit=1</script>", HOSTILE))
    layers = {"<img src=x onerror=window.hit=1>": destinations(), "{{7*7}}层": destinations()}
    page = render_page(overview_map(told, boundaries=counties(), layers=layers), told)
    assert HOSTILE not in page
    assert "<img src=x" not in page
    assert "49层" not in page


@pytest.mark.parametrize("value", ["{{7*7}}", "{%if 1%}", "{#x#}", "{{{{", "{", "}}", "a{b}"])
def test_data_in_a_script_is_no_template_and_stays_itself(value: str) -> None:
    text = script_json({"n": [{"name": value}, {}]})
    assert not re.search(r"\{[{%#]", text)
    assert json.loads(text) == {"n": [{"name": value}, {}]}


@pytest.mark.parametrize("make", [overview, relocation])
def test_public_page_names_no_small_village(make) -> None:
    assert NAMES[0] in make()
    page = make(show_villages=False)
    assert not [name for name in NAMES if script_json(name)[1:-1] in page]


def test_county_page_counts_its_own_villages_only() -> None:
    page = overview("en", county="A1")
    assert "<td>Jia</td><td>3</td><td>220</td>" in re.sub(r">\s+<", "><", page)
    assert "430" not in re.sub(r">\s+<", "><", page[: page.index("How this map was made")])
    with pytest.raises(NotFoundError, match="A1, B2"):
        overview(county="Z9")


def test_county_part_of_a_plan_has_its_own_sums() -> None:
    whole = plan()
    part = county_plan(whole, "A1")
    assert [(y["year"], y["villages"], y["people"]) for y in part["years"]] == [
        (2005, 1, 40), (2006, 1, 60),
    ]  # fmt: skip
    assert [(f["villages"], f["people"], f["cost_yuan"]) for f in part["forms"]] == [
        (2, 100, 500_000.0)
    ]
    assert [d["village_id"] for d in part["deferred"]] == ["V2"]
    assert part["gap"] is None
    assert county_plan(whole, None) is whole


def test_parts_of_a_plan_add_up_to_it() -> None:
    whole = plan()
    parts = [county_plan(whole, code) for code in counties()["code"]]
    for i, year in enumerate(whole["years"]):
        assert sum(p["years"][i]["people"] for p in parts) == year["people"]


def test_years_are_words_not_amounts() -> None:
    assert '"words":["2005","2006"' in relocation() or '"2005"' in relocation()
    assert "2,005" not in relocation()


@pytest.mark.parametrize("values", [
    ["a", "a", "a", "b", "b", "b", "a", "a"], ["a", "b", "c", "d"], ["x"], [],
])  # fmt: skip
def test_coded_column_holds_every_value(values: list[str]) -> None:
    column = coded(values)
    runs = column.get("runs")
    numbers = column["of"] if runs is None else [
        n for n, times in zip(runs[::2], runs[1::2], strict=True) for _ in range(times)
    ]  # fmt: skip
    assert [column["words"][n] for n in numbers] == values


def test_order_of_drawing_loses_no_village() -> None:
    held = villages()
    assert set(in_view(held, context())["village_id"]) == set(held["village_id"])
    shuffled = held.sample(frac=1, random_state=3)
    first, second = in_view(held, context()), in_view(shuffled, context())
    assert list(first["village_id"]) == list(second["village_id"])


def test_many_villages_make_a_small_page() -> None:
    count = 20_000
    rng = np.random.default_rng(1)
    held = gpd.GeoDataFrame(
        {"village_id": [f"V{i}" for i in range(count)], "name": "上峪沟", "township": "城关镇",
         "county_code": "A1", "people": rng.integers(5, 400, count), "households": 9,
         "place_precision": "point", "extra": [{}] * count},
        geometry=gpd.points_from_xy(rng.uniform(111, 112, count), rng.uniform(36, 37, count)),
        crs=4326,
    )  # fmt: skip
    told = context()
    page = render_page(overview_map(told, boundaries=counties(), villages=held), told)
    assert len(page.encode()) < 260_000 + 45 * count


@pytest.mark.parametrize(("rises_to", "bright"), [
    ((1, 1), True), ((-1, -1), False),  # a plane rising to the south-east faces the light
])  # fmt: skip
def test_relief_is_lit_from_the_north_west(
    monkeypatch: pytest.MonkeyPatch, rises_to: tuple[int, int], bright: bool
) -> None:
    drawn: list[np.ndarray] = []
    monkeypatch.setattr(images, "_png", lambda pixels, palette: drawn.append(pixels) or "")
    grid = Grid(CRS.from_epsg(4546), 500_000.0, 4_000_000.0, 100.0, 40, 40)
    south, east = np.mgrid[0:40, 0:40]
    plane = 1000 + 20.0 * (rises_to[0] * east + rises_to[1] * south)
    images.relief_picture(grid.wrap(np.zeros((40, 40), "f4")))
    images.relief_picture(grid.wrap(plane.astype("f4")))
    flat, slope = (np.median(pixels[pixels > 0]) for pixels in drawn)
    assert bool(slope > flat) is bright


def test_linked_page_names_our_assets_and_asset_paths_stay_inside() -> None:
    told = context()
    found = overview_map(told, boundaries=counties())
    page = render_page(found, told, inline=False, asset_base="/assets/")
    assert '<script src="/assets/upland.js"></script>' in page
    assert asset_path("../maps/page.py") is None
    assert asset_path("upland.js") is not None
