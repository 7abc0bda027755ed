"""Files made to hurt: each refused in one sentence, nothing written, no memory or time lost."""

import sqlite3
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import openpyxl
import pytest
from shapely.geometry import Point

from gis_core.provenance import hash_file
from gis_core.settings import Settings
from gis_core.store.workspace import Workspace
from tests.cli.test_bad_input import Upland, kept, layer, refused

__all__ = ["kept"]  # the fixture
pytestmark = pytest.mark.postgis
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SHEET, STRINGS = f"{OFFICE}/worksheet", f"{OFFICE}/sharedStrings"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
RELATIONS = f'<Relationships xmlns="{PACKAGE}">'
PARTS = {
    "_rels/.rels": f'{RELATIONS}<Relationship Id="r1" Type="{OFFICE}/officeDocument" '
                   'Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
                       '<sheet name="t" sheetId="1" r:id="r1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels":
        f'{RELATIONS}<Relationship Id="r1" Type="{SHEET}" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="r2" Type="{STRINGS}" Target="sharedStrings.xml"/>'
        "</Relationships>",
}  # fmt: skip
LAUGHS = '<!ENTITY a "aaaaaaaaaa">' + "".join(
    f'<!ENTITY {chr(98 + i)} "{10 * f"&{chr(97 + i)};"}">' for i in range(9)
)
PASSWD = '<!ENTITY j SYSTEM "file:///etc/passwd">'


def workbook(path: Path, name: str = "甲", *, entities: str = "", padding: int = 0) -> Path:
    """A survey of one village with shared strings, 村名 and 人口, and `padding` blank bytes."""
    doctype = f"<!DOCTYPE sst [{entities}]>" if entities else ""
    strings = "".join(f"<si><t>{text}</t></si>" for text in ("村名", "人口", name))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for part, text in PARTS.items():
            archive.writestr(part, text)
        archive.writestr("xl/sharedStrings.xml", f'{doctype}<sst xmlns="{MAIN}">{strings}</sst>')
        archive.writestr(
            "xl/worksheets/sheet1.xml",
            f'<worksheet xmlns="{MAIN}"><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c>'
            '<c r="B1" t="s"><v>1</v></c></row><row r="2"><c r="A2" t="s"><v>2</v></c>'
            f'<c r="B2"><v>20</v></c></row></sheetData>{" " * padding}</worksheet>',
        )
    return path


def truncated(path: Path) -> Path:
    whole = workbook(path).read_bytes()
    path.write_bytes(whole[: len(whole) * 2 // 3])
    return path


def lying(path: Path) -> Path:
    """Shared strings that are longer than the archive says."""
    workbook(path, "甲" * 10_000)
    with zipfile.ZipFile(path, "a") as archive:
        archive.getinfo("xl/sharedStrings.xml").file_size = 300
        archive.writestr("end", "")  # so that the directory is written anew
    return path


def too_many(path: Path) -> Path:
    book = openpyxl.Workbook()
    for row in (["村名", "人口"], ["甲", 1e308]):
        book.active.append(row)
    book.save(path)
    return path


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (truncated, "not a readable workbook"),
        (lambda path: workbook(path, padding=80 << 20), "sheet1.xml unpacks"),
        (lying, "not a readable workbook"),
        (lambda path: workbook(path, "&j;", entities=LAUGHS), "not a readable workbook"),
        (lambda path: workbook(path, "&j;", entities='<!ENTITY j "&k;"><!ENTITY k "&j;">'),
         "not a readable workbook"),
        (lambda path: workbook(path, "&j;", entities=PASSWD), "not a readable workbook"),
        (too_many, "1e+308"),
    ],
)  # fmt: skip
def test_a_hostile_workbook(
    upland: Upland, kept: Settings, tmp_path: Path, made: Callable[[Path], Path], said: str
) -> None:
    english = refused(upland, kept, "import", "villages", str(made(tmp_path / "s.xlsx")))
    assert "s.xlsx" in english
    assert said in english
    assert len(english) < 400
    assert "root:" not in english


