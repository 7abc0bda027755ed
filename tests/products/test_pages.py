"""City and county pages: empty, whole and impossible workspaces, both languages, hostile names."""

import re
from typing import Any

import pytest

from gis_core.products.pages.pages import PageFigures, render
from gis_core.products.pages.strings import STRINGS
from gis_core.text import Text
from gis_core.words import word
from gis_core.workflows.pages import bases_of, plan_of
from tests.products.landscape import HOSTILE, context, plan

NAME = Text("Testland", "试验市")
CONFLICT = Text("8 bases fit, 16 were asked for", "最多选8处，要求16处")


def bases(why: str = "near a road") -> dict[str, Any]:
    row = {
        "number": 1, "county": "A1", "county_name": {"en": "Jia", "zh": "甲县"},
        "area_mu": 15000.4, "mean_score": 0.845, "why": {"en": why, "zh": why},
    }  # fmt: skip
    return {"status": "optimal", "objective": 225368.0, "bound": 225400.0, "gap": 0.00014,
            "bases": [row], "conflicts": []}  # fmt: skip


def impossible(**more: Any) -> dict[str, Any]:
    return {"status": "infeasible", "objective": None, "bound": None, "gap": None, **more}


def flat(page: str) -> str:
    return re.sub(r">\s+<", "><", page)


@pytest.mark.parametrize("key", STRINGS)
def test_string_exists_in_both_languages(key: str) -> None:
    assert STRINGS[key].en.strip()
    if key not in ("other_language",):  # each page names the other language in that language
        assert re.search(r"[\u4e00-\u9fff]", STRINGS[key].zh)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_page_of_an_empty_workspace_says_what_to_do(lang: str) -> None:
    page = render(context(lang, labels=(), sources=(), left_out=()), PageFigures(NAME))
    assert STRINGS["nothing"].in_(lang) in page
    assert "<table" not in page
    assert "<iframe" not in page


def test_the_plan_has_its_total_and_its_proof_with_units() -> None:
    page = flat(render(context("zh"), PageFigures(NAME, plan=plan(), bases=bases())))
    assert (
        '<tr class="all"><th scope="row">合计</th><td>3</td><td>180</td><td>18</td><td>90</td></tr>'
        in page
    )
    assert "目标值 225,368 亩，界 225,400 亩，差距 0.01%" in page
    assert "目标值 900 分，界 899 分，差距 0.10%" in page
    assert not re.search(r"\d (mu|yuan)\b", page)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_is_impossible_is_told_without_any_result(lang: str) -> None:
    told = {"en": "3,300 people a year are too few", "zh": "每年3300人的指标不足"}
    page = render(context(lang), PageFigures(
        NAME, totals={"units": 2},
        bases=impossible(bases=[], conflicts=[{"en": CONFLICT.en, "zh": CONFLICT.zh}]),
        plan=impossible(years=[], conflicts=[{"text": told}]),
    ))  # fmt: skip
    assert CONFLICT.in_(lang) in page
    assert told[lang] in page
    assert page.count(word("infeasible").in_(lang)) == 2
    assert "<table" not in page


def test_a_county_page_tells_its_land_in_mu_and_ha_and_what_limits_it() -> None:
    areas = {"s1": 150.0, "s2": 300.0, "s3": 0.0, "n1": 0.0, "n2": 0.0, "excluded": 1050.0,
             "no_data": 0.0}  # fmt: skip
    held: dict[str, Any] = {f"{key}_area_mu": mu for key, mu in areas.items()}
    held |= {f"{key}_area_ha": mu / 15 for key, mu in areas.items()}
    limit = {
        "title": {"en": "Slope", "zh": "坡度"},
        "area_mu": 450.0,
        "area_ha": 30.0,
        "share": 1.0,
    }
    held |= {"area_mu": 1500.0, "area_ha": 100.0, "limiting_factors": [limit],
             "text": [{"en": "Jia has 1,500 mu.", "zh": "甲县土地面积 1500 亩。"}]}  # fmt: skip
    page = flat(render(context("zh", county="A1"), PageFigures(NAME, land=held)))
    for row in (
        '<th scope="row">S1 高度适宜</th><td>150</td><td>10</td><td>10.0%</td>',
        '<th scope="row">按规则排除</th><td>1,050</td><td>70</td><td>70.0%</td>',
        '<tr class="all"><th scope="row">合计</th><td>1,500</td><td>100</td><td>100.0%</td>',
        '<th scope="row">坡度</th><td>450</td><td>30</td><td>100.0%</td>',
        "<li>甲县土地面积 1500 亩。</li>",
    ):
        assert row in page
    assert "缺少数据" not in page


