"""Which county and township each village belongs to, through the gazetteer."""

from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import pandas as pd

from gis_core.remarks import Remark
from gis_core.sources.gazetteer import Gazetteer, NameMatch
from gis_core.sources.survey.place import Place
from gis_core.sources.survey.placing import counties_at
from gis_core.text import Text


@dataclass
class Belonging:
    """Matches of the names found in a survey, county names and township names apart."""

    counties: dict[str, NameMatch] = field(default_factory=dict)
    townships: dict[str, NameMatch] = field(default_factory=dict)
    remarks: list[Remark] = field(default_factory=list)


def match_counties(villages: pd.DataFrame, place: Place, gazetteer: Gazetteer | None) -> Belonging:
    """Set county_code of `villages` from the columns county_code and county, in place.

    Only certain matches are used. Where a code and a name contradict each other the code
    stands and the name is remarked. Without a gazetteer codes are kept as they are written.
    """
    found = Belonging()
    written, coded = villages["county"].tolist(), villages["county_code"].tolist()
    if gazetteer is None:
        codes = [c or (n if n.isdecimal() else "") for c, n in zip(coded, written, strict=True)]
        villages["county_code"] = pd.Series(codes, dtype=object)
        return found
    matches = {text: gazetteer.match(text) for text in {*written, *coded} if text}
    codes = []
    asked: dict[str, list[int]] = {}  # names and codes that were needed, and their rows
    for row, code, name in zip(villages["row"].tolist(), coded, written, strict=True):
        by_code = matches[code].code if code else ""
        by_name = matches[name].code if name else ""
        codes.append(by_code or by_name)
        if code:
            asked.setdefault(code, []).append(int(row))
        if name and not by_code:
            asked.setdefault(name, []).append(int(row))
        if by_code and by_name and by_code != by_name:
            found.remarks.append(_clash(place, int(row), code, name))
    villages["county_code"] = pd.Series(codes, dtype=object)
    for text, rows in asked.items():
        found.counties[text] = matches[text]
        found.remarks += _match_remarks(place, matches[text], rows, Text("county", "县"))
    return found


def _clash(place: Place, row: int, code: str, name: str) -> Remark:
    return place.remark("waiting", Text(
        f"The code {code} and the name {name} are different counties; the code was taken.",
        f"县代码 {code} 与县名“{name}”不一致，以代码为准。",
    ), Text("Correct the code or the name.", "请改正代码或县名。"),
        row=row, column=place.column("county"), value=name)  # fmt: skip


def counties_by_position(
    villages: pd.DataFrame, place: Place, units: gpd.GeoDataFrame
) -> list[Remark]:
    """Give villages that name no county the one they lie in, in place; one remark for all."""
    bare = ((villages["county_code"] == "") & (villages["county"] == "")).to_numpy()
    if not bare.any():
        return []
    lon, lat = villages["lon"].to_numpy(), villages["lat"].to_numpy()
    codes = counties_at(lon[bare], lat[bare], units)
    if len(units) == 1:
        codes[:] = str(units["code"].iloc[0])
    villages.loc[bare, "county_code"] = codes
    placed = int((codes != "").sum())
    if not placed:
        return []
    return [place.remark("note", Text(
        f"{placed:,} villages name no county; each was given the one it lies in.",
        f"{placed}个村庄未填写所属县，按所在位置确定。",
    ), Text("Add a county column if positions are uncertain.",
            "如坐标不可靠，请补充县名列。"))]  # fmt: skip


def without_county(villages: pd.DataFrame, place: Place) -> list[Remark]:
    """Return one remark on the villages that name no county and could be given none."""
    rows = villages.loc[(villages["county_code"] == "") & (villages["county"] == ""), "row"]
    if rows.empty:
        return []
    first = int(rows.iloc[0])
    return [place.remark("waiting", Text(
        f"{len(rows):,} villages name no county and lie in none (first: row {first}).",
        f"{len(rows)}个村庄未填写所属县，也无法由位置或乡镇确定（首个在第{first}行）。",
    ), Text("Fill in the county.", "请填写所属县。"), row=first,
        column=place.column("county"))]  # fmt: skip


def without_units(villages: pd.DataFrame, place: Place, *, datum_untested: bool) -> list[Remark]:
    """Say what it means for a survey that there are no boundaries to match it with; one remark.

    Parameters
    ----------
    villages
        Columns county_code (as written) and place_precision.
    datum_untested
        Whether the coordinates' datum would have been tested against boundaries.
    """
    coded = int((villages["county_code"] != "").sum())
    nowhere = int((villages["place_precision"] == "none").sum())
    datum = (
        Text("; their datum was not tested", "；也未检验坐标基准")
        if datum_untested
        else Text("", "")
    )
    kept = Text(
        f"{coded:,} keep the county code as it is written" if coded else "no county was matched",
        f"{coded}个村庄的县代码按原样保留" if coded else "未匹配任何县",
    )
    unplaced = Text(
        f"; {nowhere:,} villages without coordinates cannot be put inside their county and are on "
        "no map" if nowhere else "",
        f"；{nowhere}个没有坐标的村庄无法按县放置，不在地图上显示" if nowhere else "",
    )  # fmt: skip
    return [place.remark("waiting", Text(
        f"There are no boundaries to match {len(villages):,} villages with: {kept.en}; swapped or "
        f"far-off coordinates and villages outside their county cannot be found{datum.en}"
        f"{unplaced.en}.",
        f"尚无行政区边界，{len(villages)}个村庄无从匹配：{kept.zh}；无法发现经纬度颠倒、坐标远离本区域"
        f"或位于所属县界外的村庄{datum.zh}{unplaced.zh}。",
    ), Text("Import the boundaries (upland import boundaries FILE), then this survey once more.",
            "请先导入边界（upland import boundaries 文件），再重新导入本调查表。"),
        column="county")]  # fmt: skip


