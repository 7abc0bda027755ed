"""Relocation: survey reconciliation, priority, plan, explanation; values in, values out."""

from gis_core.relocation.explain import explain_village
from gis_core.relocation.factors import PriorityModel, load_priority_model
from gis_core.relocation.planning import PlanOptions, plan_relocation
from gis_core.relocation.priority import Ranking, factors_from_survey, rank_villages
from gis_core.relocation.result import RelocationPlan
from gis_core.relocation.rules import FixedMove, PlanRules, Weights
from gis_core.relocation.solve import SolveOptions
from gis_core.relocation.standards import Standards, load_standards
from gis_core.relocation.survey_check import SurveyCheck, check_survey

__all__ = [
    "FixedMove",
    "PlanOptions",
    "PlanRules",
    "PriorityModel",
    "Ranking",
    "RelocationPlan",
    "SolveOptions",
    "Standards",
    "SurveyCheck",
    "Weights",
    "check_survey",
    "explain_village",
    "factors_from_survey",
    "load_priority_model",
    "load_standards",
    "plan_relocation",
    "rank_villages",
]
