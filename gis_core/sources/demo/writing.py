"""The survey and its reported totals as files, as an office would keep them."""

from io import BytesIO
from pathlib import Path

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from gis_core.errors import InvalidParameterError
from gis_core.sources.demo.demonstration import Demonstration
from gis_core.writing import written_whole

SHEET = "小村庄调查表(虚构)"
SHEET_ROWS = 1_048_576  # the most rows an xlsx sheet holds
GROUPS = (  # heading, then (column's heading, field of the survey)
    ("编号", (("", "village_id"),)),
    ("行政区划", (("县(市、区)", "county"), ("乡镇", "township"), ("村名", "name"))),
    (
        "规模",
        (("户数(户)", "households"), ("人口(人)", "people"), ("其中贫困人口(人)", "poor_people")),
    ),
    (
        "位置",
        (
            ("经度(°)", "lon"),
            ("纬度(°)", "lat"),
            ("海拔(米)", "elevation_m"),
            ("坡度(°)", "slope_deg"),
        ),
    ),
    (
        "基础设施",
        (
            ("饮水", "water"),
            ("通电", "power"),
            ("距公路(公里)", "road_km"),
            ("距小学(公里)", "school_km"),
            ("距卫生所(公里)", "clinic_km"),
        ),
    ),
    ("耕地(亩)", (("", "farmland_mu"),)),
    ("地质灾害隐患", (("", "hazard"),)),
)
WIDTHS = {"village_id": 16, "name": 14, "township": 12, "county": 12, "lon": 11, "lat": 11}


def write_survey_workbook(demonstration: Demonstration, path: Path) -> Path:
    """Write the survey as one xlsx sheet: a merged two-row Chinese header, then a row a village.

    Coordinates are WGS 84 degrees with six decimals. Returns `path`.

    Raises
    ------
    InvalidParameterError
        If there are more villages than a sheet has rows.
    StorageError
        If `path` cannot be written.
    """
    frame = demonstration.villages
    if len(frame) + 2 > SHEET_ROWS:
        raise InvalidParameterError(
            f"{len(frame):,} villages do not fit one sheet, which has {SHEET_ROWS:,} rows; "
            "make fewer villages.",
            f"{len(frame):,} 个村庄超出一张工作表的 {SHEET_ROWS:,} 行；请减少村庄数。",
        )
    book = Workbook(write_only=True)
    sheet = book.create_sheet(SHEET)
    fields = [f for _, columns in GROUPS for _, f in columns]
    for position, name in enumerate(fields, start=1):
        sheet.column_dimensions[get_column_letter(position)].width = WIDTHS.get(name, 11)
    sheet.freeze_panes = "A3"
    bold, middle = Font(bold=True), Alignment("center", "center", wrap_text=True)

    def heading(text: str | None) -> WriteOnlyCell:
        cell = WriteOnlyCell(sheet, value=text)
        cell.font, cell.alignment = bold, middle
        return cell

    upper, lower, start = [], [], 1
    for group, columns in GROUPS:
        end = start + len(columns) - 1
        alone = len(columns) == 1
        corner = f"{get_column_letter(end)}{2 if alone else 1}"
        sheet.merged_cells.add(f"{get_column_letter(start)}1:{corner}")
        upper += [heading(group), *(heading(None) for _ in columns[1:])]
        lower += [heading(None if alone else text) for text, _ in columns]
        start = end + 1
    sheet.append(upper)
    sheet.append(lower)
    table = frame.drop(columns="geometry").assign(
        county=frame["county_code"].map(demonstration.county_names),
        lon=frame.geometry.x.round(6),
        lat=frame.geometry.y.round(6),
    )
    for row in zip(*(table[f].tolist() for f in fields), strict=True):
        sheet.append(row)
    packed = BytesIO()
    book.save(packed)
    with written_whole(path) as part:
        part.write_bytes(packed.getvalue())
    return path


def write_totals_csv(demonstration: Demonstration, path: Path) -> Path:
    """Write the reported totals as CSV (UTF-8 with BOM), with the grand total; returns `path`.

    Raises
    ------
    StorageError
        If `path` cannot be written.
    """
    totals = demonstration.totals
    lines = ["分组,下限,上限,村数,户数,人数"]
    for row in totals.itertuples(index=False):
        lines.append(",".join(str(v) for v in row))
    sums = [int(totals[c].sum()) for c in ("villages", "households", "people")]
    lines.append(",".join(["合计", "", "", *map(str, sums)]))
    with written_whole(path) as part:
        part.write_text("\n".join(lines) + "\n", encoding="utf-8-sig")
    return path
