/* Upland's paper: before printing the map takes a size that fits A4 and Letter either way up and shows
   what the screen showed; the legend goes beside or below it, how it was made on the next page. */
var upland = window.upland || {};
(function () {
  "use strict";

  // What the screen shows beside the panel, or below it on a phone.
  function seen(map, wide) {
    var size = map.getSize();
    return L.latLngBounds(map.containerPointToLatLng(wide ? [340, 0] : [0, 60]), map.containerPointToLatLng([size.x, size.y]));
  }

  // A canvas is printed as its drawing steps, the wiping of it among them, which some PDF viewers take
  // for wiping the relief below. A copy of it that holds one picture is printed in its place.
  function still() {
    var canvas = upland.canvas()._container;
    if (!canvas || !canvas.parentNode) return null;
    var copy = canvas.cloneNode(), pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    copy.getContext("2d").putImageData(pixels, 0, 0);
    canvas.parentNode.insertBefore(copy, canvas);
    canvas.style.display = "none";
    return function () { copy.remove(); canvas.style.display = ""; };
  }

  upland.paper = function (map, isWide, whole) {
    var panel = document.getElementById("panel"), side = document.getElementById("side"), kept = null;
    if (!panel) return;
    var more = panel.querySelector("details.more");

    function refit(show) {
      map.invalidateSize({ animate: false, pan: false });
      show();
      upland.declutter(map);
    }
    window.addEventListener("beforeprint", function () {
      if (kept) return;
      kept = {
        center: map.getCenter(), zoom: map.getZoom(), open: panel.open, more: more.open,
        retina: L.Browser.retina, next: side.nextSibling
      };
      var bounds = seen(map, isWide());
      document.body.classList.add("printing");
      L.Browser.retina = true; // twice as many dots as the screen has
      panel.open = more.open = true;
      document.body.appendChild(side);
      document.body.appendChild(more);
      if (whole && bounds.contains(whole)) bounds = L.latLngBounds(whole);
      refit(function () { map.fitBounds(bounds, { animate: false, padding: [14, 14] }); });
      kept.undo = still();
    });
    window.addEventListener("afterprint", function () {
      if (!kept) return;
      if (kept.undo) kept.undo();
      panel.appendChild(more);
      document.body.insertBefore(side, kept.next);
      document.body.classList.remove("printing");
      L.Browser.retina = kept.retina;
      panel.open = kept.open;
      more.open = kept.more;
      refit(function () { map.setView(kept.center, kept.zoom, { animate: false }); });
      kept = null;
    });
  };
})();
