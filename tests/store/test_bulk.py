"""Binary COPY: the server reads back what was built."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gis_core.store import bulk
from gis_core.store.workspace import Workspace


def test_a_row_by_hand() -> None:
    columns = [bulk.integers([258]), bulk.texts(["村"]), bulk.texts([None])]
    assert bytes(bulk.build_rows(columns, 0, 1)) == (
        b"\x00\x03"
        b"\x00\x00\x00\x04\x00\x00\x01\x02"
        b"\x00\x00\x00\x03" + "村".encode() + b"\xff\xff\xff\xff"
    )


def test_a_point_is_ewkb_with_its_srid() -> None:
    field = bulk.geometries(gpd.GeoSeries([shapely.Point(111.5, 36.25), None]))
    expected = shapely.to_wkb(
        shapely.set_srid(shapely.Point(111.5, 36.25), 4326), include_srid=True
    )
    size = len(expected).to_bytes(4, "big")
    rows = bytes(bulk.build_rows([field], 0, 2))
    assert rows == b"\x00\x01" + size + expected + b"\x00\x01\xff\xff\xff\xff"


@pytest.mark.postgis
@settings(
    max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(
    rows=st.lists(
        st.tuples(
            st.integers(-(2**31), 2**31 - 1),
            st.one_of(st.none(), st.text(st.characters(codec="utf-8", exclude_characters="\0"))),
            st.dictionaries(st.text("abc", min_size=1), st.integers(-9, 9)),
        ),
        min_size=1,
        max_size=50,
    )
)
def test_any_rows_come_back(workspace: Workspace, rows: list) -> None:
    with workspace.writing() as connection:
        connection.exec_driver_sql("CREATE TEMP TABLE t (n int, s text, d jsonb, i serial)")
        workspace.copy(connection, "t", {
            "n": bulk.integers(np.array([r[0] for r in rows])),
            "s": bulk.texts([r[1] for r in rows]),
            "d": bulk.documents([r[2] for r in rows]),
        })  # fmt: skip
        found = connection.exec_driver_sql("SELECT n, s, d FROM t ORDER BY i").fetchall()
        connection.exec_driver_sql("DROP TABLE t")
    assert [tuple(row) for row in found] == rows


def test_chunks_give_the_same_bytes() -> None:
    texts = bulk.texts([str(i) * (i % 7) for i in range(100)])
    whole = bytes(bulk.build_rows([texts], 0, 100))
    parts = b"".join(bytes(bulk.build_rows([texts], i, i + 10)) for i in range(0, 100, 10))
    assert parts == whole


def test_missing_whole_numbers_are_null() -> None:
    rows = bytes(bulk.build_rows([bulk.integers([1, None], width=8)], 0, 2))
    assert rows == b"\x00\x01\x00\x00\x00\x08" + bytes(7) + b"\x01\x00\x01\xff\xff\xff\xff"


@pytest.mark.postgis
def test_shapes_are_stored_flat_and_polygons_as_multipolygons(workspace: Workspace) -> None:
    box = shapely.box(0, 0, 1, 1)
    shapes = [box, None, shapely.MultiPolygon([box, shapely.box(2, 2, 3, 3)]), shapely.Polygon()]
    with workspace.writing() as connection:
        connection.exec_driver_sql(
            "CREATE TEMP TABLE t (flat geometry(Geometry, 4326), many geometry(MultiPolygon, 4326),"
            " i serial)"
        )
        raised = [shapely.force_3d(shape, 5) for shape in shapes]
        workspace.copy(connection, "t", {
            "flat": bulk.geometries(raised),
            "many": bulk.geometries(shapes, multi=True),
        })  # fmt: skip
        query = "SELECT ST_AsBinary(flat), ST_AsBinary(many) FROM t ORDER BY i"
        found = connection.exec_driver_sql(query).fetchall()
        connection.exec_driver_sql("DROP TABLE t")
    flat, many = (shapely.from_wkb(list(column)) for column in zip(*found, strict=True))
    assert list(flat) == [shapes[0], None, shapes[2], None]
    assert list(many) == [shapely.MultiPolygon([box]), None, shapes[2], None]
