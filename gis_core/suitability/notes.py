"""Remarks on how a model met its layers: classes it does not share with them, and gaps."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from gis_core.remarks import Remark
from gis_core.suitability.membership import Categorical, class_key, class_keys
from gis_core.suitability.model import Criterion, SuitabilityModel
from gis_core.suitability.prepare import Surfaces
from gis_core.text import Text

WORTH_SAYING = 0.01  # share of the area without data

CHANGES_TRAVEL = (  # what it is, and the themes that tell it
    (Text("roads (layer road)", "道路（road 图层）"), ("road",)),
    (Text("water (layer river or water)", "水系（river 或 water 图层）"), ("river", "water")),
    (Text("land cover (layer landcover)", "土地覆盖（landcover 图层）"), ("landcover",)),
)


def class_notes(
    model: SuitabilityModel, used: Iterable[Criterion], surfaces: Surfaces
) -> list[Remark]:
    """Say which classes of the map a criterion does not name, and which names fit no class."""
    notes: list[Remark] = []
    for criterion in used:
        if not isinstance(criterion.membership, Categorical):
            continue
        named = criterion.membership.scores
        other = criterion.membership.other
        left = _unnamed(named, criterion.layer, surfaces)
        if left:
            notes.append(Remark(
                model.name, "note",
                Text(f"Criterion '{criterion.title.en}' does not name the classes "
                     f"{', '.join(t.en for t in left)}; they got the score of all others, "
                     f"{other:g}.",
                     f"准则“{criterion.title.zh}”未列出类别 {'、'.join(t.zh for t in left)}；"
                     f"按其他类别计 {other:g} 分。"),
                Text("Name them in the model, by value or by name, if that is not meant.",
                     "如非本意，请在模型中按数值或名称列出。"),
                column=criterion.name,
            ))  # fmt: skip
        notes += _strange_names(model, criterion.name, criterion.title, criterion.layer, named,
                                surfaces)  # fmt: skip
    for rule in model.rules:
        if rule.classes and surfaces.has(rule.layer):
            notes += _strange_names(model, rule.name, rule.title, rule.layer, rule.classes,
                                    surfaces)  # fmt: skip
    return notes


def travel_notes(
    model: SuitabilityModel, used: Iterable[Criterion], surfaces: Surfaces
) -> list[Remark]:
    """Say which layers that change travel times are not here."""
    parts = [(c.name, c.title) for c in used if c.derive == "travel_time"]
    parts += [(r.name, r.title) for r in model.rules
              if r.derive == "travel_time" and surfaces.can_make(r)]  # fmt: skip
    missing = [text for text, themes in CHANGES_TRAVEL if not any(surfaces.has(t) for t in themes)]
    if not missing:
        return []
    return [
        Remark(
            model.name, "note",
            Text(f"The travel times of '{title.en}' know no {', '.join(t.en for t in missing)}.",
                 f"“{title.zh}”的出行时间未考虑{'、'.join(t.zh for t in missing)}。"),
            Text("Import these layers and run again.", "请导入这些图层后重新运行。"),
            column=name,
        )
        for name, title in parts
    ]  # fmt: skip


def gap_notes(
    model: SuitabilityModel,
    used: Iterable[Criterion],
    scores: NDArray[np.float32],
    inside: NDArray[np.bool_],
) -> list[Remark]:
    """Say which criteria lack data on more than 1 % of the area of study.

    `scores` (criteria, height, width), NaN without data; `inside` (height, width).
    """
    notes = []
    cells = int(inside.sum())
    for i, criterion in enumerate(used):
        missing = int(np.count_nonzero(np.isnan(scores[i]) & inside))
        if cells and missing > WORTH_SAYING * cells:
            share = missing / cells
            notes.append(Remark(
                model.name, "note",
                Text(f"Criterion '{criterion.title.en}' has no data on {share:.1%} of the area; "
                     "that land has no score.",
                     f"准则“{criterion.title.zh}”在 {share:.1%} 的范围内没有数据，"
                     "这些土地没有得分。"),
                Text(f"Import a layer '{criterion.layer}' that covers the whole area.",
                     f"请导入覆盖全域的“{criterion.layer}”图层。"),
                column=criterion.name,
            ))  # fmt: skip
    return notes


def _unnamed(named: Iterable[str], theme: str, surfaces: Surfaces) -> list[Text]:
    """Classes on the map that none of `named` means."""
    wanted = {class_key(name) for name in named}
    names = surfaces.class_names(theme)
    left = [v for v in surfaces.present_classes(theme) if not class_keys(v, names) & wanted]
    return [Text(*names.get(v, (str(v), str(v)))) for v in left]


def _strange_names(
    model: SuitabilityModel,
    part: str,
    title: Text,
    theme: str,
    named: Iterable[str],
    surfaces: Surfaces,
) -> list[Remark]:
    """Say which of `named` fit no class of the map or its legend."""
    names = surfaces.class_names(theme)
    known = sorted({*names, *surfaces.present_classes(theme)})
    keys = set().union(*(class_keys(value, names) for value in known))
    strange = [name for name in named if class_key(name) not in keys]
    if not strange:
        return []
    classes = [Text(*names.get(v, (str(v), str(v)))) for v in known]
    return [Remark(
        model.name, "note",
        Text(f"'{title.en}' names {', '.join(strange)}, but the layer '{theme}' has no such class; "
             f"it has {', '.join(t.en for t in classes)}.",
             f"“{title.zh}”列出了 {'、'.join(strange)}，但“{theme}”图层没有这些类别；"
             f"现有类别为 {'、'.join(t.zh for t in classes)}。"),
        Text("Use the layer's own names or values in the model.",
             "请在模型中使用该图层的名称或数值。"),
        column=part,
    )]  # fmt: skip
