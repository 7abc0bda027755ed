"""A village's page: what the plan means for it, in sentences for those who live there."""

from gis_core.errors import NotFoundError
from gis_core.relocation.reasons import in_year
from gis_core.relocation.result import FORMS, Assignment, RelocationPlan
from gis_core.text import Text

VOLUNTARY = Text("Moving is voluntary: the village decides.", "搬迁坚持群众自愿，由村民自己决定。")


def explain_village(plan: RelocationPlan, village_id: str) -> tuple[Text, ...]:
    """Return a village's page in plain sentences: what, when, where, why, what it costs.

    Raises
    ------
    NotFoundError
        If the plan does not deal with the village.
    """
    for move in plan.assignments:
        if move.village_id == village_id:
            return (_move(move), move.urgency, move.why, _cost(move), VOLUNTARY)
    for wait in plan.deferred:
        if wait.village_id == village_id:
            head = Text(f"{wait.village} does not move within this plan.",
                        f"{wait.village}在本方案年限内暂不搬迁。")  # fmt: skip
            urgency = (wait.urgency,) if wait.urgency.en else ()
            return (head, *urgency, wait.why, VOLUNTARY)
    raise NotFoundError(
        f"The plan does not deal with village '{village_id}': it is not among the target villages.",
        f"方案未涉及村“{village_id}”：它不在目标村之内。",
    )


def _move(move: Assignment) -> Text:
    form, when = FORMS[move.form], in_year(move.year)
    people = f"{move.people:,} {'person' if move.people == 1 else 'people'}"
    households = f"{move.households:,} household{'' if move.households == 1 else 's'}"
    return Text(
        f"{move.village} ({people}, {households}) is to move "
        f"{when.en} to {move.destination_en or move.destination}: {form.en}.",
        f"{move.village}（{move.households}户{move.people}人）计划于{when.zh}搬至{move.destination}，"
        f"方式为{form.zh}。",
    )


def _cost(move: Assignment) -> Text:
    each = move.cost_yuan / move.people
    assumed = (
        Text(", a planner's assumption", "（规划假设）") if move.cost_assumed else Text("", "")
    )
    return Text(
        f"The move is reckoned at {move.cost_yuan:,.0f} yuan, {each:,.0f} yuan a person"
        f"{assumed.en}.",
        f"搬迁费用测算为{move.cost_yuan:.0f}元，人均{each:.0f}元{assumed.zh}。",
    )
