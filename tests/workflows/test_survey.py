"""The survey held against its report when the region defines no size classes."""

from pathlib import Path

import pytest

from gis_core.cli.output import Voice
from gis_core.cli.survey import print_check
from gis_core.store.workspace import Workspace
from gis_core.workflows.imports import SurveySource, import_villages
from gis_core.workflows.survey import check_workspace_survey

pytestmark = pytest.mark.postgis


def test_no_size_classes_is_a_problem_with_its_cure(
    workspace: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "s.csv").write_text("村名,人口,户数\n甲,80,20\n乙,120,30\n", "utf-8")
    import_villages(workspace, SurveySource(tmp_path / "s.csv"))
    check = check_workspace_survey(workspace, None)
    assert not check.ok
    assert [p.code for p in check.problems] == ["no_brackets"]
    assert check.problems[0].figures == {"villages": 2, "households": 50, "people": 200}
    print_check(Voice(), check.as_dict("en"))
    said = capsys.readouterr().out
    assert said.startswith("- The region defines no size classes")  # no empty table above it
    assert "--totals FILE.csv" in said
    (tmp_path / "t.csv").write_text(
        "label,min_people,max_people,villages,households,people\nall sizes,1,199,2,50,200\n",
        "utf-8",
    )
    assert check_workspace_survey(workspace, tmp_path / "t.csv").ok
    import_villages(workspace, SurveySource(tmp_path / "s.csv", totals=tmp_path / "t.csv"))
    assert check_workspace_survey(workspace, None).ok
