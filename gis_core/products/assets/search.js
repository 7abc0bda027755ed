/* Upland's search: names in both languages, by keyboard or pointer; what it finds opens on the map. */
var upland = window.upland || {};
(function () {
  "use strict";
  var MOST = 12, index = []; // of areas: {name, other, kind, lat, lon, layer}

  upland.remember = function (entry) { if (entry.name) index.push(entry); };

  // 0 for the very name, 1 for its beginning, 2 for a part of it, 3 for none.
  function rank(name, wanted) {
    if (!name) return 3;
    var at = name.toLowerCase().indexOf(wanted);
    return at < 0 ? 3 : at > 0 ? 2 : name.length === wanted.length ? 0 : 1;
  }

  function ofPoint(layer, i) {
    var place = layer.place(i), other = layer.data.other ? layer.data.other[i] : "";
    return { name: layer.data.name[i], other: other, kind: layer.where(i), lat: place.lat, lon: place.lng,
      open: function () { layer.open(i); } };
  }

  upland.find = function (words) {
    var wanted = words.trim().toLowerCase(), hits = [[], [], []];
    if (!wanted) return [];
    function take(name, other, make) {
      var k = Math.min(rank(name, wanted), rank(other, wanted));
      if (k < 3 && hits[k].length < MOST) hits[k].push(make);
    }
    index.forEach(function (entry) { take(entry.name, entry.other, function () { return entry; }); });
    upland.pointLayers.forEach(function (layer) {
      var names = layer.data.name, others = layer.data.other;
      for (var i = 0; i < names.length; i++) {
        take(names[i], others && others[i], ofPoint.bind(null, layer, i));
      }
    });
    return hits[0].concat(hits[1], hits[2]).slice(0, MOST).map(function (make) { return make(); });
  };

  upland.search = function (map, words) {
    var box = document.getElementById("search"), list = document.getElementById("found"), waiting = 0;
    if (!box) return;
    function show() {
      list.textContent = "";
      var hits = upland.find(box.value);
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
      map.setView([hit.lat, hit.lon], Math.max(map.getZoom(), 12), { animate: false });
      if (hit.open) hit.open();
      else if (hit.layer && map.hasLayer(hit.layer)) hit.layer.openPopup([hit.lat, hit.lon]);
      else L.popup().setLatLng([hit.lat, hit.lon]).setContent("<h3>" + upland.text(hit.name) + "</h3>").openOn(map);
    }
    function clear() {
      list.textContent = "";
      box.value = "";
      box.setAttribute("aria-expanded", "false");
    }
    box.addEventListener("input", function () {
      window.cancelAnimationFrame(waiting);
      waiting = window.requestAnimationFrame(show); // a fast typist is not searched for each letter
    });
    box.addEventListener("keydown", function (event) {
      if (event.key === "Enter") { var hits = upland.find(box.value); if (hits.length) go(hits[0]); event.preventDefault(); }
      if (event.key === "Escape") clear();
      if (event.key === "ArrowDown") { var first = list.querySelector("button"); if (first) { first.focus(); event.preventDefault(); } }
    });
    list.addEventListener("keydown", function (event) {
      var buttons = Array.prototype.slice.call(list.querySelectorAll("button"));
      var here = buttons.indexOf(document.activeElement);
      if (event.key === "ArrowDown" && buttons[here + 1]) { buttons[here + 1].focus(); event.preventDefault(); }
      if (event.key === "ArrowUp") { (buttons[here - 1] || box).focus(); event.preventDefault(); }
      if (event.key === "Escape") { list.textContent = ""; box.focus(); }
    });
  };
})();
