"""Identifiers made where missing, and villages that stand twice."""

import hashlib
from itertools import pairwise

import numpy as np
import pandas as pd
from rapidfuzz import fuzz

from gis_core.remarks import Remark
from gis_core.sources.survey.place import Place
from gis_core.text import Text

SAME_PLACE_DEG = 1e-5  # about a metre
ALIKE = 60.0  # of 100: 上庄 and 上庄村, not 上庄 and 河底
IDENTITY = ["county_code", "county", "township", "name"]
FACTS = [*IDENTITY, "people", "households", "lon", "lat"]
KEEP_CURE = Text(
    "Delete one row, or correct the name if they are two villages.",
    "请删除其中一行；如确为两个村庄，请改正名称。",
)


def refuse_repeated(villages: pd.DataFrame, place: Place) -> tuple[pd.DataFrame, list[Remark]]:
    """Drop rows that repeat an earlier one in every fact (name, people, position …)."""
    keys = ["village_id", *FACTS]
    again = villages.duplicated(keys, keep="first").to_numpy()
    if not again.any():
        return villages, []
    first = _first_rows(villages, keys)
    names, rows = _names_and_rows(villages)
    remarks = [
        place.remark("refused", Text(
            f"{names[i]} stands in row {first[i]} already, alike in everything. "
            "The row was not taken.",
            f"{names[i]}与第{first[i]}行完全相同。该行未导入。",
        ), Text("Delete the row.", "请删除该行。"), row=rows[i], value=names[i])
        for i in np.flatnonzero(again).tolist()
    ]  # fmt: skip
    return villages[~again].reset_index(drop=True), remarks


def _first_rows(villages: pd.DataFrame, keys: list[str]) -> list[int]:
    """Row number of the first village with the same keys, for each village."""
    groups = villages.groupby(keys, dropna=False, sort=False)
    return [int(row) for row in groups["row"].transform("first").tolist()]


def _names_and_rows(villages: pd.DataFrame) -> tuple[list[str], list[int]]:
    return [str(n) for n in villages["name"].tolist()], [int(r) for r in villages["row"].tolist()]


def near_duplicates(villages: pd.DataFrame, place: Place) -> list[Remark]:
    """Return remarks on villages that may be one: same names, or same place and like names."""
    remarks: list[Remark] = []
    names, rows = _names_and_rows(villages)
    same = villages.duplicated(IDENTITY, keep="first").to_numpy()
    if same.any():
        first = _first_rows(villages, IDENTITY)
        why = Text("has the same county, township and name", "县、乡镇、村名均相同")
        remarks += [
            _waiting(place, names[i], rows[i], first[i], why) for i in np.flatnonzero(same).tolist()
        ]
    for earlier, later in _crowded_pairs(villages):
        if not same[later] and fuzz.ratio(names[earlier], names[later]) >= ALIKE:
            why = Text(
                f"has the same position and nearly the same name as {names[earlier]}",
                f"与“{names[earlier]}”位置相同、名称相近",
            )
            remarks.append(_waiting(place, names[later], rows[later], rows[earlier], why))
    return remarks


def _crowded_pairs(villages: pd.DataFrame) -> list[tuple[int, int]]:
    """Pairs of neighbours in the sheet's order among villages at the same position."""
    own = np.flatnonzero((villages["place_precision"] == "point").to_numpy())
    cells = (villages[["lon", "lat"]].iloc[own] / SAME_PLACE_DEG).round().astype("int64")
    cells["at"] = own
    crowded = cells[cells.duplicated(["lon", "lat"], keep=False)]
    members = crowded.groupby(["lon", "lat"], sort=False)["at"].agg(list)
    return [(int(a), int(b)) for group in members for a, b in pairwise(group)]


def _waiting(place: Place, name: str, row: int, first: int, why: Text) -> Remark:
    return place.remark("waiting", Text(
        f"{name} {why.en} (row {first}); both were kept.",
        f"{name}{why.zh}（第{first}行）；两行均保留。",
    ), KEEP_CURE, row=row, value=name)  # fmt: skip


def complete_ids(villages: pd.DataFrame, place: Place, *, column: str) -> list[Remark]:
    """Give every village an id of its own, in place.

    A missing id is made from county, township and name, so that it stays the same however
    the sheet is sorted; an id that stands twice gets a number behind it.
    """
    remarks: list[Remark] = []
    missing = (villages["village_id"] == "").to_numpy()
    if missing.any():
        villages.loc[missing, "village_id"] = [
            made_id(*key) for key in villages.loc[missing, IDENTITY].itertuples(index=False)
        ]
        remarks.append(place.remark("note", Text(
            f"{int(missing.sum()):,} villages have no id; one was made from county, township and "
            "name.",
            f"{int(missing.sum())}个村庄没有编号，已按县、乡镇、村名生成。",
        ), Text("Add a column of ids if villages are renamed between surveys.",
                "如各次调查间村名会变，请增加编号列。")))  # fmt: skip
    number = villages.groupby("village_id").cumcount().tolist()
    first, (_, rows) = _first_rows(villages, ["village_id"]), _names_and_rows(villages)
    ids = [str(given) for given in villages["village_id"].tolist()]
    taken = set(ids)
    for i in np.flatnonzero(number).tolist():
        given, count = ids[i], int(number[i]) + 1
        while f"{given}-{count}" in taken:
            count += 1
        ids[i] = f"{given}-{count}"
        taken.add(ids[i])
        if not missing[i]:
            remarks.append(place.remark("waiting", Text(
                f"The id {given} stands in row {first[i]} already; this village is kept as "
                f"{ids[i]}.",
                f"编号 {given} 与第{first[i]}行重复，本行暂记为 {ids[i]}。",
            ), Text("Give each village its own id.", "请为每个村庄编不同的编号。"),
                row=rows[i], column=column, value=given))  # fmt: skip
    villages["village_id"] = pd.Series(ids, dtype=object)
    return remarks


def made_id(county_code: str, county: str, township: str, name: str) -> str:
    """Return a stable id: ``v`` and twelve hexadecimal digits of the names' SHA-256."""
    text = "\x1f".join((county_code or county, township, name))
    return "v" + hashlib.sha256(text.encode()).hexdigest()[:12]
