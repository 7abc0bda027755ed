"""The panel beside a map: title, labels, legend, tables, and how the map was made."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, select_autoescape

from gis_core.products.maps.context import MapContext
from gis_core.products.maps.strings import say
from gis_core.text import Text

TEMPLATE = """\
<a class="skip" href="#search">{{ words.search }}</a>
<div id="side">
  <p id="no-map" class="card" role="alert" hidden>{{ words.no_map }}</p>
  <noscript><p class="card">{{ words.no_script }}</p></noscript>
  <div id="find" class="card" role="search">
    <input id="search" type="search" autocomplete="off" role="combobox" aria-controls="found"
      aria-expanded="false" aria-label="{{ words.search }}" placeholder="{{ words.search }}">
    <ul id="found" aria-label="{{ words.search }}"></ul>
  </div>
  <details id="panel" class="card" open>
    <summary>{% if links %}<span class="ways"><a href="{{ links.back }}" target="_top">{{ words.back
      }}</a> <a href="{{ links.other }}" lang="{{ links.lang }}" hreflang="{{ links.lang }}">{{
      words.other_language }}</a></span>{% endif %}
    <h1>{{ title }}</h1><span class="where">{{ where }}</span>
    {% for label in labels %}<strong class="badge">{{ label }}</strong>{% endfor %}
    {% if panel.warnings %}<strong class="badge alarm">{{ words.conflicts
      }} · {{ panel.warnings|length }}</strong>{% endif %}</summary>
    {% if panel.warnings %}<section class="conflicts"><h2>{{ words.conflicts }}</h2>
      {% for warning in panel.warnings %}<p class="warn">{{ warning }}</p>{% endfor %}
    </section>{% endif %}
    {% if panel.years %}<section><h2><label for="year">{{ words.year }}</label></h2>
      <select id="year"><option value="">{{ words.all_years }}</option>
      {% for year in panel.years %}<option value="{{ year }}">{{ year }}</option>{% endfor %}
      </select></section>{% endif %}
    <section><h2>{{ words.legend }}</h2><ul class="legend">
      {% for entry in panel.legend %}<li{% if entry.layer %} data-layer="{{ entry.layer }}"{% endif
        %}{% if entry.optional %} class="optional"{% endif %}><span class="swatch {{ entry.shape }}"
        style="{{ entry.css }}"></span>{{ entry.text }}{% if entry.value
        %}<span class="value"{% if entry.number %} data-class="{{ entry.number }}"{% endif
        %}>{{ entry.value }}</span>{% endif %}</li>{% endfor %}
    </ul></section>
    {% if panel.sliders %}<details id="weights"><summary>{{ words.weigh }}</summary>
      {% if panel.sliders.refusal %}<p>{{ panel.sliders.refusal }}</p>{% else %}
      {% for name, title, weight in panel.sliders.criteria %}<div class="weight"><label
        for="weight-{{ name }}">{{ title }}</label><input type="range" min="0" max="100" step="1"
        value="{{ 100 * weight }}" id="weight-{{ name }}"><output
        for="weight-{{ name }}"></output></div>{% endfor %}
      <button type="button">{{ words.reset }}</button>
      <p role="status">{{ panel.sliders.told }}</p>
      <table><tr>{% for head in panel.sliders.heads %}<th scope="col">{{ head }}</th>{% endfor
        %}</tr>{% for number, title, area in panel.sliders.areas %}<tr><td>{{ title
        }}</td><td data-area="{{ number }}">{{ area }}</td></tr>{% endfor %}</table>
      {% endif %}</details>{% endif %}
    {% for table in panel.tables %}<section><h2>{{ table.title }}</h2><table>
      <tr>{% for head in table.heads %}<th scope="col">{{ head }}</th>{% endfor %}</tr>
      {% for row in table.rows %}<tr{% if loop.last and table.total %} class="all"{% endif %}>
        {% for cell in row %}<td>{{ cell }}</td>{% endfor %}</tr>{% endfor %}
    </table>{% for note in table.notes %}<p>{{ note }}</p>{% endfor %}</section>{% endfor %}
    <details class="more"><summary>{{ words.about }}</summary>
      {% for list in panel.lists %}<p><strong>{{ list.title }}</strong></p><ul class="plain">
        {% for line in list.lines %}<li>{{ line }}</li>{% endfor %}</ul>{% endfor %}
      <p>{{ made_line }}</p>
      {% if run_line %}<p>{{ run_line }}</p>{% endif %}
      {% if left_out %}<p><strong>{{ words.left_out }}</strong></p><ul class="plain">
        {% for line in left_out %}<li>{{ line }}</li>{% endfor %}</ul>{% endif %}
      {% if sources %}<p><strong>{{ words.data }}</strong></p><ul class="plain">
        {% for line in sources %}<li>{{ line }}</li>{% endfor %}</ul>{% endif %}
    </details>
  </details>
