"""Render the city page and the county pages from figures that a workflow gathered."""

from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, Template, select_autoescape

from gis_core.products.maps.context import MapContext
from gis_core.products.pages.strings import STRINGS, say
from gis_core.products.proof import proof_line
from gis_core.text import Text, localise

Cells = tuple[float | None, ...]
CLASSES = ("S1", "S2", "S3", "N1", "N2")
SUMMED = ("villages", "people", "households", "cost_yuan")


@dataclass(frozen=True)
class PageFigures:
    """What a page shows; every part may be empty, for a workspace that is only begun.

    Attributes
    ----------
    name
        Of the city or county.
    totals
        Whole numbers by key of `strings.STRINGS`: units, survey_villages, survey_people,
        survey_households, bases, bases_area, moving_people, deferred_people.
    maps
        Names of the maps that can be shown; the first is embedded.
    bases, plan, survey
        The documents of the choice of bases, the plan and the survey check, bilingual; of a
        county, cut down to it.
    land
        Of a county: its outline from the newest run, bilingual; see `land_tables`.
    counties
        Rows code, name (`Text`), cells (numbers or None) for the city page.
    places
        Code and name of every county, to go from page to page.
    """

    name: Text
    totals: dict[str, float] = field(default_factory=dict)
    maps: tuple[str, ...] = ()
    bases: dict[str, Any] | None = None
    plan: dict[str, Any] | None = None
    survey: dict[str, Any] | None = None
    land: dict[str, Any] | None = None
    counties: tuple[tuple[str, Text, Cells], ...] = ()
    places: tuple[tuple[str, Text], ...] = ()


@cache
def template_of(name: str) -> Template:
    """Return a template of this package; what it shows is escaped."""
    environment = Environment(
        loader=PackageLoader("gis_core.products", "pages"), autoescape=select_autoescape(),
        trim_blocks=True,
    )  # fmt: skip
    return environment.get_template(name)


def render(context: MapContext, figures: PageFigures) -> str:
    """Return a city page, or with `context.county` a county's page, as HTML; all text escaped."""
    lang = context.lang
    bases, plan, survey = (localise(d or {}, lang) for d in (figures.bases, figures.plan,
                                                            figures.survey))  # fmt: skip
    county = context.county
    colon = "：" if lang == "zh" else ": "
    whole = context.say(context.region_name) + colon if county else ""  # rules are of all counties
    return template_of("page.html").render(
        lang=lang, title=context.say(figures.name), county=county,
        w={key: text.in_(lang) for key, text in STRINGS.items()},
        labels=[context.say(label) for label in context.labels],
        figures=[(say(key, lang), f"{value:,.0f}") for key, value in figures.totals.items()],
        map_name=figures.maps[0] if figures.maps else None, maps=figures.maps,
        suffix=f"&county={quote(county)}" if county else "",
        **land_tables(localise(figures.land or {}, lang), lang),
        bases=bases.get("bases", []), bases_proof=proof_line(bases, lang, unit="mu"),
        bases_conflicts=[whole + told for told in bases.get("conflicts", [])],
        bases_notes=bases.get("notes", []),
        plan=plan.get("years", []), plan_proof=proof_line(plan, lang, unit="points"),
        plan_objective=plan.get("objective_text", ""),
        plan_total={key: sum(y[key] for y in plan.get("years", [])) for key in SUMMED},
        conflicts=[whole + c["text"] for c in plan.get("conflicts", [])],
        caveats=plan.get("caveats", []),
        survey=[_bracket(b, lang) for b in survey.get("brackets", [])],
        problems=[p["text"] for p in survey.get("problems", [])],
        counties=[
            {"code": quote(code, safe=""), "name": context.say(name), "cells": _cells(cells)}
            for code, name, cells in figures.counties
        ],
        county_total=_cells(_sums([cells for _, _, cells in figures.counties])),
        places=_places(context, figures),
        aggregated=not context.show_villages,
        run_line=None if context.run_line is None else context.say(context.run_line),
        made=_moment(context.made_at), sources=context.sources,
    )  # fmt: skip


def land_tables(land: dict[str, Any], lang: str) -> dict[str, Any]:
    """Return a county's areas by class in mu, ha and share, what limits it, and the outline.

    `land` has ``area_mu``, ``s1_area_mu``, … and the same in ``_ha``, ``limiting_factors`` (title,
    area_mu, area_ha, share) and ``text``, sentences, all in `lang`; empty gives empty tables.
    """
    if not land:
        return {"land": [], "limits": [], "outline": []}
    keys = [(f"{name.lower()}_area", name) for name in CLASSES]
    keys += [("excluded_area", "excluded"), ("no_data_area", "no_data"), ("area", "total")]
    whole = land["area_mu"]
    rows = [
        (say(name, lang), f"{land[f'{key}_mu']:,.0f}", f"{land[f'{key}_ha']:,.0f}",
         f"{land[f'{key}_mu'] / whole:.1%}" if whole else "")
        for key, name in keys
        if land[f"{key}_mu"] > 0 or name in CLASSES
    ]  # fmt: skip
    limits = [
        (part["title"], f"{part['area_mu']:,.0f}", f"{part['area_ha']:,.0f}",
         f"{part['share']:.1%}")
        for part in land["limiting_factors"]
    ]  # fmt: skip
    return {"land": rows, "limits": limits, "outline": land["text"]}


def _cells(values: Cells) -> list[str]:
    return ["" if value is None else f"{value:,.0f}" for value in values]


def _sums(rows: list[Cells]) -> Cells:
    """Return the sum of every column; None where no row has a figure."""
    held = ([v for v in column if v is not None] for column in zip(*rows, strict=True))
    return tuple(sum(values) if values else None for values in held)


def _places(context: MapContext, figures: PageFigures) -> list[dict[str, Any]]:
    """Return the region and its counties as links, the one that is shown marked."""
    region = {"address": "/", "name": context.say(context.region_name),
              "here": context.county is None}  # fmt: skip
    return [region, *(
        {"address": f"/county/{quote(code, safe='')}", "name": context.say(name),
         "here": code == context.county}
        for code, name in figures.places
    )]  # fmt: skip


def _moment(made_at: str) -> str:
    """Return an ISO time as people read it: 2026-01-02 08:30 UTC."""
    return made_at.replace("T", " ").replace("+00:00", " UTC")


def _bracket(row: dict[str, Any], lang: str) -> list[str]:
    side = "reported_" if row["reported_villages"] is not None else ""
    counts = [f"{row[side + m]:,}" for m in ("villages", "households", "people")]
    low, high = row["feasible_people"]
    return [row["label"], *counts, f"{low:,}–{high:,}", say("yes" if row["ok"] else "no", lang)]
