/* Painter of stations: those that offer what is asked in full size, the others faded. */
(function () {
  'use strict';

  const minqing = window.minqing;
  const FEW = 150;

  minqing.stationSign = function (layer, i) {
    const code = layer.columns.kind ? layer.columns.kind.at(i) : null;
    const kind = layer.kinds[code] || { glyph: ['站', 'S'], shape: 'square', colour: '#5f6368' };
    const state = minqing.column(layer.columns, 'state').at(i);
    return {
      shape: kind.shape,
      colour: kind.colour,
      letter: kind.glyph[minqing.state.lang === 'zh' ? 0 : 1],
      planned: state === 'planned',
      shut: state === 'closed',
    };
  };

  minqing.isAsked = function (layer, i) {
    const asked = layer.asked[minqing.state.coverage];
    const services = minqing.column(layer.columns, 'services').at(i);
    if (!asked || !asked.length) return true;
    return Boolean(services) && services.split('|').some(function (one) { return asked.indexOf(one) >= 0; });
  };

  minqing.painters.stations = {
    order: 70,
    paint: function (view, layer) {
      const shapes = layer.shapes;
      const crowded = shapes.count > FEW && view.zoom < 15.5;
      const big = view.zoom >= 16 ? 11 : view.zoom >= 14 ? 9 : 7;
      [false, true].forEach(function (asked) {
        for (let i = 0; i < shapes.count; i += 1) {
          if (minqing.isAsked(layer, i) !== asked || !view.sees(shapes, i, 14)) continue;
          const at = view.centre(shapes, i);
          const sign = minqing.stationSign(layer, i);
          if (crowded && !asked) {
            dot(view.ctx, sign.colour, at[0], at[1]);
            continue;
          }
          sign.faded = !asked;
          const r = crowded ? 4.5 : asked ? big : Math.max(3, big - 4);
          minqing.sign(view.ctx, sign, at[0], at[1], r);
          if (asked && !crowded) view.taken.push([at[0] - r, at[1] - r, at[0] + r, at[1] + r]);
          if (asked && view.zoom >= 15.5) nameStation(view, layer, i, at, r);
        }
      });
    },
  };

  function dot(ctx, colour, x, y) {
    ctx.globalAlpha = 0.55;
    ctx.fillStyle = colour;
    ctx.fillRect(x - 1.3, y - 1.3, 2.6, 2.6);
    ctx.globalAlpha = 1;
  }

  function nameStation(view, layer, i, at, r) {
    const name = minqing.column(layer.columns, 'name').at(i);
    if (name) {
      view.label({ text: name, x: at[0], y: at[1] + r + 9, size: 11.5, weight: 600, colour: '#4a2f3b', rank: 15 });
    }
  }
})();
