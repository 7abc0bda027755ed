"""One set of judgements from those of a group, and how far its members agree."""

from dataclasses import dataclass

import numpy as np

from gis_core.suitability.judgements import GroupAhp, Judgements
from gis_core.suitability.weighting.eigenvector import (
    Floats,
    consistency_ratio,
    matrix_of,
    priorities,
)


@dataclass(frozen=True)
class MemberFigures:
    """A member's share in the group (0 to 1, sum 1) and the consistency ratio of its judgements."""

    name: str
    share: float
    consistency_ratio: float


@dataclass(frozen=True)
class Dispute:
    """The pair on which a group differs most: `first` counts `least` to `most` times `second`."""

    first: str
    second: str
    least: float
    most: float


@dataclass(frozen=True)
class GroupFigures:
    """The group's judgements, its members, their agreement and their largest dispute.

    `agreement` is Kendall's coefficient of concordance of the members' orders of the criteria: 1
    where all order them alike, 0 where their orders have nothing in common.
    """

    judgements: Judgements
    members: tuple[MemberFigures, ...]
    agreement: float
    dispute: Dispute | None


def join_group(group: GroupAhp) -> GroupFigures:
    """Return the group's judgements: the geometric mean of its members', by their weights.

    The criteria of all members are brought into the order of the first.

    References
    ----------
    Aczél and Saaty (1983), Procedures for synthesizing ratio judgements; Forman and Peniwati
    (1998), Aggregating individual judgments and priorities with the AHP; Kendall and Babington
    Smith (1939), The problem of m rankings.
    """
    names = group.members[0].judgements.names
    shares = np.array([m.weight for m in group.members])
    shares = shares / shares.sum()
    each = np.stack([_in_order(m.judgements, names) for m in group.members])
    joined = np.exp(np.tensordot(shares, np.log(each), axes=1))
    orders = [priorities(matrix)[0] for matrix in each]
    return GroupFigures(
        judgements=Judgements(names, tuple(tuple(map(float, row)) for row in joined)),
        members=tuple(
            MemberFigures(m.name, float(share), consistency_ratio(matrix))
            for m, share, matrix in zip(group.members, shares, each, strict=True)
        ),
        agreement=concordance(np.stack(orders)),
        dispute=_largest_dispute(names, each),
    )


def concordance(weights: Floats) -> float:
    """Return Kendall's W (0 to 1) of the orders that weights (members, criteria) mean.

    Ties are allowed for; 1 where nothing is told apart by anyone.
    """
    from scipy.stats import rankdata  # half a second to import, which few commands need

    members, criteria = weights.shape
    ranks = np.stack([rankdata(np.round(row, 12)) for row in weights])
    sums = ranks.sum(axis=0)
    spread = float(((sums - sums.mean()) ** 2).sum())
    tied = sum(float(n**3 - n) for row in ranks for n in np.unique(row, return_counts=True)[1])
    most = (members**2 * (criteria**3 - criteria) - members * tied) / 12.0
    return spread / most if most > 0 else 1.0


def _in_order(judgements: Judgements, names: tuple[str, ...]) -> Floats:
    places = [judgements.names.index(name) for name in names]
    return matrix_of(judgements)[np.ix_(places, places)]


def _largest_dispute(names: tuple[str, ...], each: Floats) -> Dispute | None:
    apart = np.log(each).max(axis=0) - np.log(each).min(axis=0)
    if not apart.max() > 1e-9:
        return None
    i, j = (int(k) for k in np.unravel_index(int(np.argmax(np.triu(apart))), apart.shape))
    return Dispute(names[i], names[j], float(each[:, i, j].min()), float(each[:, i, j].max()))
