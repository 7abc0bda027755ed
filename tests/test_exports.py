"""What `from gis_core import suitability, bases, relocation, surfaces` gives."""

import importlib
import inspect

import pytest

from gis_core import bases, relocation, suitability, surfaces

WANTED = {
    suitability: {"load_model", "run_suitability", "explain_place"},
    bases: {"grow_candidates", "select_bases", "SelectionRules"},
    relocation: {"plan_relocation", "PlanRules", "explain_village", "check_survey"},
    surfaces: {"slope", "distance_to_features", "travel_time", "number_zones"},
}


@pytest.mark.parametrize("package", WANTED, ids=lambda package: package.__name__)
def test_a_package_gives_what_it_promises(package: object) -> None:
    told = vars(package)
    assert told["__all__"] == sorted(told["__all__"], key=lambda n: (n[0].islower(), n))
    assert WANTED[package] <= set(told["__all__"])  # type: ignore[index]
    for name in told["__all__"]:
        assert inspect.getdoc(told[name]), name
        home = importlib.import_module(told[name].__module__)
        assert getattr(home, name) is told[name]