def test_the_workbook_itself_is_sound(upland: Upland, workspace: Workspace, tmp_path: Path) -> None:
    path = workbook(tmp_path / "s.xlsx", padding=1 << 20)  # what the hostile ones spoil
    assert upland("import", "villages", str(path), on=workspace.settings).code == 0


@pytest.mark.parametrize("head", [["村名", "人口"], ["x", "x"]])
def test_five_thousand_columns(
    upland: Upland, kept: Settings, tmp_path: Path, head: list[str]
) -> None:
    rows = [[*head, *(f"列{i}" for i in range(4998))], ["甲", "20", *(["x"] * 4998)]]
    (tmp_path / "s.csv").write_text("\n".join(map(",".join, rows)), "utf-8")
    english = refused(upland, kept, "import", "villages", str(tmp_path / "s.csv"))
    assert "has 5,000 columns; a village survey has at most 1,000" in english


FEATURE = '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{},"geometry":'


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.geojson", FEATURE + '{"type":"Polygon","coordinates":' + "[" * 10_000 + "]" * 10_000
                      + "}}]}"),
        ("a.geojson", FEATURE + '{"type":"GeometryCollection","geometries":[' * 5_000
                      + "]}" * 5_000 + "}]}"),
        ("a.kml", f'<!DOCTYPE kml [{PASSWD}]><kml xmlns="http://www.opengis.net/kml/2.2"><Document>'
                  "<Placemark><name>&j;</name><Point><coordinates>111,36</coordinates></Point>"
                  "</Placemark></Document></kml>"),
        ("a.gml", f"<!DOCTYPE g [{LAUGHS}]><g>&j;</g>"),
    ],
)  # fmt: skip
def test_a_hostile_layer(
    upland: Upland, kept: Settings, tmp_path: Path, name: str, text: str
) -> None:
    path = tmp_path / name
    path.write_text(text, "utf-8")
    for command in (("layer", "new"), ("boundaries",), ("villages",)):
        english = refused(upland, kept, "import", *command, str(path))
        assert name in english
        assert len(english) < 500
        assert "root:" not in english


VIEW = """
CREATE VIEW endless AS WITH RECURSIVE r(fid, geom, name) AS
    (SELECT fid, geom, name FROM given UNION ALL SELECT fid + 1, geom, name FROM r) SELECT * FROM r;
INSERT INTO gpkg_contents SELECT 'endless', data_type, 'endless', description, last_change,
    min_x, min_y, max_x, max_y, srs_id FROM gpkg_contents WHERE table_name = 'given';
INSERT INTO gpkg_geometry_columns SELECT 'endless', column_name, geometry_type_name, srs_id, z, m
    FROM gpkg_geometry_columns WHERE table_name = 'given';
"""
TRIGGER = "CREATE TRIGGER grow AFTER INSERT ON given BEGIN INSERT INTO given(name) VALUES (1); END;"


def geopackage(folder: Path, script: str) -> Path:
    path = layer(folder, [Point(111, 36)])
    with closing(sqlite3.connect(path)) as database:
        database.executescript(script)
    return path


def test_a_geopackage_with_an_endless_view(upland: Upland, kept: Settings, tmp_path: Path) -> None:
    path = str(geopackage(tmp_path, VIEW))
    assert "is a view" in refused(
        upland, kept, "import", "layer", "new", path, "--layer", "endless"
    )
    assert "sheet given" in refused(upland, kept, "import", "villages", path)  # the view unread


def test_a_geopackages_trigger_never_runs(
    upland: Upland, workspace: Workspace, tmp_path: Path
) -> None:
    path = geopackage(tmp_path, TRIGGER)
    before = hash_file(path)
    assert upland("import", "layer", "new", str(path), on=workspace.settings).code == 0
    assert workspace.layer("new").count == 1
    assert hash_file(path) == before
    assert [p.name for p in tmp_path.iterdir() if p.is_file()] == [path.name]