</div>
"""
MADE_LINE = Text(
    "Analysis in {crs}; drawn in Web Mercator (WGS 84); made {made}.",
    "分析坐标系：{crs}；以 Web 墨卡托投影（WGS 84）显示；制作时间：{made}。",
)
WORDS = ("search", "year", "all_years", "legend", "about", "left_out",
         "data", "conflicts", "no_map", "no_script", "weigh", "reset", "back", "other_language",
         )  # fmt: skip


@dataclass(frozen=True)
class LegendEntry:
    """One line of the legend; `shape` is empty (a box), ``dot``, ``stroke`` or ``head``, which
    names the lines below it.

    `layer` is the name of the layer it explains: while that is hidden the line is faint, or with
    `optional` not there. `number` is that of the class whose share `value` is, which the sliders
    change.
    """

    text: str
    css: str
    shape: str = ""
    value: str = ""
    layer: str = ""
    optional: bool = False
    number: int = 0


@dataclass(frozen=True)
class PanelTable:
    """A small table; with `total` its last row stands out."""

    title: str
    heads: list[str]
    rows: list[list[str]]
    notes: list[str] = field(default_factory=list)
    total: bool = False


@dataclass(frozen=True)
class PanelList:
    """Lines under a title."""

    title: str
    lines: list[str]


@dataclass(frozen=True)
class PanelSliders:
    """A slider a criterion: name, title, weight (0 to 1); areas by class: number, title, mu.

    `refusal` stands in their place where weights cannot be tried in the page.
    """

    criteria: list[tuple[str, str, float]]
    areas: list[tuple[int, str, str]]
    heads: list[str]
    told: str
    refusal: str = ""


@dataclass(frozen=True)
class Panel:
    """What a map's panel holds beside what the context tells."""

    title: str
    legend: list[LegendEntry]
    tables: list[PanelTable] = field(default_factory=list)
    lists: list[PanelList] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    years: list[int] = field(default_factory=list)
    sliders: PanelSliders | None = None


def _made_line(context: MapContext) -> str:
    made = context.made_at.replace("T", " ").replace("+00:00", " UTC")
    return MADE_LINE.in_(context.lang).format(crs=context.analysis_crs, made=made)


def _links(context: MapContext) -> dict[str, str] | None:
    """Return where a served page leads: back to its page, and to itself in the other language."""
    if context.address is None:
        return None
    county = "" if context.county is None else quote(context.county, safe="")
    other = "en" if context.lang == "zh" else "zh"
    back = f"/county/{county}" if county else "/"
    here = f"{context.address}?lang={other}" + (f"&county={county}" if county else "")
    return {"back": f"{back}?lang={context.lang}", "other": here,
            "lang": "en" if other == "en" else "zh-CN"}  # fmt: skip


def render_panel(panel: Panel, context: MapContext, *, where: str) -> str:
    """Return the panel as HTML, every text escaped."""
    environment = Environment(autoescape=select_autoescape(default=True, default_for_string=True))
    values: dict[str, Any] = {
        "panel": panel, "title": panel.title, "where": where,
        "labels": [context.say(label) for label in context.labels],
        "words": {key: say(key, context.lang) for key in WORDS},
        "made_line": _made_line(context), "sources": context.sources,
        "run_line": None if context.run_line is None else context.say(context.run_line),
        "links": _links(context), "left_out": [context.say(line) for line in context.left_out],
    }  # fmt: skip
    return environment.from_string(TEMPLATE).render(values)
