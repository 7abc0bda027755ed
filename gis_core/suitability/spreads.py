"""How far a threshold may be off where the model does not say: a share of what it stands beside.

A share of the value itself would mean nothing where the unit's zero means nothing: pH 8.0 is not
eight times something, and 0 °C is no less certain than 10 °C. So the default is `SHARE_OFF` of

- the distance to the nearest other threshold of the same membership (lines of every kind), so that
  a threshold never reaches its neighbour;
- the breadth of a curve that has a middle or a centre and a width: two widths, from the one side to
  the other; and of the width itself for the width;
- the value, for a threshold that stands alone: a rule's limit, the middle of a fuzzy large or
  small. Where the unit has no natural zero, write the spread.

Where a derivation has a natural zero (no distance, no slope; north for the aspect), it is never
more than the same share of what lies between that and the threshold. A `spread` written at a
threshold, or at its criterion for all of its thresholds, holds instead. What a standard fixes has
none.
"""

from collections.abc import Sequence

SHARE_OFF = {"standard": 0.0, "local": 0.1, "planner": 0.2}  # by tag
CURVES = ("sigmoid", "gaussian", "near")  # kinds with a middle or centre, then a width
ALONE = ("large", "small")  # kinds with one threshold
WIDTHS_ACROSS = 2.0  # of a curve, from the one side to the other
ZEROS = {  # of derivations, in their unit
    "slope": (0.0,), "aspect": (0.0, 360.0), "ruggedness": (0.0,), "distance": (0.0,),
    "travel_time": (0.0,), "density": (0.0,),
}  # fmt: skip


def spans(kind: str, values: Sequence[float]) -> list[float]:
    """Return for every threshold of a membership the span of which its spread is a share.

    Parameters
    ----------
    kind
        Of the membership, as a model names it.
    values
        Its thresholds in the order of its keys, in the criterion's unit.
    """
    if kind in CURVES:
        return [WIDTHS_ACROSS * abs(values[1]), abs(values[1])]
    if kind in ALONE:
        return [abs(value) for value in values]
    away = [[abs(value - other) for other in values if other != value] for value in values]
    return [min(row, default=abs(value)) for row, value in zip(away, values, strict=True)]


def default_spread(tag: str, value: float, *, span: float, zeros: Sequence[float] = ()) -> float:
    """Return the half-width by which a threshold may be off, in its unit, 0 or more.

    `span` is that of `spans`, or the size of the value; `zeros` are those of the derivation.
    """
    return SHARE_OFF[tag] * min([span, *(abs(value - zero) for zero in zeros)])
