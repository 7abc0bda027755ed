/* Upland's point layers: one Leaflet path for all points of a layer, drawn from columns, with a grid
   of cells to find what lies under the pointer. A hundred thousand villages are as one shape. */
var upland = window.upland || {};
(function () {
  "use strict";
  var SCALE = 1e5, PER_CELL = 4, Points = null, held = [];

  function unroll(field) { // the numbers of a coded column, one a row
    if (!field.runs) return;
    field.of = [];
    for (var i = 0; i < field.runs.length; i += 2) {
      for (var n = field.runs[i + 1]; n > 0; n--) field.of.push(field.runs[i]);
    }
    delete field.runs;
  }

  function cell(field, i) {
    return field.words ? field.words[field.of[i]] : field.values[i];
  }

  // Columns of steps as web-Mercator x and y, the whole world being 1.
  function mercator(data) {
    var n = data.x.length, x = new Float64Array(n), y = new Float64Array(n), lon = 0, lat = 0;
    for (var i = 0; i < n; i++) {
      lon += data.x[i]; lat += data.y[i];
      var sine = Math.sin(lat / SCALE * Math.PI / 180);
      x[i] = lon / SCALE / 360 + 0.5;
      y[i] = 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI);
    }
    return { x: x, y: y };
  }

  // Which points lie in which cell: those of cell c are order[start[c]] to order[start[c + 1] - 1].
  function grid(x, y) {
    var west = Infinity, east = -Infinity, north = Infinity, south = -Infinity, n = x.length, i;
    for (i = 0; i < n; i++) {
      west = Math.min(west, x[i]); east = Math.max(east, x[i]);
      north = Math.min(north, y[i]); south = Math.max(south, y[i]);
    }
    var size = Math.max(Math.sqrt((east - west) * (south - north) * PER_CELL / (n || 1)), (east - west + south - north) / 1000, 1e-9);
    var columns = Math.floor((east - west) / size) + 1, rows = Math.floor((south - north) / size) + 1;
    if (!n) columns = rows = 0;
    var start = new Uint32Array(columns * rows + 1), order = new Uint32Array(n), place = new Uint32Array(n);
    for (i = 0; i < n; i++) {
      place[i] = Math.floor((y[i] - north) / size) * columns + Math.floor((x[i] - west) / size);
      start[place[i] + 1]++;
    }
    for (i = 0; i < columns * rows; i++) start[i + 1] += start[i];
    var next = start.slice();
    for (i = 0; i < n; i++) order[next[place[i]]++] = i;
    return { west: west, north: north, east: east, south: south, size: size, columns: columns, rows: rows, start: start, order: order };
  }

  function sprite(style, radius, sharp) { // a circle drawn once and stamped for every point
    var half = Math.ceil(radius + style.weight / 2 + 1), box = document.createElement("canvas");
    box.width = box.height = 2 * half * sharp;
    var pen = box.getContext("2d");
    pen.scale(sharp, sharp);
    pen.beginPath();
    pen.arc(half, half, radius, 0, 2 * Math.PI);
    pen.globalAlpha = style.fillOpacity;
    pen.fillStyle = style.fillColor;
    pen.fill();
    pen.globalAlpha = 1;
    pen.lineWidth = style.weight;
    pen.strokeStyle = style.color;
    pen.stroke();
    return { box: box, half: half };
  }

  function kind() {
    return L.Path.extend({
      initialize: function (data, options) {
        L.setOptions(this, options);
        this.data = data;
        data.fields.concat(data.note ? [data.note] : []).forEach(unroll);
        this._at = mercator(data);
        this._grid = grid(this._at.x, this._at.y);
        this._year = null;
        this._hit = -1;
        this._near = window.matchMedia("(pointer: coarse)").matches ? 12 : 4;
        this.on("click", function (event) { L.DomEvent.stop(event); this.open(this._hit); }, this);
      },
      shows: function (i) { return this._year === null || !this.data.year || this.data.year[i] === this._year; },
      shown: function () {
        for (var n = 0, i = 0; i < this._at.x.length; i++) if (this.shows(i)) n++;
        return n;
      },
      setYear: function (year) {
        this._year = year;
        if (this._renderer && this._map) this._renderer._requestRedraw(this);
      },
      place: function (i) {
        return L.latLng(Math.atan(Math.sinh(Math.PI * (1 - 2 * this._at.y[i]))) * 180 / Math.PI, (this._at.x[i] - 0.5) * 360);
      },
      open: function (i) {
        if (i < 0) return;
        var told = this.data.fields.map(function (f) { return [f.label, cell(f, i)]; });
        var map = this._map || window.uplandMap;
        L.popup().setLatLng(this.place(i))
          .setContent(upland.popup(this.data.name[i], told, this.data.note ? cell(this.data.note, i) : "")).openOn(map);
      },
      // Beside the kind of thing, the first two columns that hold words tell namesakes apart.
      where: function (i) {
        var words = this.data.fields.filter(function (f) { return f.words; }).slice(0, this.data.where || 0);
        return [this.data.kind].concat(words.map(function (f) { return cell(f, i); })).filter(Boolean).join(" · ");
      },
      radius: function (style) {
        return style.radius * Math.pow(1.22, Math.max(-3, Math.min(6, this._map.getZoom() - 9)));
      },
      // What Leaflet's canvas asks of a path follows.
      _project: function () {
        var scale = this._map.options.crs.scale(this._map.getZoom()), origin = this._map.getPixelOrigin(), n = this._at.x.length;
        this._scale = scale; this._origin = origin;
        this._px = new Float32Array(n); this._py = new Float32Array(n);
        for (var i = 0; i < n; i++) {
          this._px[i] = this._at.x[i] * scale - origin.x;
          this._py[i] = this._at.y[i] * scale - origin.y;
        }
        var most = 0, self = this;
        this.data.styles.forEach(function (s) { most = Math.max(most, self.radius(s) + s.weight); });
        this._most = most;
        var g = this._grid, edge = new L.Point(most + 1, most + 1);
        this._pxBounds = n ? new L.Bounds(
          new L.Point(g.west * scale - origin.x, g.north * scale - origin.y)._subtract(edge),
          new L.Point(g.east * scale - origin.x, g.south * scale - origin.y)._add(edge)) : null;
      },
      _update: function () { if (this._map) this._updatePath(); },
      _updatePath: function () {
        var drawn = this._renderer;
        if (!drawn._drawing || !this._pxBounds) return;
        var pen = drawn._ctx, view = drawn._redrawBounds || drawn._bounds, sharp = L.Browser.retina ? 2 : 1;
        var styles = this.data.styles, style = this.data.style, order = this.data.order || styles.map(function (_, k) { return k; });
        pen.globalAlpha = 1;
        for (var k = 0; k < order.length; k++) {
          var stamp = sprite(styles[order[k]], this.radius(styles[order[k]]), sharp), size = 2 * stamp.half;
          var west = view.min.x - stamp.half, east = view.max.x + stamp.half;
          var north = view.min.y - stamp.half, south = view.max.y + stamp.half;
          for (var i = 0; i < this._px.length; i++) {
            if ((style ? style[i] : 0) !== order[k]) continue;
            var x = this._px[i], y = this._py[i];
            if (x < west || x > east || y < north || y > south || !this.shows(i)) continue;
            pen.drawImage(stamp.box, Math.round((x - stamp.half) * sharp) / sharp, Math.round((y - stamp.half) * sharp) / sharp, size, size);
          }
        }
      },
      _containsPoint: function (p) {
        var g = this._grid, reach = this._most + this._near, best = Infinity;
        var x = (p.x + this._origin.x) / this._scale, y = (p.y + this._origin.y) / this._scale, far = reach / this._scale;
        var left = Math.max(0, Math.floor((x - far - g.west) / g.size)), right = Math.min(g.columns - 1, Math.floor((x + far - g.west) / g.size));
        var top = Math.max(0, Math.floor((y - far - g.north) / g.size)), bottom = Math.min(g.rows - 1, Math.floor((y + far - g.north) / g.size));
        this._hit = -1;
        for (var row = top; row <= bottom; row++) {
          if (left > right) break;
          for (var k = g.start[row * g.columns + left]; k < g.start[row * g.columns + right + 1]; k++) {
            var i = g.order[k], style = this.data.styles[this.data.style ? this.data.style[i] : 0];
            var away = Math.hypot(this._px[i] - p.x, this._py[i] - p.y);
            if (away < best && away <= this.radius(style) + this._near && this.shows(i)) { best = away; this._hit = i; }
          }
        }
        return this._hit >= 0;
      },
      getBounds: function () { return L.latLngBounds([]); }
    });
  }

  upland.points = function (data) {
    Points = Points || kind();
    var layer = new Points(data, { renderer: upland.canvas() });
    held.push(layer);
    return layer;
  };
  upland.pointLayers = held;
})();
