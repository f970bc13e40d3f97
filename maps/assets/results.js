/* Painters of results: service areas, buildings by result, shares and counts by area. */
(function () {
  'use strict';

  const minqing = window.minqing;
  const C = minqing.COLOURS;
  const painters = minqing.painters;
  const AREA_FILL = '#3f86b0';
  const AREA_COLOURS = ['#2f7f9a', '#7a5ea8', '#b0702a', '#4f8a3c', '#a8506a'];
  const AREA_DASHES = [[], [9, 4], [3, 3], [12, 3, 3, 3], [1, 4]];

  minqing.resultColumns = function () {
    const layer = minqing.layers.covered;
    return layer && layer.results ? layer.results[minqing.state.coverage] : null;
  };

  /* areas of the coverage on show, in the order of its requirements */
  minqing.areaRows = function () {
    const layer = minqing.layers.areas;
    const rows = [];
    if (!layer) return rows;
    for (let i = 0; i < layer.shapes.count; i += 1) {
      if (layer.columns.coverage.at(i) !== minqing.state.coverage) continue;
      const id = layer.columns.requirement.at(i);
      const place = rows.findIndex(function (row) { return row.id === id; });
      if (place >= 0) rows[place].shapes.push(i);
      else rows.push({ id: id, shapes: [i] });
    }
    return rows;
  };

  minqing.areaLook = function (place) {
    return { colour: AREA_COLOURS[place % 5], dash: AREA_DASHES[place % 5] };
  };

  painters.areas = {
    order: 20,
    paint: function (view, layer) {
      minqing.areaRows().forEach(function (row, place) {
        if (minqing.state.hiddenAreas[row.id]) return;
        const look = minqing.areaLook(place);
        const wanted = function (i) { return row.shapes.indexOf(i) >= 0; };
        minqing.batches(view, layer.shapes, wanted, true, function (ctx) {
          // over coloured grids only the outline, or the colours of the grids would lie
          // one colour for all: where every requirement is met the ground is darkest
          ctx.globalAlpha = minqing.groundIsColoured() ? 0 : 0.1;
          ctx.fillStyle = AREA_FILL;
          ctx.fill('evenodd');
          if (view.zoom < 15.5 && !minqing.groundIsColoured()) return;
          ctx.globalAlpha = view.zoom < 15.5 ? 0.45 : 0.85;
          ctx.strokeStyle = look.colour;
          ctx.lineWidth = view.zoom < 15.5 ? 0.8 : 1.4;
          ctx.setLineDash(look.dash);
          ctx.stroke();
        });
      });
    },
  };

  const STATES = ['covered', 'newly', 'uncovered', 'unknown'];

  function stateOf(columns) {
    const asked = minqing.column(columns, 'asked');
    const covered = minqing.column(columns, 'covered');
    const was = columns.was;
    return function (i) {
      if (!asked.at(i)) return null;
      const value = covered.at(i);
      if (value && was && was.at(i) === false) return 'newly';
      return value === null ? 'unknown' : value ? 'covered' : 'uncovered';
    };
  }

  minqing.buildingState = function (i) {
    const columns = minqing.resultColumns();
    return columns ? stateOf(columns)(i) : null;
  };

  function fillOf(ctx, state, fine) {
    if (state === 'covered') return C.covered;
    if (state === 'aside') return C.building;
    if (state === 'unknown') return minqing.pattern(ctx, 'dots');
    if (state === 'newly') return minqing.pattern(ctx, fine ? 'fineCross' : 'cross');
    return minqing.pattern(ctx, fine ? 'fineHatch' : 'hatch');
  }

  /* When buildings are a few pixels wide: disc, triangle, ring; open ends stand out. */
  function mark(ctx, state, x, y) {
    ctx.beginPath();
    if (state === 'uncovered') {
      ctx.moveTo(x, y - 3.4);
      ctx.lineTo(x + 3.2, y + 2.4);
      ctx.lineTo(x - 3.2, y + 2.4);
      ctx.closePath();
      ctx.fillStyle = '#c8601f';
      ctx.fill();
    } else if (state === 'newly') {
      ctx.rect(x - 3.4, y - 1.1, 6.8, 2.2);
      ctx.rect(x - 1.1, y - 3.4, 2.2, 6.8);
      ctx.fillStyle = C.newlyEdge;
      ctx.fill();
    } else if (state === 'covered') {
      ctx.rect(x - 1.1, y - 1.1, 2.2, 2.2);
      ctx.fillStyle = C.covered;
      ctx.fill();
    } else {
      ctx.arc(x, y, 1.6, 0, 7);
      ctx.lineWidth = 0.8;
      ctx.strokeStyle = C.unknownEdge;
      ctx.stroke();
    }
  }

  function swatch(state) {
    return function (ctx, w, h) {
      ctx.fillStyle = fillOf(ctx, state);
      ctx.strokeStyle = C[state + 'Edge'];
      ctx.fillRect(2, 2, w - 4, h - 4);
      ctx.strokeRect(2, 2, w - 4, h - 4);
    };
  }

  painters.covered = {
    order: 45,
    paint: function (view) {
      const ground = minqing.layers.buildings;
      const columns = minqing.resultColumns();
      if (!columns) return;
      const shapes = ground.shapes;
      const all = stateOf(columns);
      const reason = minqing.column(columns, 'reason');
      const wanted = minqing.state.reason;
      // one reason pointed out: the other homes fall back to the colour of the ground
      const state = wanted === null ? all : function (i) {
        const own = all(i);
        return own === null ? null : reason.at(i) === wanted ? own : 'aside';
      };
      const small = view.zoom < 15.75;
      if (view.zoom >= 13.5) {
        STATES.concat('aside').forEach(function (one) {
          minqing.batches(view, shapes, function (i) { return state(i) === one; }, true, function (ctx) {
            ctx.fillStyle = fillOf(ctx, one, small);
            ctx.fill('evenodd');
            ctx.strokeStyle = C[one === 'aside' ? 'buildingEdge' : one + 'Edge'];
            ctx.lineWidth = small ? 0.6 : 1;
            ctx.stroke();
          });
        });
      }
      STATES.slice().reverse().forEach(function (one) {
        for (let i = 0; i < shapes.count; i += 1) {
          if (state(i) !== one || !view.sees(shapes, i)) continue;
          if (view.zoom >= 13.5 && view.extent(shapes, i) > (one === 'uncovered' || one === 'newly' ? 5 : 0)) continue;
          const at = view.centre(shapes, i);
          mark(view.ctx, one, at[0], at[1]);
        }
      });
    },
    legend: STATES.map(function (one) {
      return one === 'newly' ? [one, swatch(one), 'was', [false]] : [one, swatch(one)];
    }),
  };

  /* ---- areas by colour: shares of the coverage, counts of the conditions map */

  function shareRows() {
    const found = {};
    const model = minqing.model.coverages[minqing.state.coverage];
    ((model && model.by.grid) || []).forEach(function (row) { found[row.id] = row; });
    return found;
  }

  minqing.shareOf = function (id) { return shareRows()[id] || null; };

  minqing.groundIsColoured = function () {
    return ['shares', 'counts'].some(function (name) {
      return minqing.layers[name] && minqing.layers[name].shown;
    });
  };

  /* Text over a grid: its share or its count, whichever colours it. */
  minqing.figureOf = function (layer) {
    const counts = minqing.layers.counts;
    const hidden = minqing.text(minqing.model.suppressed);
    if (layer.id !== 'grids') return null;
    if (counts && counts.shown) {
      const indicator = counts.indicators[minqing.state.indicator];
      return function (i) {
        return indicator.values[i] === null ? hidden : minqing.count(indicator.values[i]);
      };
    }
    if (!minqing.layers.shares || !minqing.layers.shares.shown) return null;
    const rows = shareRows();
    return function (i) {
      const row = rows[layer.ids[i]];
      return row && row.share !== null ? minqing.percent(row.share) : row ? hidden : null;
    };
  };

  function choropleth(view, classOf, colours) {
    const shapes = minqing.layers.grids.shapes;
    colours.concat([null]).forEach(function (colour, place) {
      const wanted = function (i) { return colour === null ? classOf(i) === -1 : classOf(i) === place; };
      minqing.batches(view, shapes, wanted, true, function (ctx) {
        ctx.fillStyle = colour === null ? minqing.pattern(ctx, 'veil') : colour;
        ctx.globalAlpha = colour === null ? 1 : 0.8;
        ctx.fill('evenodd');
      });
    });
  }

  painters.shares = {
    order: 15,
    paint: function (view) {
      const rows = shareRows();
      const ids = minqing.layers.grids.ids;
      choropleth(view, function (i) {
        const row = rows[ids[i]];
        if (!row) return null;
        return row.share === null ? -1 : minqing.shareClass(row.share);
      }, minqing.SHARES.map(function (step) { return step.colour; }));
    },
  };

  minqing.classColour = function (indicator, place) {
    const steps = indicator.breaks.length;
    return minqing.RAMP[steps ? Math.round(place * (minqing.RAMP.length - 1) / steps) : 1];
  };

  painters.counts = {
    order: 15,
    paint: function (view, layer) {
      const indicator = layer.indicators[minqing.state.indicator];
      const colours = indicator.breaks.concat([0]).map(function (_, place) {
        return minqing.classColour(indicator, place);
      });
      choropleth(view, function (i) {
        return indicator.classes[i] === null ? -1 : indicator.classes[i];
      }, colours);
    },
  };

  minqing.legendBox = function (colour) {
    return function (ctx, w, h) {
      ctx.fillStyle = colour === null ? minqing.pattern(ctx, 'veil') : colour;
      ctx.fillRect(2, 2, w - 4, h - 4);
      ctx.strokeStyle = 'rgba(60,60,60,.35)';
      ctx.strokeRect(2.5, 2.5, w - 5, h - 5);
    };
  };

  minqing.areaBox = function (place) {
    return function (ctx, w, h) {
      const look = minqing.areaLook(place);
      ctx.globalAlpha = 0.25;
      ctx.fillStyle = AREA_FILL;
      ctx.fillRect(2, 2, w - 4, h - 4);
      ctx.globalAlpha = 1;
      ctx.strokeStyle = look.colour;
      ctx.lineWidth = 1.6;
      ctx.setLineDash(look.dash);
      ctx.strokeRect(2, 2, w - 4, h - 4);
    };
  };
})();
