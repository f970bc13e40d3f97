/* Reads what maps/packing.py wrote: base64 varints to typed arrays, and the page's JSON blocks. */
(function () {
  'use strict';

  const minqing = {};
  window.minqing = minqing;

  minqing.read = function (id) {
    return JSON.parse(document.getElementById(id).textContent);
  };

  function numbers(text) {
    const raw = window.atob(text);
    let count = 0;
    for (let at = 0; at < raw.length; at += 1) {
      if (raw.charCodeAt(at) < 128) count += 1;
    }
    const found = new Uint32Array(count);
    let place = 0;
    let value = 0;
    let factor = 1;
    for (let at = 0; at < raw.length; at += 1) {
      const byte = raw.charCodeAt(at);
      value += (byte & 127) * factor;
      if (byte < 128) {
        found[place] = value;
        place += 1;
        value = 0;
        factor = 1;
      } else {
        factor *= 128;
      }
    }
    return found;
  }

  function sums(counts) {
    const found = new Uint32Array(counts.length + 1);
    for (let at = 0; at < counts.length; at += 1) found[at + 1] = found[at] + counts[at];
    return found;
  }

  function positions(text) {
    const moves = numbers(text);
    const count = moves.length / 2;
    const x = new Int32Array(count);
    const y = new Int32Array(count);
    let east = 0;
    let north = 0;
    for (let at = 0; at < count; at += 1) {
      const right = moves[2 * at];
      const up = moves[2 * at + 1];
      east += (right >>> 1) ^ -(right & 1);
      north += (up >>> 1) ^ -(up & 1);
      x[at] = east;
      y[at] = north;
    }
    return { x: x, y: y };
  }

  /* west, south, east, north of every shape; a shape without vertices stays inside out */
  function boxes(shapes) {
    const box = new Int32Array(4 * shapes.count);
    for (let i = 0; i < shapes.count; i += 1) {
      let west = 2147483647;
      let south = 2147483647;
      let east = -2147483648;
      let north = -2147483648;
      const end = shapes.start[shapes.first[i + 1]];
      for (let v = shapes.start[shapes.first[i]]; v < end; v += 1) {
        const x = shapes.x[v];
        const y = shapes.y[v];
        if (x < west) west = x;
        if (x > east) east = x;
        if (y < south) south = y;
        if (y > north) north = y;
      }
      box[4 * i] = west;
      box[4 * i + 1] = south;
      box[4 * i + 2] = east;
      box[4 * i + 3] = north;
    }
    return box;
  }

  minqing.unpackShapes = function (data) {
    const place = positions(data.xy);
    const shapes = {
      count: data.count,
      first: sums(numbers(data.parts)),
      start: sums(numbers(data.sizes)),
      x: place.x,
      y: place.y,
    };
    shapes.box = boxes(shapes);
    if (data.anchors) shapes.anchor = positions(data.anchors);
    return shapes;
  };

  minqing.unpackColumn = function (packed) {
    const codes = numbers(packed.codes);
    return {
      codes: codes,
      values: packed.values,
      at: function (row) {
        return codes[row] ? packed.values[codes[row] - 1] : null;
      },
    };
  };

  minqing.unpackColumns = function (packed) {
    const columns = {};
    Object.keys(packed || {}).forEach(function (name) {
      columns[name] = minqing.unpackColumn(packed[name]);
    });
    return columns;
  };

  const nothing = { at: function () { return null; }, codes: [], values: [] };

  minqing.column = function (columns, name) {
    return (columns && columns[name]) || nothing;
  };
})();
