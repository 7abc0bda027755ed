"""From a Folium map to one page: everything inside it, or linked from our own server."""

import base64
import html as markup
import re
from typing import cast

import folium
from branca.element import Element, Figure

from gis_core.products.assets import MAP_SCRIPTS, asset_path, vendor_built
from gis_core.products.maps.context import MapContext
from gis_core.products.maps.panel import Panel, render_panel
from gis_core.products.maps.strings import STRINGS

CDN = "https://cdn.jsdelivr.net/npm/leaflet@1.9.4/dist/"
UNPACKER = "packed.js"  # left out of pages whose layers are all small
LEAFLET = ("leaflet.js", "leaflet.css")
VIEWPORT = '<meta name="viewport" content="width=device-width, initial-scale=1">'


def attach_panel(found: folium.Map, panel: Panel, context: MapContext, *, where: str) -> None:
    """Put the panel beside the map."""
    if not vendor_built():
        context = context.also(STRINGS["no_internet"])
    html = render_panel(panel, context, where=where)
    # Folium's figure treats its parts as templates: what looks like one must stay text
    safe = html.replace("{", "&#123;").replace("}", "&#125;")
    figure = cast(Figure, found.get_root())
    figure.title = markup.escape(f"{panel.title} · {where}")
    figure.html.add_child(Element(safe), name="panel")


def render_page(
    found: folium.Map, context: MapContext, *, inline: bool = True, asset_base: str = "/assets/"
) -> str:
    """Return the map as an HTML page.

    With `inline` the page holds all it needs and opens from a disk without network; otherwise it
    links the assets below `asset_base`. Where Leaflet was not built, it comes from the CDN.
    """
    html = found.get_root().render()
    html = re.sub(r'<meta name="viewport"[^>]*/?>', VIEWPORT, html, flags=re.S)
    language = "zh-CN" if context.lang == "zh" else "en"
    html = html.replace("<html>", f'<html lang="{language}">', 1)
    packs = "upland.unpack" in html

    def script(match: re.Match[str]) -> str:
        name = match.group(1)
        if name == UNPACKER and not packs:
            return ""
        if inline and asset_path(name) is not None:
            return f"<script>{_text(name)}</script>"
        return f'<script src="{_address(name, asset_base)}"></script>'

    def style(match: re.Match[str]) -> str:
        name = match.group(1)
        if inline and asset_path(name) is not None:
            return f"<style>{_with_images(_text(name))}</style>"
        return f'<link rel="stylesheet" href="{_address(name, asset_base)}">'

    html = re.sub(r'<script src="([\w.]+\.js)"></script>', script, html)
    return re.sub(r'<link rel="stylesheet" href="([\w.]+\.css)"\s*/?>', style, html)


def _address(name: str, asset_base: str) -> str:
    return CDN + name if name in LEAFLET and not vendor_built() else asset_base + name


def _text(name: str) -> str:
    path = asset_path(name)
    if path is None:
        raise FileNotFoundError(name)
    text = path.read_text("utf-8")
    if name in MAP_SCRIPTS:
        text = re.sub(r"^\s*// [^\n]*\n|^\s+|/\*.*?\*/", "", text, flags=re.M | re.S)
    return re.sub(r"/[/*]# sourceMappingURL=.*", "", text).replace("</script", "<\\/script")


def _with_images(css: str) -> str:
    def image(match: re.Match[str]) -> str:
        path = asset_path(match.group(1))
        if path is None:
            return match.group(0)
        return f"url(data:image/png;base64,{base64.b64encode(path.read_bytes()).decode()})"

    return re.sub(r"url\((images/[\w.-]+\.png)\)", image, css)
