"""How a model's scores become one when they are drawn anew."""

from gis_core.suitability.kernel.fused import combine_scores
from gis_core.suitability.model import SuitabilityModel
from gis_core.suitability.sensitivity.cells import Floats
from gis_core.suitability.sensitivity.monte_carlo import Combine


def combiner(model: SuitabilityModel) -> Combine | None:
    """Return what combines scores (criteria, cells) by the model's method, as a run does.

    None for the weighted sum, which is linear and needs no combining draw by draw.
    """
    combination = model.combination
    if combination.method == "weighted_sum":
        return None

    def combine(scores: Floats, weights: Floats) -> Floats:
        return combine_scores(scores, [float(weight) for weight in weights], combination)

    return combine
