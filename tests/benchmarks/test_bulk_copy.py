"""The benchmark of the bulk load: every job fills the same table."""

import psycopg
import pytest
import sqlalchemy as sa

from benchmarks import bulk_copy
from benchmarks.__main__ import names, table


@pytest.mark.postgis
def test_all_jobs_load_the_same_rows() -> None:
    villages = bulk_copy.made_villages(300)
    with bulk_copy.throw_away_cluster() as (address, folder):
        engine = sa.create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(address))
        found = {}
        for name, job in bulk_copy.jobs(address, engine, villages, folder).items():
            job()
            query = "SELECT *, ST_AsEWKB(geom) FROM village ORDER BY village_id"
            with psycopg.connect(address) as connection:
                found[name] = connection.execute(query).fetchall()
        engine.dispose()
    assert found["ours"][7][1] == villages["name"][7]
    assert len(found) == 6
    assert len({tuple(rows) for rows in found.values()}) == 1


def test_the_table_tells_multiples_of_ours() -> None:
    row = {"job": "j", "size": "s", "ours_s": 2.0, "peers": {"p": 8.0}, "floor_s": 1.0}
    rate = {"job": "r", "size": "s", "ours_per_s": 90.0, "peers_per_s": {"q": 30.0}}
    told = table([row]).splitlines()
    assert told[1:] == ["    p: 8.00 s, 4.0 times", "    floor: 1.00 s, 0.50 times"]
    assert table([rate]).splitlines()[1:] == ["    q: 30.00/s, 3.0 times"]
    assert "bulk_copy" in names()
