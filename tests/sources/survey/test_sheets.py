"""Files of every kind as sheets of cells, and the files that cannot be."""

import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pytest
import xlwt
from shapely.geometry import Point, box

from gis_core.errors import (
    GisCoreError,
    InvalidSurveyError,
    MissingCrsError,
    UnreadableFileError,
)
from gis_core.sources.survey.sheets import read_sheets

Book = Callable[..., Path]

TABLE = "村名,人口\n张家庄,45\n\n李家庄,50\n"


def with_xml(path: Path, change: tuple[bytes, bytes], member: str = "sheet1.xml") -> Path:
    """Rewrite one member of an xlsx with a regular expression."""
    changed = path.with_stem(path.stem + "_changed")
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(changed, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            if name.endswith(member):
                data, number = re.subn(change[0], change[1], data)
                assert number
            target.writestr(name, data)
    return changed


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "\uff0c"])
def test_csv_in_every_encoding_and_delimiter(tmp_path: Path, encoding: str, delimiter: str) -> None:
    path = tmp_path / "s.csv"
    path.write_bytes(TABLE.replace(",", delimiter).encode(encoding))
    (sheet,) = read_sheets(path)
    assert sheet.rows == [["村名", "人口"], ["张家庄", "45"], ["李家庄", "50"]]
    assert sheet.numbers == [1, 2, 4]


def test_quoted_cells_keep_delimiters_and_line_breaks(tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    path.write_bytes('村名,备注\r\n甲,"a,b\r\nc"\r\n乙,\r\n'.encode())
    (sheet,) = read_sheets(path)
    assert sheet.rows[1:] == [["甲", "a,b\r\nc"], ["乙", None]]
    assert sheet.numbers == [1, 2, 3]


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("big5", "村名,人口\n張家莊,45\n龍泉鎮,3\n灣頭,2\n"),
        ("shift_jis", "村の名前,人口\nやまだむら,45\nさとうちょう,3\n"),
        ("latin-1", "nom du village,habitants\nÉtréchy,45\nCrécy-lès-Épagny,3\n"),
        ("cp1251", "название деревни,население\nИваново,45\n"),
    ],
)
def test_other_encodings_are_refused_not_garbled(tmp_path: Path, encoding: str, text: str) -> None:
    path = tmp_path / "s.csv"
    path.write_bytes(text.encode(encoding))
    with pytest.raises(UnreadableFileError, match="neither UTF-8 nor GB18030") as refused:
        read_sheets(path)
    assert "乱码" in refused.value.text.zh


def test_one_broken_byte_in_utf8_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    lines = ["村名,人口", *(f"张家庄{i},45" for i in range(9))]
    path.write_bytes("\n".join(lines).encode() + b"\n\xe6\x9d,3\n")
    with pytest.raises(UnreadableFileError, match="line 11.*broken"):
        read_sheets(path)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("s.csv", b"", "0 bytes"),
        ("s.xlsx", b"", "0 bytes"),
        ("s.csv", b" \n\n", "empty"),
        ("s.csv", b"\x7fELF\0\0\0\0binary", "binary"),
        ("s.csv", b'a,b\n"never closed', "quote"),
        ("s.xlsx", b"PK\x03\x04 broken", "not a readable workbook"),
        ("s.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "not a readable workbook"),
        ("s.xlsx", b"%PDF-1.7 something", "not a readable workbook"),
        ("s.xls", b"<html><table><tr><td>1</td></tr></table></html>", "web page"),
        ("s.gpkg", b"SQLite format 3\0" + bytes(50), "s.gpkg"),
        ("s.geojson", b'{"type": "FeatureCollection", "features": [', "s.geojson"),
    ],
)
def test_unreadable_files_say_why(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    if words == "quote":
        path.write_bytes(content * 1 + b"x" * 1_200_000)
    with pytest.raises(UnreadableFileError, match=words) as refused:
        read_sheets(path)
    assert str(path) in refused.value.text.zh


def test_missing_files_and_folders(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match="Check the path"):
        read_sheets(tmp_path / "none.csv")
    with pytest.raises(UnreadableFileError, match="folder"):
        read_sheets(tmp_path)


def test_a_truncated_xlsx(book: Book) -> None:
    path = book({"s": [["村名", "人口"], ["a", 1]]})
    path.write_bytes(path.read_bytes()[:-400])
    with pytest.raises(UnreadableFileError, match="truncated"):
        read_sheets(path)


def test_a_damaged_member_of_an_xlsx(book: Book) -> None:
    path = book({"s": [["村名", "人口"], ["a", 1]]})
    with pytest.raises(UnreadableFileError, match="not a readable workbook"):
        read_sheets(with_xml(path, (rb"</sheets>", b"<"), "workbook.xml"))


def test_a_password_protected_xlsx(tmp_path: Path) -> None:
    path = tmp_path / "s.xlsx"
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1200)
    path.write_bytes(head + "EncryptedPackage".encode("utf-16-le") + bytes(3000))
    with pytest.raises(UnreadableFileError, match="password"):
        read_sheets(path)


def test_xlsx_keeps_row_numbers_merges_formulas_and_errors(tmp_path: Path) -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.title = "表"
    sheet["B2"], sheet["C2"] = "村名", "人口"
    sheet["B5"], sheet["C5"] = "甲", "=40+5"
    sheet["B6"], sheet["C6"] = "乙", 3
    sheet.merge_cells("B6:B7")
    workbook.save(tmp_path / "s.xlsx")
    stored = with_xml(tmp_path / "s.xlsx", (rb"<f>40\+5</f><v ?/>", b"<f>40+5</f><v>45</v>"))
    (read,) = read_sheets(stored)
    assert read.rows == [[None, "村名", "人口"], [None, "甲", 45.0], [None, "乙", 3.0]]
    assert read.numbers == [2, 5, 6]
    assert read.formulas == {(5, 2): True}
    assert read.merged == ((6, 1, 7, 1),)
    (bare,) = read_sheets(tmp_path / "s.xlsx")
    assert bare.formulas == {(5, 2): False}
    error = with_xml(stored, (rb'r="C6"([^>]*) t="n"><v>3<', rb'r="C6" t="e"><v>#N/A<'))
    (wrong,) = read_sheets(error)
    assert wrong.errors == {(6, 2)}


