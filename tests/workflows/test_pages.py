"""What the pages gather: of a county without survey, of people unknown, of villages held back."""

import pytest

from gis_core.layers import CheckedFrame, LayerInfo
from gis_core.provenance import Provenance
from gis_core.store.workspace import Workspace
from gis_core.workflows.pages import city_page, county_page
from gis_core.workflows.publishing import published_run
from tests.products import landscape

pytestmark = pytest.mark.postgis


@pytest.fixture
def planned(workspace: Workspace) -> Workspace:
    """Two counties, a survey of A1 alone, a plan that waits for a village of unknown people."""
    counties = landscape.counties().assign(level="county", parent_code="")
    villages = landscape.villages().iloc[:3]
    for theme, kind, frame, keep in (
        ("county", "boundaries", counties, workspace.add_boundaries),
        ("villages", "villages", villages, workspace.add_villages),
    ):
        info = LayerInfo(theme=theme, kind=kind, file_name=f"{theme}.csv", file_hash=theme)
        keep(CheckedFrame(info, frame))
    document = landscape.plan()
    document["assignments"] = document["assignments"][:2]
    document["deferred"].append({**document["deferred"][0], "village_id": "V9", "people": None})
    name = landscape.NAMES[0]
    document["conflicts"] = [{"text": {"en": f"{name} is too large", "zh": f"{name}人口过多"}}]
    workspace.save_run("plan", document=document, provenance=Provenance("", {}, {}))
    return workspace


def test_a_county_without_survey_tells_no_people_and_no_plan(planned: Workspace) -> None:
    page = county_page(planned, "B2", lang="en", show_villages=True)
    assert "<dt>Surveyed villages</dt><dd>0</dd>" in page
    assert "Surveyed people" not in page
    assert "People to move" not in page
    assert "too large" not in page
    page = county_page(planned, "A1", lang="en", show_villages=True)
    assert "<dt>Surveyed people</dt><dd>220</dd>" in page
    assert "<dt>People deferred</dt><dd>120</dd>" in page


def test_conflicts_name_no_village_that_is_not_public(planned: Workspace) -> None:
    for show, said in ((True, f"{landscape.NAMES[0]}人口过多"), (False, "…人口过多")):
        for page in (
            city_page(planned, lang="zh", show_villages=show),
            county_page(planned, "A1", lang="zh", show_villages=show),
        ):
            assert said in page


def test_people_by_county_are_whole_numbers(planned: Workspace) -> None:
    document = published_run(planned, planned.run(kind="plan"))
    assert repr(document["deferred_by_county"][0]["people"]) == "120"
