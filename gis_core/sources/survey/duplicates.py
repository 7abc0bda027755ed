"""Identifiers made where missing, and villages that stand twice."""

import hashlib
import re
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
NAMES = ("name", "administrative_village")
ENDINGS = re.compile("(自然村|行政村|村民小组|村委会|村|庄|屯)$")
LEAST_REPEATED, LONGEST_SERIAL = 0.2, 4  # share and digits, at which ids are serial numbers
FIRST_NUMBERS = 2  # where such numbers start anew; 2 if the first row was refused
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
        ), Text("Delete the row.", "请删除该行。"), row=rows[i], column=place.column(*NAMES),
            value=names[i])
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
    same = villages.duplicated(IDENTITY, keep="first").to_numpy(copy=True)
    if same.any():
        first = _first_rows(villages, IDENTITY)
        why = Text("has the same county, township and name", "县、乡镇、村名均相同")
        remarks += [
            _waiting(place, names[i], rows[i], first[i], why) for i in np.flatnonzero(same).tolist()
        ]
    for earlier, later in _pairs_but_for_the_ending(villages):
        if not same[later]:
            why = Text(
                f"is called nearly like {names[earlier]} of the same township",
                f"与同一乡镇的“{names[earlier]}”仅村名后缀不同",
            )
            same[later] = True
            remarks.append(_waiting(place, names[later], rows[later], rows[earlier], why))
    for earlier, later in _crowded_pairs(villages):
        if not same[later] and fuzz.ratio(names[earlier], names[later]) >= ALIKE:
            why = Text(
                f"has the same position and nearly the same name as {names[earlier]}",
                f"与“{names[earlier]}”位置相同、名称相近",
            )
            remarks.append(_waiting(place, names[later], rows[later], rows[earlier], why))
    return remarks


def _pairs_but_for_the_ending(villages: pd.DataFrame) -> list[tuple[int, int]]:
    """Pairs in one township whose names differ by 村, 自然村 and the like only."""
    keys = villages[IDENTITY].copy()
    keys["name"] = [ENDINGS.sub("", str(name)) or name for name in keys["name"]]
    keys = keys[(keys["township"] != "") & keys.duplicated(keep=False)]
    groups = keys.groupby(IDENTITY, sort=False).indices.values()
    at = keys.index.to_numpy()
    return [(int(at[a]), int(at[b])) for group in groups for a, b in pairwise(group)]


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
    ), KEEP_CURE, row=row, column=place.column(*NAMES), value=name)  # fmt: skip


def complete_ids(villages: pd.DataFrame, place: Place, *, column: str) -> list[Remark]:
    """Give every village an id of its own, in place.

    A missing id is made from county, township and name, so that it stays the same however
    the sheet is sorted; an id that stands twice gets a number behind it.
    """
    remarks: list[Remark] = []
    if _are_serial_numbers(villages["village_id"]):
        villages["village_id"] = ""
        remarks.append(place.remark("note", Text(
            "The numbers start anew several times, so they are no ids; they were not used.",
            "编号多次从头开始，不是唯一编号，未采用。",
        ), Text("Number the villages throughout if they shall serve as ids.",
                "如需作为村庄编号，请全表连续编号。"), column=column))  # fmt: skip
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


def _are_serial_numbers(ids: pd.Series) -> bool:
    """True if short numbers stand again and again, as where each township is counted from 1."""
    given = ids[ids != ""]
    again = given.duplicated()
    if not len(given) or again.mean() < LEAST_REPEATED or given[again].nunique() < 2:
        return False
    if not given.str.fullmatch(rf"\d{{1,{LONGEST_SERIAL}}}").all():
        return False
    numbers = given.astype(int).to_numpy()
    anew = numbers[1:][numbers[1:] <= numbers[:-1]]
    return bool((anew <= FIRST_NUMBERS).all())


def made_id(county_code: str, county: str, township: str, name: str) -> str:
    """Return a stable id: ``v`` and twelve hexadecimal digits of the names' SHA-256."""
    text = "\x1f".join((county_code or county, township, name))
    return "v" + hashlib.sha256(text.encode()).hexdigest()[:12]
