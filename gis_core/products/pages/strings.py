"""Every word of the pages beside those of the maps, in both languages."""

from gis_core.text import Text

STRINGS: dict[str, Text] = {
    "skip": Text("Skip to the content", "跳到正文"),
    "home": Text("Whole region", "全市"),
    "places": Text("Region and counties", "全市及各县"),
    "skip_map": Text("Skip the map", "跳过地图"),
    "other_language": Text("中文", "English"),
    "units": Text("County-level units", "县级单位"),
    "survey_villages": Text("Surveyed villages", "调查村数"),
    "survey_people": Text("Surveyed people", "调查人口"),
    "survey_households": Text("Households", "调查户数"),
    "bases": Text("Organic-food bases", "有机食品基地"),
    "bases_area": Text("Area of the bases, mu", "基地面积（亩）"),
    "moving_people": Text("People to move", "计划搬迁人口"),
    "deferred_people": Text("People deferred", "暂缓人口"),
    "map": Text("Map", "地图"),
    "maps": Text("Full-screen maps", "全屏地图"),
    "survey": Text("Survey against its report", "调查与上报核对"),
    "bracket": Text("Bracket", "分组"),
    "villages": Text("Villages", "村"),
    "households": Text("Households", "户"),
    "people": Text("People", "人"),
    "possible": Text("Possible people", "可能人口"),
    "sound": Text("Sound", "合理"),
    "yes": Text("yes", "是"),
    "no": Text("no", "否"),
    "number": Text("No.", "序号"),
    "county": Text("County", "县（市、区）"),
    "area_mu": Text("Area, mu", "面积（亩）"),
    "score": Text("Mean score", "平均得分"),
    "why": Text("Why", "理由"),
    "plan": Text("Relocation plan", "搬迁计划"),
    "year": Text("Year", "年度"),
    "cost": Text("Cost, 10,000 yuan", "费用（万元）"),
    "by_county": Text("Counties", "各县"),
    "class_area": Text("S1 land, mu", "S1面积（亩）"),
    "data": Text("Data", "数据"),
    "nothing": Text(
        "Nothing has been imported or computed yet: upland up, or upland import.",
        "尚无数据或结果：请运行 upland up 或 upland import。",
    ),
    "aggregated": Text(
        "Single villages are not published on this page.", "本页不公开单个村庄的数据。"
    ),
    "overview": Text("Overview", "总览图"),
    "organic": Text("Organic-food bases", "有机食品基地规划图"),
    "relocation": Text("Relocation plan", "搬迁规划图"),
    "runs": Text("Runs", "运行"),
    "total": Text("Total", "合计"),
    "chosen_again": Text("Chosen again in", "重复入选率"),
    "land": Text("Land for organic food", "有机食品用地"),
    "class": Text("Class", "等级"),
    "area_ha": Text("Area, ha", "面积（公顷）"),
    "of_land": Text("Share of the county", "占全县比例"),
    "limits": Text("What holds it back most", "主要限制因素"),
    "criterion": Text("Criterion", "准则"),
    "of_scored": Text("Share of scored land", "占参评土地比例"),
    "S1": Text("S1 highly suitable", "S1 高度适宜"),
    "S2": Text("S2 moderately suitable", "S2 中度适宜"),
    "S3": Text("S3 marginally suitable", "S3 勉强适宜"),
    "N1": Text("N1 currently not suitable", "N1 暂不适宜"),
    "N2": Text("N2 not suitable", "N2 不适宜"),
    "excluded": Text("Excluded by rules", "按规则排除"),
    "no_data": Text("Without data", "缺少数据"),
}


def say(key: str, lang: str) -> str:
    """Return the string of `key` in `lang`."""
    return STRINGS[key].in_(lang)