@pytest.mark.parametrize("claim", [b"A1:Z1048576", b"A1:XFD1048576"])
def test_a_dimension_that_claims_a_million_rows_costs_nothing(book: Book, claim: bytes) -> None:
    path = book({"s": [["村名", "人口"], ["a", 1]]})
    changed = with_xml(path, (rb'<dimension ref="[^"]*"', b'<dimension ref="' + claim + b'"'))
    (sheet,) = read_sheets(changed)
    assert sheet.rows == [["村名", "人口"], ["a", 1.0]]


def test_a_stray_cell_at_the_far_corner_is_refused(book: Book) -> None:
    path = book({"s": [["村名", "人口"], ["a", 1]]})
    corner = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    with pytest.raises(InvalidSurveyError, match="row 1,048,576 and column 16,384"):
        read_sheets(with_xml(path, (rb"</sheetData>", corner)))


def test_an_archive_that_unpacks_without_end_is_refused(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = book({"s": [["村名", "人口"], ["a", 1]]})
    monkeypatch.setattr("gis_core.sources.survey.workbook.MOST_BYTES", 1000)
    with pytest.raises(UnreadableFileError, match="unpacks to"):
        read_sheets(path)


def test_xls(tmp_path: Path) -> None:
    workbook = xlwt.Workbook()
    sheet = workbook.add_sheet("调查表")
    sheet.write_merge(0, 0, 0, 1, "标题")
    for column, cells in enumerate((["村名", "甲"], ["人口", 45])):
        for row, cell in enumerate(cells, start=1):
            sheet.write(row, column, cell)
    workbook.save(str(tmp_path / "s.xls"))
    (read,) = read_sheets(tmp_path / "s.xls")
    assert read.name == "调查表"
    assert read.rows == [["标题", None], ["村名", "人口"], ["甲", 45]]
    assert read.merged == ((1, 0, 1, 1),)


def test_a_workbook_named_csv_is_read_as_what_it_is(book: Book) -> None:
    path = book({"s": [["村名", "人口"], ["a", 1]]})
    path = path.rename(path.with_suffix(".csv"))
    assert read_sheets(path)[0].rows[1] == ["a", 1.0]


def test_empty_sheets_are_passed_over_and_an_empty_book_refused(book: Book) -> None:
    assert [s.name for s in read_sheets(book({"空": [], "s": [["村名"], ["a"]]}))] == ["s"]
    with pytest.raises(InvalidSurveyError, match="no filled cell"):
        read_sheets(book({"空": []}))


@pytest.mark.parametrize("suffix", [".geojson", ".gpkg"])
def test_point_layers(tmp_path: Path, suffix: str) -> None:
    frame = gpd.GeoDataFrame(
        {"村名": ["甲", "乙", "丙"], "人口": [45, 50, 60]},
        geometry=[Point(110.5, 36.5), None, Point(110.6, 36.6)], crs=4326,
    )  # fmt: skip
    frame.to_file(tmp_path / f"s{suffix}")
    (sheet,) = read_sheets(tmp_path / f"s{suffix}")
    assert sheet.rows[0] == ["村名", "人口", "lon", "lat"]
    assert sheet.rows[1] == ["甲", 45, 110.5, 36.5]
    assert sheet.rows[2] == ["乙", 50, None, None]
    assert sheet.numbers == [0, 1, 2, 3]


def test_areas_stand_by_a_point_inside_and_layers_in_metres_are_converted(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame({"村名": ["甲"]}, geometry=[box(110, 36, 110.2, 36.2)], crs=4326)
    frame.to_crs(4546).to_file(tmp_path / "s.gpkg")
    (sheet,) = read_sheets(tmp_path / "s.gpkg")
    assert sheet.rows[1][1:] == pytest.approx([110.1, 36.1], abs=0.01)
    assert "no points" in sheet.notes[0].en
    assert sheet.source_crs == "EPSG:4546"


def test_a_layer_without_crs_is_refused(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame({"村名": ["甲"]}, geometry=[Point(1, 2)])
    with pytest.warns(UserWarning, match="crs"):
        frame.to_file(tmp_path / "s.gpkg")
    with pytest.raises(MissingCrsError):
        read_sheets(tmp_path / "s.gpkg")


def test_every_refusal_has_both_languages(tmp_path: Path) -> None:
    (tmp_path / "s.csv").write_bytes(b"")
    with pytest.raises(GisCoreError) as refused:
        read_sheets(tmp_path / "s.csv")
    assert refused.value.text.zh != refused.value.text.en


@pytest.mark.parametrize("seed", range(30))
def test_damaged_bytes_are_refused_with_words_or_read(book: Book, seed: int) -> None:
    path = book({"s": [["村名", "人口"], *([f"村{i}", i] for i in range(30))]})
    rng = np.random.default_rng(seed)
    content = bytearray(path.read_bytes())
    for place in rng.integers(0, len(content), size=12):
        content[place] = rng.integers(256)
    path.write_bytes(content)
    said: list[GisCoreError] = []
    try:
        rows = read_sheets(path)[0].rows
    except GisCoreError as refused:
        said, rows = [refused], []
    assert rows or (str(path) in said[0].text.en and str(path) in said[0].text.zh)
