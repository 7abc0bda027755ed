"""Figures by unit matched to the units."""

from pathlib import Path

import pandas as pd
import pytest

from gis_core.errors import InvalidLayerError
from gis_core.sources.boundaries import read_boundaries
from gis_core.sources.tables import read_unit_table

UNITS = pd.DataFrame(
    {"code": ["990001", "990002", "990003"], "name_zh": ["东山县", "西河县", "蒲县"]}
)


def test_the_code_decides_and_names_are_remarked(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(
        "CODE,NAME,people,share,note\n990001,东山县,100,0.5,a\n990002,老河县,\"1,200\",,b\n"
        "990002,西河县,7,0.1,c\n990009,蒲县,8,0.2,d\n", "gb18030",
    )  # fmt: skip
    table = read_unit_table(path, UNITS)
    assert table.frame.index.tolist() == ["990001", "990002"]
    assert table.frame["people"].tolist() == [100, 1200]
    assert table.frame["share"].isna().tolist() == [False, True]
    assert table.frame["note"].tolist() == ["a", "b"]
    found = {(r.row, r.action): r.reason.en for r in table.remarks}
    assert "called 老河县 in the table and 西河县" in found[3, "note"]
    assert "taken as 1200" in found[3, "mended"]
    assert "already" in found[4, "refused"]
    assert "the name may be 蒲县 990003" in found[5, "waiting"]
    assert "蒲县 990003 has no row" in found[None, "note"]


def test_names_alone_must_be_certain(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("县名,人口\n东山,1\n冬山县,2\n", "utf-8")
    table = read_unit_table(path, UNITS)
    assert table.frame.index.tolist() == ["990001"]
    assert [r.row for r in table.remarks if r.action == "waiting"] == [3]


def test_tables_of_another_region_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("code,name,people\n1,北京,2\n", "utf-8")
    with pytest.raises(InvalidLayerError, match="no row matches"):
        read_unit_table(path, UNITS)
    path.write_text("a,b\n1,2\n", "utf-8")
    with pytest.raises(InvalidLayerError, match="unit's code or name"):
        read_unit_table(path, UNITS)


@pytest.mark.shared_data
def test_the_census_table(shared_data: Path) -> None:
    units = read_boundaries(
        shared_data / "boundaries" / "linfen_counties_datav_gcj02.geojson"
    ).frame
    table = read_unit_table(shared_data / "census" / "linfen_census2020_county.csv", units)
    assert table.frame.shape == (17, 122)
    assert table.frame["POPU"].sum() == 3_976_481
    assert table.remarks == ()
