"""The mapping file: shown, saved, corrected, read back."""

from pathlib import Path

import geopandas as gpd
import pytest

from gis_core.errors import InvalidParameterError, InvalidSurveyError
from gis_core.sources.survey.mapping import (
    ColumnMapping,
    mapping_from_dict,
    read_mapping,
    write_mapping,
)
from gis_core.sources.survey.villages import read_villages


def test_written_then_read_is_the_same(tmp_path: Path) -> None:
    mapping = ColumnMapping({"people": "规模/人口", "name": "自然村"}, "调查表", "EPSG:4546")
    write_mapping(tmp_path / "m.yaml", mapping)
    assert read_mapping(tmp_path / "m.yaml") == mapping


def test_a_saved_mapping_reads_the_same_survey(tmp_path: Path, units: gpd.GeoDataFrame) -> None:
    survey = tmp_path / "s.csv"
    survey.write_text("屯,村名,男女老少,常住人口\na,b,30,20\nc,d,31,21\n", "utf-8")
    plain = read_villages(survey, units=units)
    assert plain.layer.frame["people"].tolist() == [20, 21]
    corrected = {**plain.columns.columns, "people": "男女老少"}
    write_mapping(tmp_path / "m.yaml", ColumnMapping(corrected))
    again = read_villages(survey, units=units, mapping=tmp_path / "m.yaml")
    assert again.layer.frame["people"].tolist() == [30, 31]
    assert again.layer.frame["extra"][0]["常住人口"] == "20"


def test_a_column_that_is_not_there_is_named(tmp_path: Path) -> None:
    survey = tmp_path / "s.csv"
    survey.write_text("村名,人口\na,1\n", "utf-8")
    with pytest.raises(InvalidSurveyError, match=r"总人数.*found: 村名, 人口"):
        read_villages(survey, mapping={"people": "总人数"})


def test_unknown_fields_and_other_forms_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidParameterError, match="peple.*known are"):
        mapping_from_dict({"peple": "人口"})
    with pytest.raises(InvalidParameterError):
        mapping_from_dict(["people"])
    (tmp_path / "bad.yaml").write_text("a: [", "utf-8")
    with pytest.raises(InvalidParameterError, match="YAML"):
        read_mapping(tmp_path / "bad.yaml")
    with pytest.raises(InvalidParameterError):
        read_mapping(tmp_path / "none.yaml")