def position_hints(villages: pd.DataFrame, place: Place, units: gpd.GeoDataFrame) -> list[Remark]:
    """For each county name that waits, tell in which counties its villages lie."""
    waiting = ((villages["county_code"] == "") & (villages["county"] != "")).to_numpy()
    if not waiting.any():
        return []
    found = villages.loc[waiting, ["county", "row", "lon", "lat"]]
    lies_in = counties_at(found["lon"].to_numpy(), found["lat"].to_numpy(), units)
    names = dict(zip(units["code"].astype(str), units["name_zh"].astype(str), strict=True))
    remarks = []
    for name, rows in found.groupby("county", sort=False).indices.items():
        inside = pd.Series(lies_in[rows])
        counts = inside[inside != ""].value_counts()
        if counts.empty:
            continue
        shown = "; ".join(f"{names[str(c)]} {c}: {n:,}" for c, n in counts.head(3).items())
        remarks.append(place.remark("note", Text(
            f"By their positions the villages of '{name}' ({len(rows):,} rows) lie in {shown}.",
            f"“{name}”的{len(rows)}个村庄中，位于 {shown}。",
        ), Text("Take it as a hint for the confirmation.", "可供确认名称时参考。"),
            row=int(found["row"].iloc[int(rows[0])]), column=place.column("county"),
            value=name))  # fmt: skip
    return remarks


def match_townships(
    villages: pd.DataFrame, place: Place, gazetteer: Gazetteer | None, found: Belonging
) -> None:
    """Set township_code of `villages` within each county, in place; doubtful ones wait."""
    if gazetteer is None:
        return
    pairs = villages[["county_code", "township"]].drop_duplicates()
    codes: dict[tuple[str, str], str] = {}
    for county, township in pairs.itertuples(index=False):
        if not township:
            continue
        match = gazetteer.match(township, parent=county)
        codes[county, township] = match.code
        found.townships[f"{county}/{township}" if county else township] = match
        if match.state != "certain":
            here = (villages["county_code"] == county) & (villages["township"] == township)
            rows = [int(row) for row in villages.loc[here, "row"]]
            found.remarks += _match_remarks(place, match, rows, Text("township", "乡镇"),
                                            elsewhere=_elsewhere(match, gazetteer))  # fmt: skip
    keys = zip(villages["county_code"], villages["township"], strict=True)
    matched = [codes.get(key, "") for key in keys]
    given = villages["township_code"].to_numpy(dtype=object)
    bare = ((villages["county_code"] == "") & (villages["county"] == "")).to_numpy()
    parents = [gazetteer.by_code[c].parent if c else "" for c in matched]
    told = bare & np.array([bool(parent) for parent in parents], dtype=bool)
    if told.any():
        villages.loc[told, "county_code"] = np.array(parents, dtype=object)[told]
        found.remarks.append(place.remark("note", Text(
            f"{int(told.sum()):,} villages name no county; each was given its township's.",
            f"{int(told.sum())}个村庄未填写所属县，按所属乡镇确定。",
        ), Text("Add a county column if a township's name is used twice.",
                "如有同名乡镇，请补充县名列。")))  # fmt: skip
    villages["township_code"] = np.where(given == "", np.array(matched, dtype=object), given)


def _elsewhere(match: NameMatch, gazetteer: Gazetteer) -> Text | None:
    """Say where a name that no unit of its county bears is at home, if it certainly is."""
    other = gazetteer.match(match.name)
    if match.candidates or other.state != "certain":
        return None
    county = gazetteer.by_code[other.code].parent
    return Text(
        f"is {other.code} of county {county}, not of the county that the row names",
        f"为 {county} 所辖（{other.code}），与该行所填的县不符",
    )


def _match_remarks(
    place: Place, match: NameMatch, rows: list[int], level: Text, *, elsewhere: Text | None = None
) -> list[Remark]:
    """Say what a name was taken for, unless it is the unit's own name or code."""
    first, number = rows[0], len(rows)
    column = place.column(level.en, f"{level.en}_code")
    if match.state == "certain":
        best = match.candidates[0]
        if best.how in ("name", "code"):
            return []
        return [place.remark("note", Text(
            f"The {level.en} '{match.name}' ({number:,} rows) was taken for {best.name_zh} "
            f"{best.code} ({best.how}, {best.score:.0f}/100).",
            f"{level.zh}名“{match.name}”（{number}行）按 {best.name_zh} {best.code} 处理"
            f"（匹配度 {best.score:.0f}/100）。",
        ), Text("Nothing to do if it is right.", "如无误则无需处理。"), row=first,
            column=column, value=match.name)]  # fmt: skip
    best_few = match.candidates[:3]
    shown = "; ".join(f"{c.name_zh} {c.name_en} {c.code} ({c.score:.0f}/100)".replace("  ", " ")
                      for c in best_few)  # fmt: skip
    shown_zh = "、".join(f"{c.name_zh} {c.code}（匹配度 {c.score:.0f}/100）" for c in best_few)
    unknown = elsewhere or Text("is like none of the known names", "与已知名称均不相似")
    en = f"may be {shown}" if shown else unknown.en
    zh = f"可能是{shown_zh}" if shown else unknown.zh
    return [place.remark("waiting", Text(
        f"The {level.en} '{match.name}' ({number:,} rows) {en}; it was matched to none.",
        f"{level.zh}名“{match.name}”（{number}行）{zh}；暂不匹配。",
    ), Text("Confirm the name in a confirmations file ('name: code') or correct the sheet.",
            "请在确认文件中写明“名称: 代码”，或改正表格。"),
        row=first, column=column, value=match.name)]  # fmt: skip