def test_conflicts_stand_before_the_years() -> None:
    held = {**plan(), "conflicts": [{"text": {"en": "too few places", "zh": "安置点不足"}}]}
    page = render(context("en"), PageFigures(NAME, plan=held))
    assert page.index("too few places") < page.index('<th scope="row">2005</th>')


def test_hostile_names_stay_text() -> None:
    held = context("en", sources=(HOSTILE,), labels=(Text(HOSTILE, HOSTILE),))
    page = render(held, PageFigures(
        Text(HOSTILE, HOSTILE), bases=bases(why=f'{HOSTILE}" {{{{7*7}}}}\u2028'),
        counties=(('"><img src=x onerror=hit()>', Text(HOSTILE, HOSTILE), (1,)),),
    ))  # fmt: skip
    assert "<script" not in page
    assert "<img" not in page
    assert "{{7*7}}" in page


def test_a_county_page_shows_its_own_map_and_the_way_back() -> None:
    page = render(context("en", county="A1"), PageFigures(
        NAME, maps=("overview", "organic"), totals={"survey_villages": 3}
    ))  # fmt: skip
    assert 'src="/maps/overview?lang=en&amp;county=A1"' in page
    assert 'href="/maps/organic?lang=en&amp;county=A1"' in page
    assert 'href="/?lang=en"' in page
    assert 'href="?lang=zh"' in page


def test_nothing_comes_from_another_server() -> None:
    page = render(context(), PageFigures(NAME, maps=("overview",), plan=plan(), bases=bases()))
    assert not re.search(r'(?:src|href)="(?:https?:)?//', page)


PLACES = (("A1", Text("Jia", "甲县")), ("B/2", Text("Yi", "乙县")))


@pytest.mark.parametrize(("county", "here"), [
    (None, '<a href="/?lang=zh" aria-current="page">试验市</a>'),
    ("A1", '<a href="/county/A1?lang=zh" aria-current="page">甲县</a>'),
    ("B/2", '<a href="/county/B%2F2?lang=zh" aria-current="page">乙县</a>'),
])  # fmt: skip
def test_every_page_leads_to_all_others_and_marks_itself(county: str | None, here: str) -> None:
    page = render(context("zh", county=county), PageFigures(NAME, places=PLACES))
    nav = page[page.index('<nav class="places"') : page.index("</nav>")]
    assert 'aria-label="全市及各县"' in nav
    assert here in nav
    assert nav.count("aria-current") == 1
    for address in ("/?lang=zh", "/county/A1?lang=zh", "/county/B%2F2?lang=zh"):
        assert f'<a href="{address}"' in nav


def test_a_countys_page_says_what_conflicts_in_the_whole_plan() -> None:
    told = {"text": {"en": "too few places", "zh": "安置点不足"}}
    held = {**plan(), "conflicts": [told], "caveats": [{"en": "weights chosen", "zh": "权重自定"}]}
    choice = {**bases(), "conflicts": [{"en": CONFLICT.en, "zh": CONFLICT.zh}]}
    page = render(context("zh", county="A1"), PageFigures(
        NAME, plan=plan_of(held, "A1"), bases=bases_of(choice, "A1")
    ))  # fmt: skip
    assert '<p class="warn">试验市：安置点不足</p>' in page
    assert f'<p class="warn">试验市：{CONFLICT.zh}</p>' in page
    assert "权重自定" in page
    assert "求解" not in page
    unconcerned = render(context("zh", county="C3"), PageFigures(NAME, plan=plan_of(held, "C3")))
    assert "安置点不足" not in unconcerned
    hopeless = {**held, "assignments": [], "deferred": [], "years": []}
    page = render(context("zh", county="C3"), PageFigures(NAME, plan=plan_of(hopeless, "C3")))
    assert "安置点不足" in page
    whole = render(context("zh"), PageFigures(NAME, plan=held))
    assert '<p class="warn">安置点不足</p>' in whole


def test_the_counties_have_their_total() -> None:
    rows = (
        ("A1", Text("Jia", "甲县"), (2, 30.4, None)),
        ("B2", Text("Yi", "乙县"), (1, None, None)),
    )
    page = flat(render(context("en"), PageFigures(NAME, counties=rows)))
    assert '<th scope="row">Total</th><td>3</td><td>30</td><td></td></tr>' in page


def test_the_moment_is_told_as_people_read_it() -> None:
    page = render(context("en", made_at="2026-01-02T08:30+00:00"), PageFigures(NAME))
    assert "Data (2026-01-02 08:30 UTC):" in page
