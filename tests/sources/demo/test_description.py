"""The shipped description is whole, and its files are the ones whose checksums stand beside it."""

import numpy as np

from gis_core.provenance import hash_file
from gis_core.sources.demo.description import FOLDER, read_description


def test_data_files_have_their_checksums() -> None:
    lines = (FOLDER / "SHA256SUMS").read_text("utf-8").split("\n")
    sums = {name: digest for digest, name in (line.split() for line in lines if line)}
    found = {p.name for p in FOLDER.iterdir() if p.suffix in {".yaml", ".csv"}}
    assert set(sums) == found
    for name, digest in sums.items():
        assert hash_file(FOLDER / name) == digest


def test_every_county_has_townships_and_every_river_its_mouth() -> None:
    told = read_description()
    assert len(told.counties) == 17
    assert sum(c.poverty for c in told.counties.values()) == 10
    assert set(told.townships["county_code"]) == set(told.counties)
    assert told.townships["code"].is_unique
    known: set[str] = set()
    for river in told.rivers:
        assert river.into is None or river.into in known
        assert (np.diff(river.vertices[:, 2]) < 0).all()
        known.add(river.id)


def test_industry_names_known_counties() -> None:
    told = read_description()
    for item in told.raw["pollution"]:
        assert set(item["counties"]) <= set(told.counties)
