/* Upland's land: every criterion's scores at the map's resolution. A click tells why a place scores as it
   does; sliders weigh the criteria anew, and the land is drawn again while they move. */
var upland = window.upland || {};
(function () {
  "use strict";
  var NONE = 255, FULL = 254, ROUNDING = 1e-6, MU = 2000 / 3; // square metres
  var land = null; // the one of this page

  // Planes of bytes, each written as steps from the cell to the left.
  function planes(bytes, width, cells) {
    var found = [];
    for (var at = 0; at < bytes.length; at++) if (at % width) bytes[at] += bytes[at - 1];
    for (at = 0; at < bytes.length; at += cells) found.push(bytes.subarray(at, at + cells));
    return found;
  }

  // Web Mercator y of a latitude, the whole world being 1; and the ground's share of its metres there.
  function mercator(lat) {
    var sine = Math.sin(lat * Math.PI / 180);
    return 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI);
  }

  function rowAreas(data, top, bottom) { // mu a cell, by row
    var step = (bottom - top) / data.height, side = step * 2 * Math.PI * 6378137, areas = new Float64Array(data.height);
    for (var row = 0; row < data.height; row++) {
      var lat = Math.atan(Math.sinh(Math.PI * (1 - 2 * (top + (row + 0.5) * step))));
      areas[row] = Math.pow(side * Math.cos(lat), 2) / MU;
    }
    return areas;
  }

  function colour(rgba) { // as one number in the order that a picture's bytes have
    return (rgba[3] << 24 | rgba[2] << 16 | rgba[1] << 8 | rgba[0]) >>> 0;
  }

  upland.land = function (data, bytes) {
    var cells = data.width * data.height, all = planes(bytes, data.width, cells), n = data.criteria.length;
    var top = mercator(data.bounds[1][0]), bottom = mercator(data.bounds[0][0]);
    land = Object.assign(data, {
      cells: cells, top: top, bottom: bottom, areas: rowAreas(data, top, bottom),
      scores: all.slice(0, n), codes: all[n], limiting: all[n + 1], score: all[n + 2], failed: all.slice(n + 3),
      weights: data.criteria.map(function (c) { return c.weight; }), total: new Float64Array(cells), excluded: new Uint8Array(cells),
      colours: Uint32Array.from(data.colours.map(colour)), summed: false, canvas: document.createElement("canvas"), changed: false
    });
    land.failed.forEach(function (bits) { for (var i = 0; i < cells; i++) if (bits[i]) land.excluded[i] = 1; });
    land.canvas.width = data.width; land.canvas.height = data.height;
    var asRun = L.imageOverlay(data.picture, data.bounds, { className: "classes", interactive: false, zIndex: 2 });
    var anew = L.svgOverlay(land.canvas, data.bounds, { className: "classes anew", interactive: false, zIndex: 2, opacity: 0 });
    land.show = function () { asRun.setOpacity(land.changed ? 0 : 1); anew.setOpacity(land.changed ? 1 : 0); };
    return L.layerGroup([asRun, anew]);
  };

  // The weighted sum of every cell, not yet divided by the sum of weights; NaN where a criterion that is
  // weighed has no score. One that was weighed before and still is adds only what its weight moved by.
  function weigh(moved, before) {
    var total = land.total, now = land.weights[moved];
    if (land.summed && before > 0 && now > 0) return add(moved, now - before);
    total.fill(0);
    land.summed = true;
    land.weights.forEach(function (weight, k) { if (weight) add(k, weight); });
  }

  function add(k, weight) {
    var plane = land.scores[k], total = land.total, table = new Float64Array(256), cells = land.cells;
    for (var v = 0; v < NONE; v++) table[v] = weight * v / FULL;
    table[NONE] = NaN;
    for (var i = 0; i < cells; i++) total[i] += table[plane[i]];
  }

  // The class, the colour and the area of every cell; excluded cells stay so. Null without weights.
  function repaint() {
    var sum = land.weights.reduce(function (a, w) { return a + w; }, 0), total = land.total, excluded = land.excluded;
    var found = new Float64Array(land.colours.length), lowest = land.limits.length + 1, colours = land.colours;
    if (!(sum > 0)) return null;
    var limits = Float64Array.from(land.limits, function (limit) { return (limit - ROUNDING) * sum; });
    var pen = land.canvas.getContext("2d"), image = land.image = land.image || pen.createImageData(land.width, land.height);
    var pixels = new Uint32Array(image.data.buffer), counts = new Uint32Array(found.length);
    for (var row = 0, i = 0; row < land.height; row++) {
      counts.fill(0);
      for (var end = i + land.width; i < end; i++) {
        var score = total[i], code = 0;
        if (score === score) {
          code = lowest + 1;
          if (!excluded[i]) for (code = 1; code < lowest && score < limits[code - 1]; code++);
        }
        pixels[i] = colours[code];
        counts[code]++;
      }
      for (code = 0; code < counts.length; code++) found[code] += counts[code] * land.areas[row];
    }
    pen.putImageData(image, 0, 0);
    return found;
  }

  function number(value) { return Math.round(value).toLocaleString("en-US"); }
  function fill(words, parts) { return words.replace(/\{(\w+)\}/g, function (_, key) { return parts[key]; }); }

  function sliders() {
    var box = document.getElementById("weights");
    if (!box || !land.adds_up) return;
    var inputs = Array.from(box.querySelectorAll("input")), said = box.querySelector("[role=status]"), kept = said.textContent;
    var shares = Array.from(document.querySelectorAll("[data-class]")), asRun = shares.map(function (s) { return s.textContent; });
    var areas = Array.from(box.querySelectorAll("[data-area]")), runAreas = areas.map(function (a) { return a.textContent; });

    function percents() {
      var sum = land.weights.reduce(function (a, w) { return a + w; }, 0);
      inputs.forEach(function (input, k) {
        var words = (sum > 0 ? 100 * land.weights[k] / sum : 0).toFixed(0) + "%";
        input.nextElementSibling.textContent = words;
        input.setAttribute("aria-valuetext", words);
      });
    }
    function tell(found) {
      land.canvas.style.visibility = found ? "" : "hidden"; // no weights, no map
      said.classList.toggle("warn", !found);
      said.textContent = found ? fill(land.words.anew, { metres: land.resolution_m, weights: command() }) : land.words.no_weights;
      var scored = found ? found.slice(1, land.limits.length + 2).reduce(function (a, b) { return a + b; }, 0) : 0;
      shares.forEach(function (s) { s.textContent = found && scored ? "≈ " + (100 * found[s.dataset.class] / scored).toFixed(1) + "%" : "–"; });
      areas.forEach(function (a) { a.textContent = found ? "≈ " + number(found[a.dataset.area]) : "–"; });
    }
    function command() { // what of the weights is not as in the run
      return land.criteria.map(function (c, k) { return c.name + "=" + land.weights[k]; }).filter(function (_, k) {
        return land.weights[k] !== land.criteria[k].weight;
      }).join(",");
    }
    inputs.forEach(function (input, k) {
      input.addEventListener("input", function () {
        var start = performance.now(), before = land.weights[k];
        land.weights[k] = Number(input.value) / 100;
        land.changed = true;
        weigh(k, before);
        tell(repaint());
        land.took_ms = performance.now() - start;
        land.show();
        percents();
      });
    });
    box.querySelector("button").addEventListener("click", function () {
      land.weights = land.criteria.map(function (c) { return c.weight; });
      inputs.forEach(function (input, k) { input.value = 100 * land.weights[k]; });
      land.changed = land.summed = false;
      land.show();
      said.classList.remove("warn");
      said.textContent = kept;
      shares.forEach(function (s, i) { s.textContent = asRun[i]; });
      areas.forEach(function (a, i) { a.textContent = runAreas[i]; });
      percents();
    });
    percents();
  }

  // What the grid knows of a place, with the weights that the sliders show; null outside it.
  function placeAt(at) {
    var west = land.bounds[0][1], east = land.bounds[1][1];
    var col = Math.floor((at.lng - west) / (east - west) * land.width);
    var row = Math.floor((mercator(at.lat) - land.top) / (land.bottom - land.top) * land.height);
    if (col < 0 || row < 0 || col >= land.width || row >= land.height) return null;
    var i = row * land.width + col, sum = land.weights.reduce(function (a, w) { return a + w; }, 0), score = 0;
    if (!land.codes[i] || !(sum > 0)) return null;
    var parts = land.criteria.map(function (c, k) {
      var weight = land.weights[k] / sum, own = land.scores[k][i] === NONE ? NaN : land.scores[k][i] / FULL;
      if (weight) score += weight * own;
      return { criterion: c, weight: weight, score: own, adds: weight * own, lacks: weight * (1 - own) };
    });
    if (!land.adds_up) score = land.score[i] === NONE ? NaN : land.score[i] / FULL;
    var rules = land.rules.filter(function (_, r) { return land.failed[r >> 3][i] >> (r & 7) & 1; });
    return { parts: parts, score: score, rules: rules, code: codeOf(score, rules, i), limiting: limitingOf(parts, i) };
  }

  function codeOf(score, rules, i) {
    if (rules.length) return land.colours.length - 1;
    if (!land.changed) return land.codes[i];
    if (!(score === score)) return 0;
    return 1 + land.limits.filter(function (limit) { return score + ROUNDING < limit; }).length;
  }

  function limitingOf(parts, i) {
    if (!land.changed && land.limiting[i]) return parts[land.limiting[i] - 1];
    return parts.filter(function (p) { return p.lacks > 0; }).sort(function (a, b) { return b.lacks - a.lacks; })[0];
  }

  function bars(place) {
    var rows = place.parts.slice().sort(function (a, b) { return (b.adds || 0) - (a.adds || 0); });
    return '<table class="parts"><tr><th>' + upland.text(land.words.criterion) + "</th><th></th><th>" + upland.text(land.words.product) + "</th></tr>" + rows.map(function (p) {
      var known = p.score === p.score, own = known ? p.score.toFixed(2) : "–";
      var sum = land.adds_up && known ? " = <b>" + p.adds.toFixed(3) + "</b>" : "";
      return "<tr><th>" + upland.text(p.criterion.title) + '</th><td><span class="bar" style="width:' + Math.round(300 * p.weight) + 'px"><i style="width:' +
        (known ? 100 * p.score : 0).toFixed(0) + '%"></i></span></td><td>' + own + " × " + (100 * p.weight).toFixed(0) + "%" + sum + "</td></tr>";
    }).join("") + "</table>";
  }

  // The work that gains most here, of those that the model names, and the class it could give; left to
  // the server where there is one, which knows the raw values and so the cheapest.
  function works(place) {
    if (!land.adds_up || place.code < 2 || place.rules.length || (land.explain && !land.changed)) return "";
    var best = place.parts.map(function (p) {
      var own = p.criterion.works;
      return { criterion: p.criterion, gain: own && p.score + 1 / FULL < own.helps_below ? p.weight * (own.score - p.score) : 0 };
    }).filter(function (p) { return p.gain > 0.005; }).sort(function (a, b) { return b.gain - a.gain; })[0];
    if (!best) return "";
    var better = place.score + best.gain, own = best.criterion.works;
    var code = 1 + land.limits.filter(function (limit) { return better + ROUNDING < limit; }).length;
    return "<p>" + upland.text(fill(land.words.works, {
      how: own.how, title: best.criterion.title, cost: own.cost, score: better.toFixed(2), name: land.classes[code - 1].split(" ")[0]
    })) + "</p>";
  }

  function told(place) {
    var html = "";
    place.rules.forEach(function (r) { html += '<p class="warn">' + upland.text(fill(land.words.fails, r)) + "</p>"; });
    html += bars(place);
    var most = place.limiting;
    if (most && most.lacks > 0.0005) {
      html += "<p>" + upland.text(fill(land.words[land.adds_up ? "limiting_gain" : "limiting_only"], {
        title: most.criterion.title, gain: most.lacks.toFixed(3), all: (place.score + most.lacks).toFixed(2)
      })) + "</p>";
    }
    return html + works(place);
  }

  function heading(place) {
    var name = place.rules.length ? land.words.excluded : place.code ? land.classes[place.code - 1] : land.words.no_data;
    var score = place.score === place.score ? fill(place.rules.length ? land.words.without_rules : land.words.score, { score: place.score.toFixed(2) }) : "";
    return "<h3>" + upland.text(name) + '</h3><p class="score">' + upland.text(score) + "</p>";
  }

  function html(place, at) {
    var note = fill(land.words[land.changed ? "note_anew" : "note"], { metres: land.resolution_m, lon: at.lng.toFixed(4), lat: at.lat.toFixed(4) });
    return heading(place) + told(place) + '<p class="soft">' + upland.text(note) + "</p>";
  }

  // The server knows raw values and costs; its sentences join what the page can tell by itself.
  function ask(popup, at) {
    if (!land.explain || land.changed) return;
    fetch(land.explain + "&lon=" + at.lng.toFixed(6) + "&lat=" + at.lat.toFixed(6)).then(function (answer) {
      return answer.ok ? answer.json() : null;
    }).then(function (found) {
      if (!found || !popup.isOpen()) return;
      var lines = [].concat(found.text || []).map(function (line) { return "<li>" + upland.text(line) + "</li>"; }).join("");
      popup.setContent(popup.getContent() + '<ul class="sentences">' + lines + "</ul>");
    });
  }

  function options(map) {
    var size = map.getSize(), side = document.getElementById("side").getBoundingClientRect();
    var below = side.width > size.x / 2 ? Math.min(side.bottom, size.y * 0.4) : 0; // on a phone the panel is above
    return { maxWidth: Math.min(400, size.x - 50), maxHeight: Math.max(180, Math.round((size.y - below) * 0.62)), autoPanPaddingTopLeft: [10, below + 10] };
  }

  // Answer a click; `county` is the shape there, whose own figures come last. False where there is no land.
  upland.tellPlace = function (map, at, county) {
    var place = land && placeAt(at);
    if (!place) return false;
    var more = county ? "<details><summary>" + upland.text(county.named) + "</summary>" + county.getPopup().getContent().replace(/<h3>.*?<\/h3>/, "") + "</details>" : "";
    var popup = L.popup(options(map)).setLatLng(at).setContent(html(place, at) + more).openOn(map);
    ask(popup, at);
    return true;
  };

  // A base tells of itself first, then of the place where it was clicked.
  function onBase(event) {
    var popup = event.popup, base = popup._source, place = land && base instanceof L.Polygon && placeAt(popup.getLatLng());
    if (!place) return;
    base.own = base.own || popup.getContent();
    L.setOptions(popup, options(event.target));
    popup.setContent(base.own + '<hr>' + html(place, popup.getLatLng()));
    ask(popup, popup.getLatLng());
  }

  upland.startLand = function (map) {
    if (!land) return;
    window.uplandLand = land;
    sliders();
    map.on("popupopen", onBase);
    map.getContainer().addEventListener("keydown", function (event) { // without a mouse: the middle of the map
      if (event.key === "Enter" && event.target === map.getContainer()) upland.tellPlace(map, map.getCenter());
    });
  };
})();
