/* Upland's packed layers: base64 of DEFLATE (RFC 1951) of JSON. Inflated here, not by the browser's
   DecompressionStream, so that a layer is whole when its script has run, in older browsers too. */
var upland = window.upland || {};
(function () {
  "use strict";
  var ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]; // of code lengths
  var LENGTHS = series(29, 3, 4, 0), DISTANCES = series(30, 1, 2, 0);
  LENGTHS.base[28] = 258; LENGTHS.extra[28] = 0;

  // First value and extra bits of each length or distance code: `per` codes share a width.
  function series(count, first, per) {
    var base = [], extra = [], value = first;
    for (var code = 0; code < count; code++) {
      var width = Math.max(0, Math.floor(code / per) - 1);
      base.push(value); extra.push(width);
      value += 1 << width;
    }
    return { base: base, extra: extra };
  }

  // A table from the next bits to (symbol, length) of a canonical Huffman code.
  function table(lengths) {
    var most = Math.max.apply(null, lengths), counts = new Uint16Array(17), code = 0, next = [];
    lengths.forEach(function (n) { if (n) counts[n]++; });
    for (var n = 1; n <= most; n++) { code = (code + (n > 1 ? counts[n - 1] : 0)) << 1; next[n] = code; }
    var held = new Uint16Array(1 << most);
    lengths.forEach(function (n, symbol) {
      if (!n) return;
      var bits = next[n]++, turned = 0;
      for (var i = 0; i < n; i++) turned |= (bits >> i & 1) << (n - 1 - i);
      for (var at = turned; at < held.length; at += 1 << n) held[at] = symbol << 4 | n;
    });
    return { held: held, mask: held.length - 1 };
  }

  function inflate(bytes, size) {
    var out = new Uint8Array(size), at = 0, next = 0, hold = 0, count = 0, last = 0;

    function bits(n) {
      while (count < n) { hold |= bytes[next++] << count; count += 8; }
      var value = hold & ((1 << n) - 1);
      hold >>>= n; count -= n;
      return value;
    }
    function symbol(codes) {
      while (count < 15) { hold |= (bytes[next++] || 0) << count; count += 8; }
      var found = codes.held[hold & codes.mask], n = found & 15;
      hold >>>= n; count -= n;
      return found >> 4;
    }
    function written() { // the code tables of a block, themselves coded
      var literals = bits(5) + 257, distances = bits(5) + 1, own = new Array(19).fill(0), lengths = [];
      for (var i = bits(4) + 4, k = 0; k < i; k++) own[ORDER[k]] = bits(3);
      own = table(own);
      while (lengths.length < literals + distances) {
        var code = symbol(own), value = code, times = 1;
        if (code === 16) { value = lengths[lengths.length - 1]; times = 3 + bits(2); }
        if (code === 17) { value = 0; times = 3 + bits(3); }
        if (code === 18) { value = 0; times = 11 + bits(7); }
        while (times--) lengths.push(value);
      }
      return [table(lengths.slice(0, literals)), table(lengths.slice(literals))];
    }
    function fixed() {
      var lengths = [];
      for (var i = 0; i < 288; i++) lengths.push(i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8);
      return [table(lengths), table(new Array(30).fill(5))];
    }
    function stored() {
      next -= count >> 3; hold = 0; count = 0;
      var length = bytes[next] | bytes[next + 1] << 8;
      out.set(bytes.subarray(next + 4, next + 4 + length), at);
      next += 4 + length; at += length;
    }
    // The work itself; on copies of the counters, which is several times faster.
    function block(literals, distances) {
      var h = hold, c = count, n = next, a = at, found, code, length, from;
      for (;;) {
        while (c < 15) { h |= bytes[n++] << c; c += 8; }
        found = literals.held[h & literals.mask]; h >>>= found & 15; c -= found & 15;
        code = found >> 4;
        if (code < 256) { out[a++] = code; continue; }
        if (code === 256) break;
        while (c < 15) { h |= bytes[n++] << c; c += 8; }
        length = LENGTHS.base[code - 257] + (h & ((1 << LENGTHS.extra[code - 257]) - 1));
        h >>>= LENGTHS.extra[code - 257]; c -= LENGTHS.extra[code - 257];
        while (c < 15) { h |= bytes[n++] << c; c += 8; }
        found = distances.held[h & distances.mask]; h >>>= found & 15; c -= found & 15;
        code = found >> 4;
        while (c < 15) { h |= bytes[n++] << c; c += 8; }
        from = a - DISTANCES.base[code] - (h & ((1 << DISTANCES.extra[code]) - 1));
        h >>>= DISTANCES.extra[code]; c -= DISTANCES.extra[code];
        while (length--) out[a++] = out[from++];
      }
      hold = h; count = c; next = n; at = a;
    }
    while (!last) {
      last = bits(1);
      var kind = bits(2), codes;
      if (kind === 0) { stored(); continue; }
      codes = kind === 1 ? fixed() : written();
      block(codes[0], codes[1]);
    }
    return out;
  }

  upland.unpackBytes = function (packed, size) {
    var text = atob(packed), bytes = new Uint8Array(text.length);
    for (var i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
    return inflate(bytes, size);
  };

  upland.unpack = function (packed, size) {
    return JSON.parse(new TextDecoder().decode(upland.unpackBytes(packed, size)));
  };
})();
