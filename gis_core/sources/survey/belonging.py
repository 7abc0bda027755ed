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
    if gazetteer is None:
        return found
    given = villages["county_code"] != ""
    text = villages["county_code"].where(given, villages["county"])
    for name in pd.unique(text):
        if name:
            found.counties[name] = gazetteer.match(name)
    by_name = {n: gazetteer.match(n) for n in pd.unique(villages["county"]) if n}
    codes = text.map({name: match.code for name, match in found.counties.items()}).fillna("")
    unknown_code = given & (codes == "") & (villages["county"] != "")
    named = villages["county"].map({n: m.code for n, m in by_name.items()}).fillna("")
    codes = codes.where(~unknown_code, named)
    clash = given & (codes != "") & (named != "") & (named != codes)
    texts, written = text.tolist(), villages["county"].tolist()
    for index in np.flatnonzero(clash.to_numpy()).tolist():
        found.remarks.append(place.remark("waiting", Text(
            f"The code {texts[index]} and the name {written[index]} are different "
            "counties; the code was taken.",
            f"县代码 {texts[index]} 与县名“{written[index]}”不一致,以代码为准。",
        ), Text("Correct the code or the name.", "请改正代码或县名。"),
            row=int(villages["row"].tolist()[index]), value=written[index]))  # fmt: skip
    found.counties |= {
        n: m for n, m in by_name.items() if unknown_code.any() or m.state != "certain"
    }
    villages["county_code"] = codes
    for name, match in found.counties.items():
        rows = villages.loc[(text == name) | (villages["county"] == name), "row"]
        found.remarks += _match_remarks(place, match, rows, Text("county", "县"))
    return found


def counties_by_position(
    villages: pd.DataFrame, place: Place, units: gpd.GeoDataFrame
) -> list[Remark]:
    """Give villages that name no county the one they lie in, in place; one remark for all."""
    bare = ((villages["county_code"] == "") & (villages["county"] == "")).to_numpy()
    if not bare.any():
        return []
    lon, lat = villages["lon"].to_numpy(), villages["lat"].to_numpy()
    codes = counties_at(lon[bare], lat[bare], units)
    villages.loc[bare, "county_code"] = codes
    placed, lost = int((codes != "").sum()), int((codes == "").sum())
    remarks = []
    if placed:
        remarks.append(place.remark("note", Text(
            f"{placed:,} villages name no county; each was given the one it lies in.",
            f"{placed}个村庄未填写所属县,按所在位置确定。",
        ), Text("Add a county column if positions are uncertain.",
                "如坐标不可靠,请补充县名列。")))  # fmt: skip
    if lost:
        rows = villages.loc[bare, "row"][codes == ""]
        remarks.append(place.remark("waiting", Text(
            f"{lost:,} villages name no county and lie in none (first: row {rows.iloc[0]}).",
            f"{lost}个村庄未填写所属县,也不在任何县界内(首个在第{rows.iloc[0]}行)。",
        ), Text("Fill in the county.", "请填写所属县。"), row=int(rows.iloc[0])))  # fmt: skip
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
            rows = villages.loc[
                (villages["county_code"] == county) & (villages["township"] == township), "row"
            ]
            found.remarks += _match_remarks(place, match, rows, Text("township", "乡镇"))
    keys = zip(villages["county_code"], villages["township"], strict=True)
    matched = [codes.get(key, "") for key in keys]
    given = villages["township_code"].to_numpy(dtype=object)
    villages["township_code"] = np.where(given == "", np.array(matched, dtype=object), given)


def _match_remarks(place: Place, match: NameMatch, rows: pd.Series, level: Text) -> list[Remark]:
    """Say what a name was taken for, unless it is the unit's own name or code."""
    first = int(rows.iloc[0]) if len(rows) else None
    number = len(rows)
    if match.state == "certain":
        best = match.candidates[0]
        if best.how in ("name", "code"):
            return []
        return [place.remark("note", Text(
            f"The {level.en} '{match.name}' ({number:,} rows) was taken for {best.name_zh} "
            f"{best.code} ({best.how}, {best.score:.0f}/100).",
            f"{level.zh}名“{match.name}”({number}行)按 {best.name_zh} {best.code} 处理"
            f"(匹配度 {best.score:.0f}/100)。",
        ), Text("Nothing to do if it is right.", "如无误则无需处理。"), row=first,
            value=match.name)]  # fmt: skip
    shown = "; ".join(f"{c.name_zh} {c.name_en} {c.code} ({c.score:.0f}/100)".replace("  ", " ")
                      for c in match.candidates[:3])  # fmt: skip
    en = f"may be {shown}" if shown else "is like none of the known names"
    zh = f"可能是 {shown}" if shown else "与已知名称均不相似"
    return [place.remark("waiting", Text(
        f"The {level.en} '{match.name}' ({number:,} rows) {en}; it was matched to none.",
        f"{level.zh}名“{match.name}”({number}行){zh};暂不匹配。",
    ), Text("Confirm the name in a confirmations file ('name: code') or correct the sheet.",
            "请在确认文件中写明“名称: 代码”,或改正表格。"),
        row=first, value=match.name)]  # fmt: skip
