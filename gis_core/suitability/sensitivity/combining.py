"""How a model's scores become one when they are drawn anew."""

from gis_core.errors import InvalidParameterError
from gis_core.suitability.model import SuitabilityModel
from gis_core.suitability.sensitivity.monte_carlo import Combine


def combiner(model: SuitabilityModel) -> Combine | None:
    """Return what combines scores (criteria, cells); None for the weighted sum, which is linear.

    Raises
    ------
    InvalidParameterError
        If the combination is none that can be drawn.
    """
    method = model.combination.method
    if method == "weighted_sum":
        return None
    raise InvalidParameterError(
        f"The model combines its criteria by '{method}'; draws are made for weighted_sum.",
        f"模型采用 {method} 合成方式；抽样分析适用于 weighted_sum。",
    )
