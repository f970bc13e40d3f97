/* Painters of the ground: compounds, streets, buildings, barriers, borders, gates.
   A line of a legend is [word, picture], or [word, picture, column, values]: shown where one occurs. */
(function () {
  'use strict';

  const minqing = window.minqing;
  const C = minqing.COLOURS;
  const painters = {};
  const BATCH = 400; // shapes in one path: long paths fill slowly

  minqing.painters = painters;

  /* Add every wanted shape to paths of bounded length and finish each with `done`. */
  minqing.batches = function (view, shapes, wanted, close, done, margin) {
    const ctx = view.ctx;
    let waiting = 0;
    ctx.beginPath();
    for (let i = 0; i < shapes.count; i += 1) {
      if (!wanted(i) || !view.sees(shapes, i, margin)) continue;
      view.trace(shapes, i, close);
      waiting += 1;
      if (waiting === BATCH) {
        done(ctx);
        ctx.beginPath();
        waiting = 0;
      }
    }
    if (waiting) done(ctx);
  };

  painters.compounds = {
    order: 10,
    paint: function (view, layer) {
      const gated = minqing.column(layer.columns, 'gated');
      const shapes = layer.shapes;
      minqing.batches(view, shapes, function () { return true; }, true, function (ctx) {
        ctx.fillStyle = 'rgba(122,140,104,.10)';
        ctx.fill('evenodd');
      });
      const lines = { yes: ['#8a7b68', 1.6, []], unknown: ['#a99b86', 1.2, [5, 4]], no: ['#b9b3a2', 0.8, [1, 3]] };
      Object.keys(lines).forEach(function (state) {
        minqing.batches(view, shapes, function (i) { return (gated.at(i) || 'unknown') === state; }, true, function (ctx) {
          ctx.strokeStyle = lines[state][0];
          ctx.lineWidth = lines[state][1];
          ctx.setLineDash(lines[state][2]);
          ctx.stroke();
        });
      });
      const name = minqing.column(layer.columns, 'name');
      for (let i = 0; i < shapes.count; i += 1) {
        const extent = view.extent(shapes, i);
        if (extent < 70 || !name.at(i) || !view.sees(shapes, i)) continue;
        const at = view.centre(shapes, i);
        view.label({ text: name.at(i), x: at[0], y: at[1], size: 12.5, weight: 600, colour: '#5a5446',
          rank: 30 - extent / 1e4, room: extent * 1.2 });
      }
    },
    legend: [
      ['gated', boxed('rgba(122,140,104,.16)', '#8a7b68', []), 'gated', ['yes']],
      ['gated_unknown', boxed('rgba(122,140,104,.16)', '#a99b86', [5, 4]), 'gated', ['unknown']],
      ['open_compound', boxed('rgba(122,140,104,.16)', '#b9b3a2', [1, 3]), 'gated', ['no']],
    ],
  };

  function boxed(fill, stroke, dash) {
    return function (ctx, w, h) {
      ctx.fillStyle = fill;
      ctx.fillRect(2, 2, w - 4, h - 4);
      ctx.strokeStyle = stroke;
      ctx.lineWidth = 1.4;
      ctx.setLineDash(dash);
      ctx.strokeRect(2, 2, w - 4, h - 4);
    };
  }

  /* rank: [metres wide, least pixels, first zoom, fill] */
  const RANKS = {
    main: [20, 2.6, 0, '#fbe8c2', '#d9bf8a'],
    second: [15, 2, 0, '#fdf2da', '#dccdaa'],
    third: [11, 1.6, 12, '#ffffff', '#d5cfc2'],
    lane: [7, 1.1, 13, '#ffffff', '#d9d4c8'],
    service: [4, 0.8, 14.5, '#ffffff', '#dfdacf'],
  };
  const KINDS = {
    trunk: 'main', primary: 'main', secondary: 'second', tertiary: 'third', arterial: 'main',
    trunk_link: 'main', primary_link: 'main', secondary_link: 'second', tertiary_link: 'third',
    residential: 'lane', unclassified: 'lane', living_street: 'lane', road: 'lane', pedestrian: 'lane', lane: 'lane',
    service: 'service', track: 'service',
    footway: 'path', path: 'path', cycleway: 'path', bridleway: 'path', corridor: 'path', crossing: 'path',
    sidewalk: 'path', platform: 'path', inner: 'service', steps: 'steps',
  };

  function streetRanks(layer) {
    if (layer.ranks) return layer.ranks;
    const kind = minqing.column(layer.columns, 'kind');
    const steps = minqing.column(layer.columns, 'steps');
    layer.ranks = [];
    for (let i = 0; i < layer.shapes.count; i += 1) {
      layer.ranks.push(steps.at(i) ? 'steps' : KINDS[kind.at(i)] || 'lane');
    }
    return layer.ranks;
  }

  function lineStyle(ctx, colour, width, dash, cap) {
    ctx.strokeStyle = colour;
    ctx.lineWidth = width;
    ctx.setLineDash(dash || []);
    ctx.lineCap = cap || 'round';
    ctx.lineJoin = 'round';
  }

  painters.streets = {
    order: 30,
    paint: function (view, layer) {
      const ranks = streetRanks(layer);
      const shapes = layer.shapes;
      const users = minqing.column(layer.columns, 'users');
      const stroke = function (rank, colour, width, dash, cap, closed) {
        minqing.batches(view, shapes, function (i) {
          return ranks[i] === rank && (closed === undefined || (users.at(i) === 'residents') === closed);
        }, false, function (ctx) {
          lineStyle(ctx, colour, width, dash, cap);
          ctx.stroke();
        }, 20);
      };
      const width = function (rank) {
        return Math.max(RANKS[rank][1], RANKS[rank][0] * view.metre);
      };
      const seen = ['service', 'lane', 'third', 'second', 'main'].filter(function (rank) {
        return view.zoom >= RANKS[rank][2];
      });
      if (view.zoom >= 14.5) {
        stroke('path', 'rgba(255,255,255,.9)', Math.max(1.6, 2.4 * view.metre));
        stroke('path', '#b4a88f', Math.max(0.9, 1 * view.metre), [3, 3], 'butt');
      }
      seen.forEach(function (rank) {
        stroke(rank, RANKS[rank][4], width(rank) + (view.zoom < 14 ? 0.8 : 1.6));
      });
      seen.forEach(function (rank) {
        stroke(rank, RANKS[rank][3], width(rank), [], 'round', false);
        stroke(rank, '#ece6dc', width(rank), [], 'round', true);
      });
      if (view.zoom >= 14) {
        stroke('steps', '#ffffff', Math.max(3.4, 3.4 * view.metre), [], 'butt');
        stroke('steps', '#9a6a4a', Math.max(3, 3 * view.metre), [1.4, 2], 'butt');
      }
      if (view.zoom >= 14.5) nameStreets(view, layer, ranks, width);
    },
    legend: [
      ['street', stroked([['#d9bf8a', 7.6, []], ['#fbe8c2', 6, []]])],
      ['path', stroked([['#b4a88f', 1.4, [3, 3]]])],
      ['steps', stroked([['#9a6a4a', 6, [1.4, 2]]]), 'steps', [true]],
      ['private', stroked([['#d9d4c8', 6.6, []], ['#ece6dc', 5, []]]), 'users', ['residents']],
    ],
  };

  function stroked(lines) {
    return function (ctx, w, h) {
      lines.forEach(function (line) {
        lineStyle(ctx, line[0], line[1], line[2], 'butt');
        ctx.beginPath();
        ctx.moveTo(1, h / 2);
        ctx.lineTo(w - 1, h / 2);
        ctx.stroke();
      });
    };
  }

  /* Name a street along a nearly straight piece that has room for the name. */
  function nameStreets(view, layer, ranks, width) {
    const shapes = layer.shapes;
    const name = minqing.column(layer.columns, 'name');
    for (let i = 0; i < shapes.count; i += 1) {
      if (!name.at(i) || view.extent(shapes, i) < 40 || !view.sees(shapes, i)) continue;
      const from = shapes.start[shapes.first[i]];
      const to = shapes.start[shapes.first[i] + 1] - 1;
      const x0 = view.px(shapes.x[from]);
      const y0 = view.py(shapes.y[from]);
      const dx = view.px(shapes.x[to]) - x0;
      const dy = view.py(shapes.y[to]) - y0;
      const mid = Math.round((from + to) / 2);
      const straight = to - from < 2 || Math.abs((view.px(shapes.x[mid]) - x0) * dy - (view.py(shapes.y[mid]) - y0) * dx) <
        6 * Math.hypot(dx, dy);
      if (!straight) continue;
      let angle = Math.atan2(dy, dx);
      if (angle > Math.PI / 2) angle -= Math.PI;
      if (angle < -Math.PI / 2) angle += Math.PI;
      const rank = ['main', 'second', 'third', 'lane'].indexOf(ranks[i]);
      view.label({ text: name.at(i), x: x0 + dx / 2, y: y0 + dy / 2, size: rank === 0 ? 12.5 : 11.5,
        colour: '#7a6a4a', rank: 40 + (rank < 0 ? 9 : rank) - Math.hypot(dx, dy) / 1e5, angle: angle,
        room: Math.hypot(dx, dy) * 0.95, once: true });
    }
  }

  painters.buildings = {
    order: 40,
    paint: function (view, layer) {
      const shapes = layer.shapes;
      const ctx = view.ctx;
      const result = minqing.layers.covered;
      const asked = result && result.shown ? minqing.column(minqing.resultColumns(), 'asked') : null;
      const plain = function (i) { return !(asked && asked.at(i)); };
      const veil = minqing.groundIsColoured();
      ctx.globalAlpha = veil ? 0.55 : 1;
      const style = function () {
        ctx.fillStyle = C.building;
        ctx.fill('evenodd');
        if (view.zoom >= 15) {
          ctx.strokeStyle = C.buildingEdge;
          ctx.lineWidth = 0.7;
          ctx.stroke();
        }
      };
      if (view.zoom < 13) {
        ctx.fillStyle = C.buildingEdge;
        for (let i = 0; i < shapes.count; i += 1) {
          if (!plain(i) || !view.sees(shapes, i)) continue;
          const at = view.centre(shapes, i);
          ctx.fillRect(at[0] - 0.6, at[1] - 0.6, 1.2, 1.2);
        }
      } else {
        minqing.batches(view, shapes, plain, true, style);
        pointBuildings(view, shapes, plain);
      }
      if (view.zoom >= 17) nameBuildings(view, layer);
    },
    legend: [['building', boxed(C.building, C.buildingEdge, [])]],
  };

  function pointBuildings(view, shapes, wanted) {
    const r = Math.max(1.6, 4 * view.metre);
    view.ctx.fillStyle = C.buildingEdge;
    for (let i = 0; i < shapes.count; i += 1) {
      if (view.extent(shapes, i) > 0 || !wanted(i) || !view.sees(shapes, i)) continue;
      const at = view.centre(shapes, i);
      view.ctx.fillRect(at[0] - r, at[1] - r, 2 * r, 2 * r);
    }
  }

  function nameBuildings(view, layer) {
    const name = minqing.column(layer.columns, 'name');
    const shapes = layer.shapes;
    for (let i = 0; i < shapes.count; i += 1) {
      if (!name.at(i) || !view.sees(shapes, i)) continue;
      const at = view.centre(shapes, i);
      view.label({ text: name.at(i), x: at[0], y: at[1], size: 11, colour: '#33302a', rank: 60, edge: 2, halo: 'rgba(255,255,255,.8)',
        room: Math.max(view.extent(shapes, i) * 1.3, 30) });
    }
  }

  const BARRIERS = {
    river: ['#9cc4dd', 5, [], '#7fb0ce'], stream: ['#9cc4dd', 2.4, []], canal: ['#9cc4dd', 4, []],
    rail: ['#7d7a78', 2.6, []], railway: ['#7d7a78', 2.6, []],
    water: ['#8db9d4', 1.2, []], coast: ['#8db9d4', 1.4, []], ditch: ['#9cc4dd', 1.6, [5, 2]],
    expressway: ['#b98a4a', 2.2, []], cliff: ['#a08a6a', 2, [2, 3]],
    hedge: ['#7c9a5e', 2.2, [4, 2]], fence: ['#85786a', 1.3, [6, 2]],
  };
  const WATER = ['water', 'river', 'canal'];
  const WALL = ['#6f6257', 2.2, []];

  function isRing(shapes, i) {
    const from = shapes.start[shapes.first[i]];
    const last = shapes.start[shapes.first[i + 1]] - 1;
    return last - from > 2 && shapes.x[from] === shapes.x[last] && shapes.y[from] === shapes.y[last];
  }

  painters.barriers = {
    order: 50,
    /* shores that close are filled, below everything else */
    ground: function (view, layer) {
      const kind = minqing.column(layer.columns, 'kind');
      minqing.batches(view, layer.shapes, function (i) {
        return WATER.indexOf(kind.at(i)) >= 0 && isRing(layer.shapes, i);
      }, true, function (ctx) {
        ctx.fillStyle = '#c9dfea';
        ctx.fill('evenodd');
      });
    },
    paint: function (view, layer) {
      if (view.zoom < 12) return;
      const kind = minqing.column(layer.columns, 'kind');
      const shapes = layer.shapes;
      const kinds = kind.values.length ? kind.values : [null];
      kinds.forEach(function (one) {
        const look = BARRIERS[one] || WALL;
        const scale = view.zoom >= 16 ? 1.4 : view.zoom >= 14.5 ? 1 : 0.6;
        const wanted = function (i) { return kind.at(i) === one; };
        minqing.batches(view, shapes, wanted, false, function (ctx) {
          lineStyle(ctx, look[0], look[1] * scale, look[2], look === WALL ? 'butt' : 'round');
          ctx.stroke();
          if (one === 'rail' || one === 'railway') {
            lineStyle(ctx, '#fff', 1.2 * scale, [6, 6], 'butt');
            ctx.stroke();
          }
        }, 10);
      });
    },
    legend: [
      ['wall', stroked([['#6f6257', 2.4, []]]), 'kind', ['wall', 'fence', 'hedge', 'cliff']],
      ['river', stroked([['#9cc4dd', 6, []]]), 'kind', WATER.concat('coast', 'stream', 'ditch')],
      ['rail', stroked([['#7d7a78', 3, []], ['#fff', 1.3, [5, 5]]]), 'kind', ['rail', 'railway']],
      ['expressway', stroked([['#b98a4a', 2.2, []]]), 'kind', ['expressway']],
    ],
  };

  /* a figure gives way to signs, but stays inside its grid */
  function around(step) {
    return [[0, 0], [0, -step], [0, step], [-step, 0], [step, 0], [-step, -step], [step, step]];
  }

  function borders(colour, width, dash, size, rank, first, edge) {
    return function (view, layer) {
      const shapes = layer.shapes;
      minqing.batches(view, shapes, function () { return true; }, true, function (ctx) {
        if (edge) {
          lineStyle(ctx, 'rgba(255,255,255,.75)', width + 2, []);
          ctx.stroke();
        }
        ctx.globalAlpha = edge ? 1 : 0.7;
        lineStyle(ctx, colour, width, dash, 'butt');
        ctx.stroke();
      });
      const name = minqing.column(layer.columns, 'name');
      const figures = minqing.figureOf(layer);
      for (let i = 0; i < shapes.count; i += 1) {
        const extent = view.extent(shapes, i);
        const figure = figures ? figures(i) : null;
        if (extent < (figure ? 40 : first) || !view.sees(shapes, i)) continue;
        const at = view.centre(shapes, i);
        if (figure) {
          view.label({ text: figure, x: at[0], y: at[1] + 8, size: 14, weight: 700, colour: C.ink, rank: 5,
            tries: around(extent / 4) });
          if (name.at(i)) view.label({ text: name.at(i), x: at[0], y: at[1] - 9, size: 11, colour: colour, rank: rank });
        } else if (name.at(i)) {
          view.label({ text: name.at(i), x: at[0], y: at[1], size: size, weight: 600, colour: colour, rank: rank,
            room: extent * 1.1 });
        }
      }
    };
  }

  painters.communities = {
    order: 56,
    paint: borders('#7a4f7c', 2.2, [10, 4, 2, 4], 15, 10, 160, true),
    legend: [['community', stroked([['#7a4f7c', 2.2, [10, 4, 2, 4]]])]],
  };

  painters.grids = {
    order: 55,
    paint: borders('#55688a', 1, [5, 3], 11.5, 20, 90, false),
    legend: [['grid', stroked([['#55688a', 1.4, [6, 4]]])]],
  };

  painters.gates = {
    order: 60,
    paint: function (view, layer) {
      if (view.zoom < 15) return;
      const users = minqing.column(layer.columns, 'users');
      const source = minqing.column(layer.columns, 'source');
      const r = view.zoom >= 17 ? 6 : 4;
      for (let i = 0; i < layer.shapes.count; i += 1) {
        if (!view.sees(layer.shapes, i, 10)) continue;
        const at = view.centre(layer.shapes, i);
        const known = source.at(i) === 'assumed' ? 'unknown' : users.at(i);
        minqing.gateSign(view.ctx, known, at[0], at[1], r);
      }
    },
    legend: ['everyone', 'residents', 'nobody', 'unknown'].map(function (users) {
      return ['gate_' + users, function (ctx, w, h) { minqing.gateSign(ctx, users, w / 2, h / 2, 6); },
        'users', users === 'unknown' ? null : [users]];
    }),
  };
})();
