"""The shipped models and the demonstration speak of the same classes of land cover."""

from gis_core.sources.demo import cover
from gis_core.suitability.membership import Categorical
from gis_core.suitability.reader import load_model


def test_the_organic_model_names_the_classes_of_the_demonstration() -> None:
    model = load_model("organic_base")
    classes = {name.en for name in cover.LEGEND.values()}
    (use,) = (c.membership for c in model.criteria if c.layer == "landcover")
    assert isinstance(use, Categorical)
    assert set(use.scores) == classes
    (taken,) = (set(r.classes) for r in model.rules if r.layer == "landcover")
    assert taken < classes
    assert all(use.scores[name] == 0 for name in taken)
