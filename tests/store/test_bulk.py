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
