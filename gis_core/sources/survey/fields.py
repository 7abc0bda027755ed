"""The dictionary of survey columns: fields, their names in Chinese and English, their kind.

The order of the names is the order of preference when two columns could be the same field:
``总人口`` is taken before ``常住人口``.
"""

from dataclasses import dataclass
from typing import Literal

FieldKind = Literal["text", "count", "measure", "angle", "metres", "pair", "yes_no"]


@dataclass(frozen=True)
class SurveyField:
    """A known column. `unit` is the one in which a measure is kept; `core` fields have a
    column of their own in the village layer, the others are kept in ``extra`` by `key`."""

    key: str
    kind: FieldKind
    names: tuple[str, ...]
    core: bool = False
    unit: str = ""


FIELDS: tuple[SurveyField, ...] = (
    SurveyField("village_id", "text", (
        "村庄编号", "村编号", "村编码", "村庄代码", "村代码", "自然村编码", "自然村代码",
        "自然村编号", "编号", "编码", "代码", "village_id", "village code", "villageid", "id",
        "code"), core=True),
    SurveyField("name", "text", (
        "自然村", "自然村名称", "自然村名", "村名", "村庄名称", "村庄", "村名称", "居民点",
        "居民点名称", "屯名", "村", "名称", "village", "village name", "name", "settlement",
        "hamlet"), core=True),
    SurveyField("administrative_village", "text", (
        "行政村", "行政村名称", "行政村名", "所属行政村", "所在行政村", "村委会", "村民委员会",
        "administrative village", "village committee")),
    SurveyField("township", "text", (
        "乡镇", "乡(镇)", "乡镇名称", "镇乡", "所属乡镇", "所在乡镇", "乡镇街道", "乡", "镇",
        "街道", "township", "town", "township name", "parish"), core=True),
    SurveyField("township_code", "text", (
        "乡镇代码", "乡镇编码", "township code")),
    SurveyField("county_code", "text", (
        "县代码", "县编码", "县区代码", "区划代码", "行政区划代码", "行政区划码", "县市区代码",
        "county code", "adcode", "county_id"), core=True),
    SurveyField("county", "text", (
        "县", "县名", "县区", "县市区", "县(市、区)", "县(市区)", "县(区)", "县市", "县份",
        "县名称", "县别", "所属县", "所在县", "所属县区", "区县", "county", "county name",
        "district"), core=True),
    SurveyField("people", "count", (
        "总人口", "人口", "人数", "人口数", "总人数", "总人口数", "人口总数", "户籍人口",
        "户籍人口数", "农业人口", "常住人口", "常住人口数", "people", "population", "persons",
        "inhabitants", "total population", "pop", "number of people"), core=True),
    SurveyField("households", "count", (
        "总户数", "户数", "户", "家庭户数", "农户数", "户籍户数", "常住户数", "households",
        "number of households", "families", "hh", "household"), core=True),
    SurveyField("lon", "angle", (
        "经度", "东经", "经度E", "中心经度", "lon", "lng", "long", "longitude", "longitude e",
    ), core=True),
    SurveyField("lat", "angle", (
        "纬度", "北纬", "纬度N", "中心纬度", "lat", "latitude", "latitude n"), core=True),
    SurveyField("x", "metres", (
        "x", "x坐标", "坐标x", "横坐标", "x coordinate", "easting", "东坐标", "x_m"), core=True),
    SurveyField("y", "metres", (
        "y", "y坐标", "坐标y", "纵坐标", "y coordinate", "northing", "北坐标", "y_m"), core=True),
    SurveyField("coordinates", "pair", (
        "坐标", "经纬度", "地理坐标", "位置坐标", "经纬度坐标", "GPS坐标", "gps", "coordinates",
        "coordinate", "lonlat", "latlon", "position"), core=True),
    SurveyField("serial", "text", (
        "序号", "序", "顺序号", "no", "serial", "serial no", "sn")),
    SurveyField("elevation_m", "measure", (
        "海拔", "高程", "海拔高度", "平均海拔", "elevation", "altitude", "height"), unit="m"),
    SurveyField("slope_deg", "measure", ("坡度", "平均坡度", "slope"), unit="°"),
    SurveyField("distance_to_town_km", "measure", (
        "距乡镇距离", "距乡镇", "到乡镇距离", "距乡镇政府距离", "距镇", "距集镇", "距乡镇所在地",
        "distance to town", "distance to township", "town distance"), unit="km"),
    SurveyField("distance_to_county_km", "measure", (
        "距县城距离", "距县城", "到县城距离", "距县", "distance to county",
        "distance to county seat"), unit="km"),
    SurveyField("distance_to_road_km", "measure", (
        "距公路距离", "距公路", "到公路距离", "距主干道", "距道路", "distance to road",
        "road distance"), unit="km"),
    SurveyField("distance_to_school_km", "measure", (
        "距学校距离", "距小学距离", "距小学", "距学校", "上学距离", "distance to school",
    ), unit="km"),
    SurveyField("distance_to_clinic_km", "measure", (
        "距医院距离", "距卫生院距离", "距卫生院", "距医院", "距卫生所", "距卫生室",
        "距诊所", "distance to clinic",
        "distance to hospital"), unit="km"),
    SurveyField("road", "yes_no", (
        "是否通路", "通路", "通公路", "通路情况", "road", "road access")),
    SurveyField("water", "yes_no", (
        "是否通水", "通水", "饮水", "人畜饮水", "饮水情况", "自来水", "通自来水", "饮水困难",
        "water", "drinking water", "piped water", "water supply")),
    SurveyField("power", "yes_no", (
        "是否通电", "通电", "用电", "通电情况", "power", "electricity")),
    SurveyField("phone", "yes_no", (
        "是否通电话", "通电话", "通讯", "通信", "通网络", "phone", "telephone", "mobile signal")),
    SurveyField("school", "yes_no", (
        "学校", "有无学校", "小学", "是否有学校", "school")),
    SurveyField("clinic", "yes_no", (
        "卫生室", "卫生所", "有无卫生室", "诊所", "医疗点", "clinic", "health post")),
    SurveyField("farmland_mu", "measure", (
        "耕地", "耕地面积", "耕地亩数", "farmland", "arable land", "cropland", "farmland area",
    ), unit="mu"),
    SurveyField("returned_farmland_mu", "measure", (
        "退耕面积", "退耕还林面积", "退耕还林", "returned farmland"), unit="mu"),
    SurveyField("orchard_mu", "measure", (
        "果园", "果园面积", "orchard"), unit="mu"),
    SurveyField("income_yuan", "measure", (
        "人均纯收入", "人均收入", "农民人均纯收入", "人均可支配收入", "年人均纯收入", "收入",
        "income", "income per person", "per capita income"), unit="yuan"),
    SurveyField("poor_people", "count", (
        "贫困人口", "贫困人口数", "贫困人数", "其中贫困人口", "poor people", "poor population",
        "people in poverty")),
    SurveyField("poor_households", "count", (
        "贫困户", "贫困户数", "其中贫困户", "poor households", "households in poverty")),
    SurveyField("labour", "count", (
        "劳动力", "劳力", "劳动力人数", "劳动力数", "labour", "labor", "workforce")),
    SurveyField("elderly", "count", (
        "老人", "老年人", "老年人口", "60岁以上", "elderly")),
    SurveyField("pupils", "count", (
        "学生", "学生数", "在校学生", "学龄儿童", "pupils", "students")),
    SurveyField("housing_m2", "measure", (
        "住房面积", "房屋面积", "housing area"), unit="m2"),
    SurveyField("hazard", "text", (
        "灾害", "地质灾害", "灾害类型", "地质灾害隐患", "隐患", "是否受灾害威胁", "hazard",
        "geological hazard", "hazard type")),
    SurveyField("willing", "text", (
        "搬迁意愿", "是否愿意搬迁", "意愿", "willing", "willingness")),
    SurveyField("destination", "text", (
        "迁入地", "安置地", "安置点", "拟迁入地", "搬迁去向", "destination")),
    SurveyField("note", "text", (
        "备注", "说明", "附注", "note", "notes", "remark", "remarks")),
)  # fmt: skip

BY_KEY = {field.key: field for field in FIELDS}

# Words of a heading that spans several columns and of the column below it, when together they
# mean another field than the column alone: "贫困" over "户数" is poor households.
QUALIFIED: dict[tuple[str, str], str] = {
    ("贫困", "people"): "poor_people", ("贫困", "households"): "poor_households",
    ("poor", "people"): "poor_people", ("poor", "households"): "poor_households",
    ("poverty", "people"): "poor_people", ("poverty", "households"): "poor_households",
}  # fmt: skip

# Headings over several columns under which a column keeps its own meaning.
NEUTRAL_GROUPS = (
    "规模", "人口规模", "村庄规模", "基本情况", "村庄基本情况", "人口情况", "人口", "户籍",
    "位置", "地理位置", "坐标", "经纬度", "行政区划", "所在地", "名称", "总", "合计", "人口与户数",
    "人口户数",
    "size", "location", "basic", "general", "population", "position", "administrative",
)  # fmt: skip
