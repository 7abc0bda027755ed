"""What criteria and rules look at: the raw values that a run keeps."""

from collections.abc import Collection, Iterable

import xarray as xr

from gis_core.suitability.model import Criterion, Rule, SuitabilityModel
from gis_core.suitability.prepare import Surfaces


def looks_at(part: Criterion | Rule) -> tuple[str, str, float | None]:
    """Return the layer, what is derived from it and its radius in metres."""
    return part.layer, part.derive, part.radius_m


def criterion_of_rule(model: SuitabilityModel, rule: Rule, names: Collection[str]) -> str | None:
    """Return the one of the criteria `names` that looks at the same numbers as `rule`, if any."""
    same = [c.name for c in model.criteria if c.name in names and looks_at(c) == looks_at(rule)]
    return same[0] if same and not rule.inside else None


def criterion_values(criteria: Iterable[Criterion], surfaces: Surfaces) -> dict[str, xr.DataArray]:
    """Return what each criterion looks at, float32 in its unit, dims (y, x), by its name."""
    return {
        c.name: surfaces.grid.wrap(surfaces.criterion_values(c).astype("float32"), name=c.name)
        for c in criteria
    }


def rule_values(
    model: SuitabilityModel, names: Collection[str], surfaces: Surfaces
) -> dict[str, xr.DataArray]:
    """Return what each rule looks at, float32 in its unit, dims (y, x), by the rule's name.

    Left out are rules whose layer is missing, those on what lies inside an area, and those that
    look at the same as one of the criteria `names`, whose values a run keeps anyway.
    """
    found = {}
    for rule in model.rules:
        if rule.inside or not surfaces.can_make(rule):
            continue
        if criterion_of_rule(model, rule, names) is None:
            derive = "class" if rule.classes else rule.derive
            found[rule.name] = surfaces.grid.wrap(
                surfaces.values(rule.layer, derive, rule.radius_m).astype("float32"),
                name=rule.name,
            )
    return found
