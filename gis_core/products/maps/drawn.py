"""Layers that our own script draws; Folium's layer control knows them as any other layer."""

from typing import Any

import folium
from folium.map import Layer
from jinja2 import Template

from gis_core.products.maps.codec import layer_name, packed, script_json

KINDS = ("areas", "labels", "lines", "points", "flows")
PACKED_FROM = 30_000  # characters of JSON; what is smaller gains too little and stays readable


class DrawnLayer(Layer):
    """A layer of compact data; `kind` is the function of ``upland.js`` that draws it.

    Much data is written packed (`codec.packed`), little as plain JSON.
    """

    _template = Template("""
        {% macro script(this, kwargs) %}
        var {{ this.get_name() }} = upland.{{ this.kind }}({{ this.data }});
        {% endmacro %}
    """)

    def __init__(self, kind: str, data: dict[str, Any], *, name: str, show: bool = True) -> None:
        if kind not in KINDS:
            raise ValueError(f"a layer's kind is '{kind}', wanted one of {', '.join(KINDS)}")
        # Leaflet's layer control takes names as HTML
        super().__init__(name=layer_name(name), overlay=True, control=True, show=show)
        self._name = f"Drawn{kind.title()}"
        self.kind = kind
        text = script_json(data)
        self.data = packed(data) if len(text) > PACKED_FROM else text


class PageStart(folium.MacroElement):
    """Starts search, years, scale and view once every layer is there."""

    _template = Template("""
        {% macro script(this, kwargs) %}
        upland.start({{ this._parent.get_name() }}, {{ this.json }}, {{ this.control }});
        {% endmacro %}
    """)

    def __init__(self, options: dict[str, Any], *, control: folium.LayerControl) -> None:
        super().__init__()
        self.control = control.get_name()
        self._name = "PageStart"
        self.json = script_json(options)
