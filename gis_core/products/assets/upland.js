/* Upland's map page: draws compact data on a Leaflet map, popups, search, years. No framework. */
var upland = (function () {
  "use strict";
  var SCALE = 1e5;
  var index = [];      // what the search finds: {name, other, kind, lat, lon, open}
  var yearLayers = []; // layers that answer to the year: function (year or null)
  var sized = [];      // points that grow as the map is looked at closer
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

  function remember(name, other, kind, lat, lon, layer) {
    if (name) index.push({ name: name, other: other || "", kind: kind, lat: lat, lon: lon, layer: layer });
  }

  function areas(data) {
    var group = L.layerGroup();
    data.features.forEach(function (f) {
      var rings = f.rings.map(function (polygon) { return polygon.map(path); });
      var style = Object.assign({ renderer: data.svg ? undefined : canvas() }, data.style, f.style || {});
      var shape = L.polygon(rings, style).addTo(group);
      if (f.rows || f.note) shape.bindPopup(popup(f.name, f.rows || [], f.note));
      if (f.label !== undefined) {
        var box = shape.getBounds().getCenter();
        var at = f.at ? L.latLng(f.at[1], f.at[0]) : box;
        if (f.label) {
          L.marker(at, { interactive: false, keyboard: false,
            icon: L.divIcon({ className: "number-label", html: text(f.label), iconSize: [22, 22] }) }).addTo(group);
        }
      }
      if (data.kind) {
        var c = f.at ? { lat: f.at[1], lng: f.at[0] } : shape.getBounds().getCenter();
        remember(f.name, f.other, data.kind, c.lat, c.lng, shape);
      }
    });
    return group;
  }

  function labels(data) {
    var group = L.layerGroup();
    data.features.forEach(function (f) {
      L.marker([f.at[1], f.at[0]], { interactive: false, keyboard: false,
        icon: L.divIcon({ className: "name-label", html: "<span>" + text(f.name) + "</span>", iconSize: [0, 0] }) })
        .addTo(group);
    });
    return group;
  }

  function lines(data) {
    var group = L.layerGroup();
    data.classes.forEach(function (c) {
      var drawn = L.polyline(c.parts.map(path), Object.assign({ renderer: canvas(), interactive: Boolean(c.name) }, c.style));
      if (c.name) drawn.bindTooltip(text(c.name), { sticky: true });
      drawn.addTo(group);
    });
    return group;
  }

  function unroll(field) {
    if (!field.runs) return;
    field.of = [];
    for (var i = 0; i < field.runs.length; i += 2) {
      for (var n = field.runs[i + 1]; n > 0; n--) field.of.push(field.runs[i]);
    }
  }

  function cell(field, i) {
    return field.words ? field.words[field.of[i]] : field.values[i];
  }

  function points(data) {
    var group = L.layerGroup(), marks = [], x = 0, y = 0;
    for (var i = 0; i < data.x.length; i++) {
      x += data.x[i]; y += data.y[i];
      var style = Object.assign({ renderer: canvas() }, data.styles[data.style ? data.style[i] : 0]);
      var mark = L.circleMarker([y / SCALE, x / SCALE], style);
      mark.place = i;
      mark.least = style.radius;
      sized.push(mark);
      mark.bindPopup(describe);
      mark.addTo(group);
      marks.push(mark);
      if (data.kind) remember(data.name[i], data.other ? data.other[i] : "", data.kind, y / SCALE, x / SCALE, mark);
    }
    data.fields.concat(data.note ? [data.note] : []).forEach(unroll);
    function describe(mark) {
      var rows = data.fields.map(function (f) { return [f.label, cell(f, mark.place)]; });
      return popup(data.name[mark.place], rows, data.note ? cell(data.note, mark.place) : "");
    }
    if (data.year) {
      yearLayers.push(function (year) {
        marks.forEach(function (mark, i) {
          var shown = year === null || data.year[i] === year;
          if (shown) group.addLayer(mark); else group.removeLayer(mark);
        });
      });
    }
    return group;
  }

  function flows(data) {
    var group = L.layerGroup(), parts = [];
    data.moves.forEach(function (m) {
      var line = L.polyline(path(m.line), Object.assign({ renderer: canvas(), interactive: false }, data.styles[m.style]));
      parts.push([line, m.year]);
      line.addTo(group);
    });
    yearLayers.push(function (year) {
      parts.forEach(function (p) {
        if (year === null || p[1] === year) group.addLayer(p[0]); else group.removeLayer(p[0]);
      });
    });
    return group;
  }

  function resize(map) {
    var grown = Math.pow(1.22, Math.max(0, Math.min(6, map.getZoom() - 9)));
    sized.forEach(function (mark) { mark.setRadius(mark.least * grown); });
  }

  function find(words) {
    var wanted = words.trim().toLowerCase();
    if (!wanted) return [];
    var starts = [], holds = [];
    for (var i = 0; i < index.length && starts.length < 12; i++) {
      var names = [index[i].name.toLowerCase(), index[i].other.toLowerCase()];
      if (names[0].indexOf(wanted) === 0 || names[1].indexOf(wanted) === 0) starts.push(index[i]);
      else if (holds.length < 12 && (names[0].indexOf(wanted) > 0 || names[1].indexOf(wanted) > 0)) holds.push(index[i]);
    }
    return starts.concat(holds).slice(0, 12);
  }

  function search(map, words) {
    var box = document.getElementById("search"), list = document.getElementById("found");
    if (!box) return;
    function show() {
      list.textContent = "";
      var hits = find(box.value);
      box.setAttribute("aria-expanded", String(Boolean(box.value.trim())));
      if (!hits.length && box.value.trim()) {
        var none = document.createElement("li");
        none.textContent = words.nothing_found;
        none.className = "none";
        list.appendChild(none);
      }
      hits.forEach(function (hit) {
        var item = document.createElement("li"), button = document.createElement("button");
        button.type = "button";
        button.textContent = hit.name + (hit.other && hit.other !== hit.name ? " · " + hit.other : "");
        var kind = document.createElement("small");
        kind.textContent = hit.kind;
        button.appendChild(kind);
        button.addEventListener("click", function () { go(hit); });
        item.appendChild(button);
        list.appendChild(item);
      });
    }
    function go(hit) {
      list.textContent = "";
      box.value = hit.name;
      box.setAttribute("aria-expanded", "false");
      map.setView([hit.lat, hit.lon], Math.max(map.getZoom(), 12));
      if (hit.layer && hit.layer.getPopup && hit.layer.getPopup() && map.hasLayer(hit.layer)) hit.layer.openPopup();
      else L.popup().setLatLng([hit.lat, hit.lon]).setContent("<h3>" + text(hit.name) + "</h3>").openOn(map);
    }
    box.addEventListener("input", show);
    box.addEventListener("keydown", function (event) {
      if (event.key === "Enter") { var hits = find(box.value); if (hits.length) go(hits[0]); event.preventDefault(); }
      if (event.key === "Escape") { list.textContent = ""; box.value = ""; box.setAttribute("aria-expanded", "false"); }
      if (event.key === "ArrowDown") { var first = list.querySelector("button"); if (first) { first.focus(); event.preventDefault(); } }
    });
    list.addEventListener("keydown", function (event) {
      var buttons = Array.prototype.slice.call(list.querySelectorAll("button"));
      var here = buttons.indexOf(document.activeElement);
      if (event.key === "ArrowDown" && buttons[here + 1]) { buttons[here + 1].focus(); event.preventDefault(); }
      if (event.key === "ArrowUp") { (buttons[here - 1] || box).focus(); event.preventDefault(); }
      if (event.key === "Escape") { list.textContent = ""; box.focus(); }
    });
  }

  function years() {
    var choice = document.getElementById("year");
    if (!choice) return;
    choice.addEventListener("change", function () {
      var year = choice.value === "" ? null : Number(choice.value);
      yearLayers.forEach(function (apply) { apply(year); });
    });
  }

  function start(map, options) {
    var panel = document.getElementById("panel");
    if (panel && window.matchMedia("(max-width: 640px)").matches) panel.removeAttribute("open");
    map.attributionControl.setPrefix(false);
    L.control.scale({ position: "bottomright", imperial: false }).addTo(map);
    var words = options.words;
    L.control.zoom({ position: "bottomright", zoomInTitle: words.zoom_in, zoomOutTitle: words.zoom_out }).addTo(map);
    var toggle = map.getContainer().querySelector(".leaflet-control-layers-toggle");
    if (toggle) { toggle.title = words.layers; toggle.setAttribute("aria-label", words.layers); }
    map.on("popupopen", function (event) {
      var close = event.popup.getElement().querySelector(".leaflet-popup-close-button");
      if (close) close.setAttribute("aria-label", words.close);
    });
    var more = document.querySelector("details.more"), was = false;
    window.addEventListener("beforeprint", function () { if (more) { was = more.open; more.open = true; } });
    window.addEventListener("afterprint", function () { if (more) more.open = was; });
    map.on("zoomend", function () { resize(map); });
    map.attributionControl.addAttribution(text(options.attribution));
    if (options.bounds) {
      var wide = !window.matchMedia("(max-width: 640px)").matches;
      map.fitBounds(options.bounds, { animate: false, paddingTopLeft: wide ? [350, 10] : [10, 60], paddingBottomRight: [10, 20] });
    }
    search(map, options.words);
    years();
    window.uplandMap = map;
  }

  return { areas: areas, labels: labels, lines: lines, points: points, flows: flows, start: start, find: find };
})();
