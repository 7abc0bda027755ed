"""From what was judged to the weights of the criteria in use."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gis_core.errors import InvalidCriterionError, InvalidParameterError
from gis_core.suitability.judgements import (
    FROM_DATA,
    Ahp,
    BestWorst,
    FromData,
    GroupAhp,
    Judgements,
    Ranks,
    Weighting,
)
from gis_core.suitability.model import GROUP_TITLES, SuitabilityModel
from gis_core.suitability.weighting.best_worst import best_worst_weights
from gis_core.suitability.weighting.eigenvector import (
    RATIO_LIMIT,
    consistency_ratio,
    matrix_of,
    priorities,
)
from gis_core.suitability.weighting.from_data import critic_weights, entropy_weights
from gis_core.suitability.weighting.group import MemberFigures, join_group
from gis_core.suitability.weighting.mending import (
    Mend,
    as_judgement,
    consistency_note,
    find_mend,
)
from gis_core.suitability.weighting.ranks import rank_order_centroid
from gis_core.suitability.weights import normalised
from gis_core.text import Text

Titles = Mapping[str, Text]


@dataclass(frozen=True)
class WeightsFound:
    """Weights by criterion (0 or more, sum 1), how consistent they are, and what to say of them.

    `consistency_ratio` is Saaty's for judgements in pairs (of several matrices the largest) and
    the linear model's ξ for best-worst; None for methods without one. `mends` names the least
    consistent pair of each matrix, in a group that of each member above the limit; `members` and
    `agreement` (0 to 1) are those of a group.
    """

    weights: dict[str, float]
    consistency_ratio: float | None = None
    notes: tuple[Text, ...] = ()
    mends: tuple[Mend, ...] = ()
    members: tuple[MemberFigures, ...] = ()
    agreement: float | None = None


def resolve_weights(
    model: SuitabilityModel,
    used_names: Sequence[str],
    scores_sample: NDArray[np.floating] | None = None,
) -> WeightsFound:
    """Return the weights of the criteria in use.

    Parameters
    ----------
    model
        With its weighting; judgements cover all its criteria.
    used_names
        The criteria whose layers are here. The judged weights of the others are left out and the
        rest is normalised again.
    scores_sample
        (cells, criteria), scores 0 to 1, one column for each of `used_names` in their order; NaN
        means no data. Only entropy and CRITIC look at it.

    Raises
    ------
    InvalidCriterionError
        If a weight is NaN, infinite or negative, or none is above zero, or the data give none.
    InvalidParameterError
        If entropy or CRITIC get no sample, or one that does not fit `used_names`.
    """
    if model.weighting.method == "direct":
        written = {c.name: c.weight for c in model.criteria}
        return WeightsFound(normalised({name: written[name] for name in used_names}))
    if isinstance(model.weighting.input, FromData):
        return _from_sample(model.weighting.method, used_names, scores_sample)
    titles = GROUP_TITLES | {c.name: c.title for c in model.criteria}
    found = weigh(model.weighting, titles=titles)
    missing = [name for name in used_names if name not in found.weights]
    if missing:
        raise InvalidCriterionError(
            f"The judgements of model '{model.name}' leave out {', '.join(missing)}. Judge them "
            "too.",
            f"模型“{model.name}”的判断缺少 {'、'.join(missing)}。请补充。",
        )
    kept = normalised({name: found.weights[name] for name in used_names})
    return WeightsFound(
        kept, found.consistency_ratio, found.notes, found.mends, found.members, found.agreement
    )


def weigh(weighting: Weighting, *, titles: Titles | None = None) -> WeightsFound:
    """Return the weights that judgements mean, for methods that need no data.

    `titles` are what the notes call the criteria by; without one they use its name.

    Raises
    ------
    InvalidParameterError
        If the weights stand at the criteria or come from the data: then nothing was judged.
    """
    judged, called = weighting.input, titles or {}
    if isinstance(judged, Ranks):
        return WeightsFound(rank_order_centroid(judged))
    if isinstance(judged, Ahp):
        return _of_one(judged, called)
    if isinstance(judged, GroupAhp):
        return _of_group(judged, called)
    if isinstance(judged, BestWorst):
        return _of_best_worst(judged, called)
    raise InvalidParameterError(
        f"The weighting '{weighting.method}' holds no judgements to weigh. Run the model over its "
        f"layers, or use one other than direct, {' and '.join(FROM_DATA)}.",
        f"权重方法“{weighting.method}”不含判断。请用图层运行模型，或改用 direct、"
        f"{'、'.join(FROM_DATA)} 以外的方法。",
    )


def judged_weights(weighting: Weighting) -> dict[str, float]:
    """Return the weights that judgements mean (sum 1), without what there is to say of them.

    Raises
    ------
    InvalidParameterError
        As `weigh`.
    """
    judged = weighting.input
    if isinstance(judged, Ahp):
        return _hierarchy(judged)
    if isinstance(judged, GroupAhp):
        return _weights_of(join_group(judged).judgements)
    return weigh(weighting).weights


def _from_sample(
    method: str, names: Sequence[str], sample: NDArray[np.floating] | None
) -> WeightsFound:
    if sample is None or sample.ndim != 2 or sample.shape[1] != len(names):
        shape = "none" if sample is None else str(sample.shape)
        raise InvalidParameterError(
            f"The weighting '{method}' needs a sample of scores (cells, {len(names)} criteria); "
            f"got {shape}.",
            f"权重方法“{method}”需要得分样本（单元数，{len(names)} 个准则）；"
            f"得到的是 {'无' if sample is None else shape}。",
        )
    values = np.asarray(sample, np.float64)
    weights = entropy_weights(values) if method == "entropy" else critic_weights(values)
    cells = int(np.isfinite(values).all(axis=1).sum())
    called = "CRITIC" if method == "critic" else "entropy"
    note = Text(
        f"The weights were computed from the scores of {cells:,} cells ({called}); they say how "
        "much a criterion tells places apart, not how much it matters.",
        f"权重由 {cells:,} 个单元的得分计算（{'CRITIC 法' if method == 'critic' else '熵权法'}），"
        "反映准则区分地块的能力，不代表其重要性。",
    )
    return WeightsFound(dict(zip(names, map(float, weights), strict=True)), None, (note,))


def _weights_of(judgements: Judgements) -> dict[str, float]:
    weights, _ = priorities(matrix_of(judgements))
    return dict(zip(judgements.names, map(float, weights), strict=True))


def _of_one(judged: Ahp, titles: Titles) -> WeightsFound:
    """Weigh one person's judgements and say how consistent each matrix of them is."""
    ratio, notes, mends = _consistency([(None, judged.judgements), *judged.within.items()], titles)
    return WeightsFound(_hierarchy(judged), ratio, notes, mends)


