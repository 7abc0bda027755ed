/* Upland's labels: numbers of bases, names of counties and towns. They give way to each other: first
   come the numbers, then counties, then towns; what finds no free place waits for a closer look. */
var upland = window.upland || {};
(function () {
  "use strict";
  var areaOf = function () {}; // the shape that a county's name must not leave
  var held = []; // {marker, rank, least, anchor: half the size of what is labelled, in pixels}
  var SIDES = [[1, 0], [0, -1], [-1, 0], [0, 1], [0.8, -0.8], [-0.8, -0.8], [0.8, 0.8], [-0.8, 0.8]];

  function around(distances) {
    return distances.reduce(function (all, far) {
      return all.concat(SIDES.map(function (s) { return [s[0] * far, s[1] * far]; }));
    }, []);
  }

  var TRIES = {
    number: around([22, 32, 44, 58, 74]),
    county: [[0, 0]].concat(around([14, 22, 32, 44])),
    town: null // beside the point, by the label's own size
  };

  function beside(width, height) {
    var x = width / 2 + 10, y = height / 2 + 9;
    return [[x, 0], [-x, 0], [0, -y], [0, y], [x, -y / 2], [x, y / 2], [-x, -y / 2], [-x, y / 2]];
  }

  upland.label = function (words, at, kind, options) {
    var icon = L.divIcon({ className: "upland-label " + kind, iconSize: [0, 0],
      html: '<i></i><span>' + upland.text(words) + "</span>" });
    var marker = L.marker(at, { interactive: false, keyboard: false, icon: icon });
    held.push(Object.assign({ marker: marker, name: words, kind: kind, rank: 0, least: 0, bounds: null }, options));
    return marker;
  };

  upland.labels = function (data) {
    var group = L.layerGroup();
    data.features.forEach(function (f) {
      upland.label(f.name, [f.at[1], f.at[0]], data.kind, { rank: data.rank, least: data.least || 0 }).addTo(group);
    });
    return group;
  };

  upland.keepInside = function (find) { areaOf = find; };

  // Sizes are read before anything is moved, so that the page is laid out once.
  function measured(map) {
    return held.filter(function (l) { return map.hasLayer(l.marker) && l.marker.getElement(); }).map(function (l) {
      var span = l.marker.getElement().lastChild;
      return { label: l, width: span.offsetWidth, height: span.offsetHeight, at: map.latLngToLayerPoint(l.marker.getLatLng()) };
    }).sort(function (a, b) { return a.label.rank - b.label.rank; });
  }

  function tries(map, item) {
    if (item.label.kind === "town") return beside(item.width, item.height);
    if (item.label.kind !== "number") return TRIES[item.label.kind] || TRIES.county;
    var box = item.label.bounds, a = map.latLngToLayerPoint(box.getNorthWest()), b = map.latLngToLayerPoint(box.getSouthEast());
    return Math.min(b.x - a.x, b.y - a.y) > 60 ? [[0, 0]].concat(TRIES.number) : TRIES.number;
  }

  upland.declutter = function (map) {
    var items = measured(map), zoom = map.getZoom(), taken = [];
    items.forEach(function (item) { // what is labelled stays in sight
      var r = item.label.kind === "number" ? 7 : 0;
      if (r) taken.push({ own: item, left: item.at.x - r, right: item.at.x + r, top: item.at.y - r, bottom: item.at.y + r });
    });
    items.forEach(function (item) {
      function box(by) {
        var x = item.at.x + by[0], y = item.at.y + by[1], w = item.width / 2 + 1, h = item.height / 2;
        return { left: x - w, right: x + w, top: y - h, bottom: y + h };
      }
      var area = item.label.kind === "county" && areaOf(item.label.name);
      function free(by) {
        var b = box(by);
        if (area && !area._containsPoint(item.at.add(by))) return false;
        return taken.every(function (t) {
          return (t.own === item && !by[0] && !by[1]) || b.right < t.left || b.left > t.right || b.bottom < t.top || b.top > t.bottom;
        });
      }
      var found = zoom < item.label.least ? undefined : tries(map, item).find(free);
      if (!found && item.label.kind === "number") found = [0, 0]; // a number is never lost
      move(item, found);
      if (found) taken.push(box(found));
    });
  };

  function move(item, by) {
    var element = item.label.marker.getElement(), leader = element.firstChild, span = element.lastChild;
    element.style.visibility = by ? "" : "hidden";
    if (!by) return;
    span.style.left = by[0] + "px";
    span.style.top = by[1] + "px";
    var far = Math.hypot(by[0], by[1]);
    leader.style.width = item.label.kind === "number" ? far + "px" : "0";
    leader.style.transform = "rotate(" + Math.atan2(by[1], by[0]) + "rad)";
  }
})();
