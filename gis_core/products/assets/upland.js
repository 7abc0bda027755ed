/* Upland's map page: draws compact data on a Leaflet map, with popups, legend, years. No framework. */
var upland = window.upland || {};
(function () {
  "use strict";
  var SCALE = 1e5;
  var yearLayers = []; // functions of a year, or null for all
  var stack = [];      // groups of shapes in the order they are drawn in
  var counties = [];   // shapes that answer where nothing else does
  var renderer = null;

  function text(value) {
    var box = document.createElement("span");
    box.textContent = value === null || value === undefined ? "" : String(value);
    return box.innerHTML;
  }

  function number(value) {
    if (typeof value !== "number") return text(value);
    var digits = Math.abs(value) >= 100 || Number.isInteger(value) ? 0 : 2;
    return value.toLocaleString("en-US", { maximumFractionDigits: digits });
  }

  function path(flat) {
    var out = [], x = 0, y = 0;
    for (var i = 0; i < flat.length; i += 2) {
      x += flat[i]; y += flat[i + 1];
      out.push([y / SCALE, x / SCALE]);
    }
    return out;
  }

  function canvas() {
    renderer = renderer || L.canvas({ padding: 0.3, tolerance: 4 });
    return renderer;
  }

  function popup(title, rows, note) {
    var html = "<h3>" + text(title) + "</h3><table>";
    rows.forEach(function (row) {
      if (row[1] === null || row[1] === undefined || row[1] === "") return;
      html += "<tr><th>" + text(row[0]) + "</th><td>" + number(row[1]) + "</td></tr>";
    });
    html += "</table>";
    if (note) html += "<p>" + text(note) + "</p>";
    return html;
  }

  // Slanting lines, so that what lies below stays readable; `lean` is 1 or -1.
  function hatch(style) {
    var box = document.createElement("canvas"), pen = box.getContext("2d"), side = 8;
    box.width = box.height = side;
    pen.strokeStyle = style.hatchColor;
    pen.lineWidth = 1.6;
    [-side, 0, side].forEach(function (shift) {
      pen.moveTo(shift, style.hatch > 0 ? side : 0);
      pen.lineTo(shift + side, style.hatch > 0 ? 0 : side);
    });
    pen.stroke();
    return pen.createPattern(box, "repeat");
  }

  function areas(data) {
    var group = L.layerGroup();
    if (data.style.hatch) data.style = Object.assign({}, data.style, { fillColor: hatch(data.style), fillOpacity: 1 });
    data.features.forEach(function (f) {
      var rings = f.rings.map(function (polygon) { return polygon.map(path); });
      var style = Object.assign({ renderer: canvas(), interactive: !data.below }, data.style, f.style || {});
      var shape = L.polygon(rings, style).addTo(group);
      if (f.rows || f.note) shape.bindPopup(popup(f.name, f.rows || [], f.note));
      var at = f.at ? L.latLng(f.at[1], f.at[0]) : shape.getBounds().getCenter();
      if (f.label) upland.label(f.label, at, "number", { bounds: shape.getBounds() }).addTo(group);
      if (data.below) { shape.named = f.name; counties.push(shape); }
      if (data.kind) upland.remember({ name: f.name, other: f.other || "", kind: data.kind, lat: at.lat, lon: at.lng, layer: shape });
    });
    stack.push(group);
    return group;
  }

  function lines(data) {
    var group = L.layerGroup();
    data.classes.forEach(function (c) {
      L.polyline(c.parts.map(path), Object.assign({ renderer: canvas(), interactive: false }, c.style)).addTo(group);
    });
    stack.push(group);
    return group;
  }

  function flows(data) {
    var group = L.layerGroup(), parts = data.moves.map(function (m) {
      var line = L.polyline(path(m.line), Object.assign({ renderer: canvas(), interactive: false }, data.styles[m.style]));
      line.addTo(group);
      return { line: line, year: m.year };
    });
    yearLayers.push(function (year) {
      parts.forEach(function (p) {
        if (year === null || p.year === year) group.addLayer(p.line); else group.removeLayer(p.line);
      });
    });
    stack.push(group);
    return group;
  }

  // A layer that is shown again is drawn last; put all back in their order.
  function restack(map) {
    stack.forEach(function (group) {
      if (map.hasLayer(group)) group.eachLayer(function (part) { if (part.bringToFront) part.bringToFront(); });
    });
    upland.pointLayers.forEach(function (layer) { if (map.hasLayer(layer)) layer.bringToFront(); });
  }

  function openCounty(map, event) {
    var hit = counties.find(function (c) { return map.hasLayer(c) && c._containsPoint(event.layerPoint); });
    if (!upland.tellPlace(map, event.latlng, hit) && hit) hit.openPopup(event.latlng);
  }

  function years(map) {
    var choice = document.getElementById("year");
    if (!choice) return;
    choice.addEventListener("change", function () {
      var year = choice.value === "" ? null : Number(choice.value);
      yearLayers.forEach(function (apply) { apply(year); });
      upland.pointLayers.forEach(function (layer) { layer.setYear(year); });
      restack(map);
    });
  }

  // Legend lines of layers that are switched off are faint, and left off the paper.
  function legend(map, control) {
    var lines = document.querySelectorAll(".legend li[data-layer]");
    function update() {
      var off = control._layers.filter(function (l) { return !map.hasLayer(l.layer); }).map(function (l) { return plain(l.name); });
      lines.forEach(function (line) { line.classList.toggle("off", off.indexOf(line.dataset.layer) >= 0); });
    }
    function plain(html) {
      return new DOMParser().parseFromString(html, "text/html").body.textContent;
    }
    map.on("overlayadd overlayremove", update);
    update();
  }

  function controls(map, options) {
    var words = options.words;
    map.attributionControl.setPrefix(false);
    map.attributionControl.addAttribution(text(options.attribution));
    L.control.scale({ position: "bottomright", imperial: false }).addTo(map);
    L.control.zoom({ position: "bottomright", zoomInTitle: words.zoom_in, zoomOutTitle: words.zoom_out }).addTo(map);
    var toggle = map.getContainer().querySelector(".leaflet-control-layers-toggle");
    if (toggle) { toggle.title = words.layers; toggle.setAttribute("aria-label", words.layers); }
    map.on("popupopen", function (event) {
      var box = event.popup.getElement(), close = box.querySelector(".leaflet-popup-close-button");
      box.setAttribute("role", "dialog");
      box.setAttribute("aria-label", box.querySelector("h3") ? box.querySelector("h3").textContent : "");
      if (close) close.setAttribute("aria-label", words.close);
    });
  }

  function isWide() { return !window.matchMedia("(max-width: 640px)").matches; }

  function start(map, options, control) {
    var panel = document.getElementById("panel");
    if (panel && !isWide()) panel.removeAttribute("open");
    window.uplandMap = map;
    document.body.classList.toggle("framed", window.top !== window); // the page around leads elsewhere
    controls(map, options);
    map.on("click", function (event) { openCounty(map, event); });
    upland.keepInside(function (name) { return counties.find(function (c) { return c.named === name && map.hasLayer(c); }); });
    map.on("overlayadd", function () { restack(map); });
    map.on("zoomend overlayadd overlayremove", function () { upland.declutter(map); });
    restack(map);
    if (options.bounds) {
      var side = document.getElementById("side").getBoundingClientRect();
      var over = isWide() ? [side.right + 20, 10] : [10, Math.min(side.bottom + 8, map.getSize().y * 0.4)];
      var asked = canvas()._redrawRequest; // fitting the view draws all there is: once is enough
      map.fitBounds(options.bounds, { animate: false, paddingTopLeft: over, paddingBottomRight: [10, 30] });
      if (!canvas()._redrawRequest) L.Util.cancelAnimFrame(asked);
    }
    upland.declutter(map);
    legend(map, control);
    upland.search(map, options.words);
    upland.startLand(map);
    years(map);
    upland.paper(map, isWide, options.bounds);
  }

  // Without Leaflet nothing can be drawn: say so instead of showing an empty page.
  if (typeof L === "undefined") {
    document.addEventListener("DOMContentLoaded", function () {
      var told = document.getElementById("no-map");
      if (told) told.hidden = false;
    });
  }

  Object.assign(upland, { areas: areas, lines: lines, flows: flows, start: start, text: text, popup: popup, canvas: canvas });
})();
