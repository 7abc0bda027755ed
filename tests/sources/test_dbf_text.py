"""Shapefile text: the encoding is what the bytes say, and a difference is told."""

from pathlib import Path

import geopandas as gpd
import pytest
from shapely.geometry import Point

from gis_core.errors import InvalidParameterError, UnreadableFileError
from gis_core.layers import CheckedFrame
from gis_core.sources.dbf_text import find_encoding
from gis_core.sources.vectors import read_vector

NAMES = ["尧都区", "隰县", "联通", "侯马市"]


def shapefile(folder: Path, encoding: str, *, cpg: str | None, driver: int = 0) -> Path:
    """Write `NAMES` in `encoding`, with a .cpg and a header that may say something else."""
    path = folder / "units.shp"
    frame = gpd.GeoDataFrame({"名称": NAMES}, geometry=[Point(111, 36)] * len(NAMES), crs=4326)
    frame.to_file(path, encoding=encoding)
    path.with_suffix(".cpg").unlink(missing_ok=True)
    if cpg is not None:
        path.with_suffix(".cpg").write_text(cpg, "ascii")
    raw = bytearray(path.with_suffix(".dbf").read_bytes())
    raw[29] = driver
    path.with_suffix(".dbf").write_bytes(raw)
    return path


def read(path: Path) -> CheckedFrame:
    layer = read_vector(path, theme="town")
    assert list(layer.frame["名称"]) == NAMES
    return layer


@pytest.mark.parametrize("driver", [0, 0x57, 0x03])
@pytest.mark.parametrize("encoding", ["gb18030", "utf-8"])
def test_no_cpg(tmp_path: Path, encoding: str, driver: int) -> None:
    [remark] = read(shapefile(tmp_path, encoding, cpg=None, driver=driver)).info.remarks
    assert remark.action == "mended"
    assert encoding.upper() in remark.reason.en


@pytest.mark.parametrize(
    ("encoding", "cpg"),
    [("gb18030", "UTF-8"), ("gb18030", "ISO-8859-1"), ("gb18030", "1252"), ("utf-8", "GBK"),
     ("utf-8", "936"), ("utf-8", "88591")],
)  # fmt: skip
def test_wrong_cpg_is_mended(tmp_path: Path, encoding: str, cpg: str) -> None:
    [remark] = read(shapefile(tmp_path, encoding, cpg=cpg)).info.remarks
    assert remark.action == "mended"
    assert "编码" in remark.reason.zh


@pytest.mark.parametrize(
    ("encoding", "cpg", "driver"),
    [("gb18030", "GBK", 0), ("gb18030", "936", 0), ("gb18030", "GB18030", 0),
     ("utf-8", "UTF-8", 0), ("utf-8", "65001", 0), ("gb18030", None, 0x4D)],
)  # fmt: skip
def test_right_statement_needs_no_remark(
    tmp_path: Path, encoding: str, cpg: str | None, driver: int
) -> None:
    assert read(shapefile(tmp_path, encoding, cpg=cpg, driver=driver)).info.remarks == ()


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8"])
def test_text_cut_by_the_field_width(tmp_path: Path, encoding: str) -> None:
    path, width = tmp_path / "cut.shp", 80
    frame = gpd.GeoDataFrame({"n": ["x" * width]}, geometry=[Point(111, 36)], crs=4326)
    frame.to_file(path, encoding=encoding)
    cut = ("a" + "临" * width).encode(encoding)[:width]  # ends within a character
    with pytest.raises(UnicodeDecodeError):
        cut.decode(encoding)
    raw = path.with_suffix(".dbf").read_bytes()
    assert raw.count(b"x" * width) == 1
    path.with_suffix(".dbf").write_bytes(raw.replace(b"x" * width, cut))
    [text] = read_vector(path, theme="town").frame["n"]
    assert text == "a" + "临" * ((width - 1) // len("临".encode(encoding)))


def test_western_text_is_not_taken_for_chinese() -> None:
    samples = [name.encode("cp1252") for name in ("Québec", "Orléans", "São Paulo")]
    found = find_encoding(samples, "cp1252", vague=True)
    assert found is not None
    assert found.used == "cp1252"


def test_plain_text_needs_no_decision() -> None:
    found = find_encoding([b"road", b"river"], "", vague=False)
    assert found is not None
    assert (found.used, found.certain) == ("utf-8", True)


def test_text_in_no_known_encoding(tmp_path: Path) -> None:
    path = shapefile(tmp_path, "utf-8", cpg="UTF-8")
    raw = path.with_suffix(".dbf").read_bytes()
    broken = raw.replace("尧都区".encode(), b"\xff\xfe\xff\xfe\xff\xfe\xff\xfe\xff")
    path.with_suffix(".dbf").write_bytes(broken)
    with pytest.raises(UnreadableFileError, match=r"units\.shp.*GeoPackage"):
        read_vector(path, theme="town")


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8"])
def test_a_condition_on_chinese_text_finds_it(tmp_path: Path, encoding: str) -> None:
    path = shapefile(tmp_path, encoding, cpg=None)
    layer = read_vector(path, theme="town", where="名称 = '隰县'")
    assert layer.frame["名称"].tolist() == ["隰县"]
    assert [r.action for r in layer.info.remarks] == ["mended"]
    with pytest.raises(InvalidParameterError, match="the fields are 名称"):
        read_vector(path, theme="town", where="县名 = '隰县'")
