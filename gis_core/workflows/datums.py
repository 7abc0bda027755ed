"""Whether a layer's datum was stated, tested against a kept layer, or left as the file says."""

from dataclasses import replace

import geopandas as gpd
from pyproj import CRS

from gis_core.layers import CheckedFrame, CheckedRaster
from gis_core.remarks import Remark
from gis_core.sources.datum import convert_frame, detect_datum, note_finding
from gis_core.sources.datum_notes import (
    COLUMN,
    NO_REFERENCE,
    OFFSET,
    against_unsure,
    moved_by_web_maps,
    untested,
    untested_raster,
)
from gis_core.sources.reference_systems import rough_lonlat, way_to_wgs84
from gis_core.store.records import LayerRecord
from gis_core.store.workspace import Workspace

AUTO = "auto"
UNKNOWN = "unknown"
STORED_DATUM = "stored_datum"  # in a layer's extra: wgs84 stated by a person, or unknown
TRUE_DATUMS = {"wgs84", "cgcs2000"}


def note_datum(workspace: Workspace, layer: CheckedFrame, *, datum: str) -> CheckedFrame:
    """Return `layer` with one remark on its datum, unless a person stated it.

    With ``auto`` it is tested against a layer of the same kind that the workspace holds; the
    remark says so where that one is not known to be in WGS 84 itself, or where there is none.
    Outside China, where web maps have no offset, there is nothing to test and nothing to say.
    """
    if datum != AUTO:
        stated = replace(layer.info, extra={**layer.info.extra, STORED_DATUM: "wgs84"})
        return replace(layer, info=stated)
    min_x, min_y, max_x, max_y = (float(v) for v in layer.frame.total_bounds)
    if not moved_by_web_maps((min_x, min_y, max_x, max_y)):
        return layer
    held = _held(workspace, layer)
    if held is not None:
        finding = detect_datum(layer.frame, _in_wgs84(workspace, held))
        if not _is_true(held):
            return _unsure(note_finding(layer, against_unsure(finding, held.info)))
        noted = note_finding(layer, finding)
        return noted if finding.datum != UNKNOWN else _unsure(noted)
    if any(remark.column == COLUMN for remark in layer.info.remarks):
        return _unsure(layer)  # the reader said it already
    headers = tuple(str(column) for column in layer.frame)
    return _unsure(layer, untested(layer.info.file_name, NO_REFERENCE, headers=headers))


def _unsure(layer: CheckedFrame, *remarks: Remark) -> CheckedFrame:
    """Return `layer` marked as no reference for others: its datum is only what its file claims."""
    info = replace(layer.info, extra={**layer.info.extra, STORED_DATUM: UNKNOWN})
    return replace(layer, info=info.with_remarks(*remarks))


def note_raster_datum(raster: CheckedRaster) -> CheckedRaster:
    """Return a raster with the remarks on its datum.

    In China its datum cannot be tested, and it is said so; anywhere, a way to WGS 84 that is
    coarse or unknown is named with its accuracy, as for a vector layer.
    """
    info, crs = raster.info, CRS.from_user_input(raster.array.rio.crs)
    min_x, min_y, max_x, max_y = (float(v) for v in raster.array.rio.bounds())
    bounds = (min_x, min_y, max_x, max_y)
    remarks = way_to_wgs84(crs, bounds, file_name=info.file_name).remarks
    if moved_by_web_maps(rough_lonlat(bounds, crs)):
        remarks += (untested_raster(info.file_name, info.source_crs, info.source_datum),)
    return replace(raster, info=info.with_remarks(*remarks))


def _held(workspace: Workspace, layer: CheckedFrame) -> LayerRecord | None:
    """Return the kept layer to compare with: of the same theme, else of another level of units.

    An outline and the units inside it share lines. A schematic layer is no reference.
    """
    wanted = layer.info
    given = [r for r in workspace.layers() if r.info.nature == "given"]
    alike = [r for r in given if r.info.kind == wanted.kind]
    same = [r for r in alike if r.info.theme == wanted.theme]
    units = alike if wanted.kind == "boundaries" else []
    return next(iter(same + units), None)


def _is_true(record: LayerRecord) -> bool:
    """True if a layer's positions are known to be WGS 84: found so, or stated by a person."""
    info = record.info
    stated = info.extra.get(STORED_DATUM)
    return stated == "wgs84" or (stated is None and info.source_datum in TRUE_DATUMS)


def _in_wgs84(workspace: Workspace, record: LayerRecord) -> gpd.GeoDataFrame:
    """Return a kept layer as a reference; one kept as found, in GCJ-02 or BD-09, is converted."""
    info = record.info
    boundaries = info.kind == "boundaries"
    frame = workspace.boundaries(info.theme) if boundaries else workspace.features(info.theme)
    if info.source_datum in OFFSET and not _is_true(record):
        return convert_frame(frame, source=info.source_datum, target="wgs84")
    return frame