def _hierarchy(judged: Ahp) -> dict[str, float]:
    """Return one person's weights; those of groups are shared out within each group."""
    top = _weights_of(judged.judgements)
    if not judged.within:
        return top
    return {
        name: top[group] * share
        for group, judgements in judged.within.items()
        for name, share in _weights_of(judgements).items()
    }


def _consistency(
    matrices: Sequence[tuple[str | None, Judgements]], titles: Titles
) -> tuple[float, tuple[Text, ...], tuple[Mend, ...]]:
    """Return the largest ratio, a note for each matrix that can be inconsistent, and the mends.

    The matrices go by the group whose criteria they compare; None is that of the groups, or of all.
    """
    told = [(group, m) for group, m in matrices if len(m.names) > 2] or matrices[:1]
    ratio, notes, mends = 0.0, [], []
    for group, judgements in told:
        own, mend = consistency_ratio(matrix_of(judgements)), find_mend(judgements)
        note = consistency_note(own, mend, titles)
        if group is not None:
            called = titles.get(group, Text(group, group))
            note = Text(f"Within '{called.en}': {note.en}", f"“{called.zh}”组内：{note.zh}")
        ratio = max(ratio, own)
        notes.append(note)
        mends += [mend] if mend is not None else []
    return ratio, tuple(notes), tuple(mends)


def _of_group(judged: GroupAhp, titles: Titles) -> WeightsFound:
    group = join_group(judged)
    ratio = consistency_ratio(matrix_of(group.judgements))
    each = [f"{m.name} {m.consistency_ratio:.3f}" for m in group.members]
    said = [consistency_note(ratio, None, titles), Text(
        f"Consistency ratios of the members: {', '.join(each)}. Their orders of the criteria agree "
        f"to {group.agreement:.2f} (Kendall's W: 1 alike, 0 nothing in common).",
        f"各成员的一致性比率：{'、'.join(each)}。各成员对准则排序的一致程度为 "
        f"{group.agreement:.2f}（肯德尔和谐系数：1 为完全一致，0 为毫无一致）。",
    )]  # fmt: skip
    if group.dispute is not None:
        first, second = (
            titles.get(n, Text(n, n)) for n in (group.dispute.first, group.dispute.second)
        )
        least, most = as_judgement(group.dispute.least), as_judgement(group.dispute.most)
        said.append(Text(
            f"They differ most on '{first.en}' against '{second.en}': from {least} to {most}.",
            f"分歧最大的是“{first.zh}”与“{second.zh}”：由 {least} 至 {most}。",
        ))  # fmt: skip
    mends = []
    for member, figures in zip(judged.members, group.members, strict=True):
        if figures.consistency_ratio > RATIO_LIMIT:
            mend = find_mend(member.judgements)
            note = consistency_note(figures.consistency_ratio, mend, titles)
            said.append(Text(f"{member.name}: {note.en}", f"{member.name}：{note.zh}"))
            mends += [mend] if mend is not None else []
    weights = _weights_of(group.judgements)
    return WeightsFound(weights, ratio, tuple(said), tuple(mends), group.members, group.agreement)


def _of_best_worst(judged: BestWorst, titles: Titles) -> WeightsFound:
    found = best_worst_weights(judged)
    en = ("The largest deviation from the best-worst comparisons is ξ = "
          f"{found.deviation:.3f} (0 is perfectly consistent); their input-based ratio is "
          f"{found.input_ratio:.2f}.")  # fmt: skip
    zh = (f"与最优最劣比较的最大偏差 ξ 为 {found.deviation:.3f}（0 为完全一致）；"
          f"输入一致性比率为 {found.input_ratio:.2f}。")  # fmt: skip
    name = found.least_consistent
    if name is not None:
        title = titles.get(name, Text(name, name))
        to, back = judged.best_to_others[name], judged.others_to_worst[name]
        whole = as_judgement(judged.best_to_others[judged.worst])
        en += (f" Least consistent is '{title.en}': {as_judgement(to)} times {as_judgement(back)} "
               f"should make {whole}, best against worst.")  # fmt: skip
        zh += (f"最不一致的是“{title.zh}”：{as_judgement(to)} 乘 {as_judgement(back)} 应等于最优"
               f"对最劣的 {whole}。")  # fmt: skip
    return WeightsFound(found.weights, found.deviation, (Text(en, zh),))
