"""A million village points into PostGIS: binary COPY built by columns, and its peers.

Every job makes the table anew, without index, and fills it in one transaction, in a throw-away
private cluster with Upland's settings. `to_postgis` is measured twice: as anyone calls it, when
it makes its spatial index as well, and kept from that by a table made before. The floor is the
server's own COPY of the same rows from a file that it wrote itself.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import psycopg
import shapely
import sqlalchemy as sa

from benchmarks.measure import peak_mib, timed_in_turns
from gis_core.store import bulk
from gis_core.store.cluster import PrivateCluster

TABLE = (
    "village_id text NOT NULL, name text, township text, county_code text, "
    "people int NOT NULL, households int NOT NULL, geom geometry(Point, 4326)"
)
TEXTS = ("village_id", "name", "township", "county_code")
NUMBERS = ("people", "households")
SYLLABLES = np.array(list("东西南北上下石河沟坡岭庄村桃杏王李张"))


def made_villages(count: int, *, seed: int = 1) -> gpd.GeoDataFrame:
    """Return `count` villages with Chinese names on random points, EPSG:4326."""
    chance = np.random.default_rng(seed)

    def names(length: int) -> list[str]:
        return [
            "".join(row) for row in SYLLABLES[chance.integers(0, len(SYLLABLES), (count, length))]
        ]

    return gpd.GeoDataFrame(
        {
            "village_id": [f"{number:012d}" for number in range(count)],
            "name": names(3),
            "township": names(2),
            "county_code": chance.integers(100_000, 999_999, count).astype(str),
            "people": chance.integers(1, 3000, count),
            "households": chance.integers(1, 900, count),
        },
        geometry=gpd.points_from_xy(
            chance.uniform(110, 112, count), chance.uniform(35, 37, count)
        ),
        crs=4326,
    ).rename_geometry("geom")  # fmt: skip


def load_ours(connection: psycopg.Connection, villages: gpd.GeoDataFrame) -> None:
    """Fill the table as the store does: columns to binary COPY."""
    columns: dict[str, bulk.Field] = {name: bulk.texts(villages[name]) for name in TEXTS}
    columns |= {name: bulk.integers(villages[name]) for name in NUMBERS}
    columns["geom"] = bulk.geometries(villages.geometry)
    with connection.cursor() as cursor:
        bulk.copy_rows(cursor, "village", columns)


def load_by_text_copy(connection: psycopg.Connection, villages: gpd.GeoDataFrame) -> None:
    """Fill the table row by row through psycopg's text COPY, as its manual shows."""
    shapes = shapely.to_wkb(
        shapely.set_srid(villages.geometry.array, 4326), include_srid=True, hex=True
    )
    columns = [villages[name].tolist() for name in (*TEXTS, *NUMBERS)]
    with connection.cursor() as cursor, cursor.copy("COPY village FROM STDIN") as copy:
        for row in zip(*columns, shapes, strict=True):
            copy.write_row(row)


def jobs(
    address: str, engine: sa.Engine, villages: gpd.GeoDataFrame, folder: Path
) -> dict[str, Callable[[], object]]:
    """Return the jobs by name; each makes the table, fills it and commits."""

    def anew(load: Callable[[psycopg.Connection], object]) -> Callable[[], object]:
        def job() -> None:
            with psycopg.connect(address) as connection:
                connection.execute("DROP TABLE IF EXISTS village")
                connection.execute(f"CREATE TABLE village ({TABLE})")
                load(connection)

        return job

    def by_geopandas() -> None:
        with engine.begin() as connection:
            connection.exec_driver_sql("DROP TABLE IF EXISTS village")
            connection.exec_driver_sql(f"CREATE TABLE village ({TABLE})")
            villages.to_postgis("village", connection, if_exists="append", index=False)

    def by_geopandas_default() -> None:
        villages.to_postgis("village", engine, if_exists="replace", index=False)

    def ours_and_index(connection: psycopg.Connection) -> None:
        load_ours(connection, villages)
        connection.execute("CREATE INDEX ON village USING gist (geom)")

    floor = folder / "village.copy"
    with psycopg.connect(address) as connection:
        connection.execute(f"CREATE TABLE village ({TABLE})")
        load_ours(connection, villages)
        connection.execute(f"COPY village TO '{floor}' (FORMAT BINARY)")
    copy_floor = f"COPY village FROM '{floor}' (FORMAT BINARY)"
    return {
        "ours": anew(lambda connection: load_ours(connection, villages)),
        "ours and the index": anew(ours_and_index),
        "psycopg text COPY": anew(lambda connection: load_by_text_copy(connection, villages)),
        "to_postgis": by_geopandas_default,
        "to_postgis kept from its index": by_geopandas,
        "floor": anew(lambda connection: connection.execute(copy_floor.encode())),
    }


@contextmanager
def throw_away_cluster() -> Iterator[tuple[str, Path]]:
    """Give a private cluster's address and a folder that its server can write."""
    home = Path(tempfile.mkdtemp(prefix="upland-benchmark-"))
    cluster = PrivateCluster(home / "cluster")
    try:
        with cluster.use() as address:
            shared = home / "shared"
            shared.mkdir()
            home.chmod(0o711)
            shared.chmod(0o777)
            yield address, shared
    finally:
        cluster.stop()
        shutil.rmtree(home, ignore_errors=True)


def run(*, count: int = 1_000_000, runs: int = 3) -> list[dict[str, Any]]:
    """Measure the load of `count` villages, medians of `runs`; return rows of the table."""
    with throw_away_cluster() as (address, folder):
        engine = sa.create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(address))
        villages = made_villages(count)
        measured = jobs(address, engine, villages, folder)
        peak = peak_mib()  # before the peers: the villages, and loading them our way once
        times = timed_in_turns(measured, runs=runs)
        engine.dispose()
    common = {"size": f"{count:,} points, 6 columns", "peak_mib": peak, "runs": runs}
    default = "to_postgis, its index made too"
    bare = ("psycopg text COPY", "to_postgis kept from its index")
    return [
        {
            "job": "villages into PostGIS, before the index",
            **common,
            "ours_s": times["ours"],
            "peers": {default: times["to_postgis"], **{name: times[name] for name in bare}},
            "floor_s": times["floor"],
        },
        {
            "job": "villages into PostGIS, with the spatial index",
            **common,
            "ours_s": times["ours and the index"],
            "peers": {default: times["to_postgis"]},
            "floor_s": None,
        },
    ]


def rows() -> list[dict[str, Any]]:
    """Return the rows of the table of ratios; `UPLAND_BENCH_SCALE` (0 to 1) makes it smaller."""
    scale = float(os.environ.get("UPLAND_BENCH_SCALE", "1"))
    return run(count=max(1000, int(1_000_000 * scale)))
