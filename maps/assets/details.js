/* What lies under a click, and the card that tells about it. */
(function () {
  'use strict';

  const minqing = window.minqing;
  const NEAR = { sites: 18, opened: 11, candidates: 9, stations: 14, gates: 9 }; // pixels
  const SHARED = 300; // steps of 0.1 m: stations this near share a sign
  const PICKED = ['sites', 'opened', 'candidates', 'stations', 'gates', 'buildings', 'compounds', 'grids', 'communities'];
  // where colours stand for grids, a click asks about the grid
  const PICKED_COLOURED = ['sites', 'opened', 'candidates', 'stations', 'gates', 'grids', 'communities'];

  function inside(shapes, i, x, y) {
    const box = shapes.box;
    if (x < box[4 * i] || x > box[4 * i + 2] || y < box[4 * i + 1] || y > box[4 * i + 3]) return false;
    let odd = false;
    for (let part = shapes.first[i]; part < shapes.first[i + 1]; part += 1) {
      const from = shapes.start[part];
      const end = shapes.start[part + 1];
      for (let v = from, last = end - 1; v < end; last = v, v += 1) {
        const y0 = shapes.y[v];
        const y1 = shapes.y[last];
        if ((y0 > y) !== (y1 > y) &&
          x < (shapes.x[last] - shapes.x[v]) * (y - y0) / (y1 - y0) + shapes.x[v]) odd = !odd;
      }
    }
    return odd;
  }

  function nearest(shapes, x, y, reach, wanted) {
    let found = -1;
    let least = reach * reach;
    for (let i = 0; i < shapes.count; i += 1) {
      if (wanted && !wanted(i)) continue;
      const dx = (shapes.box[4 * i] + shapes.box[4 * i + 2]) / 2 - x;
      const dy = (shapes.box[4 * i + 1] + shapes.box[4 * i + 3]) / 2 - y;
      if (dx * dx + dy * dy <= least) {
        least = dx * dx + dy * dy;
        found = i;
      }
    }
    return found;
  }

  function under(name, x, y, pixel) {
    const layer = minqing.layers[name];
    if (!layer) return -1;
    const shapes = layer.shapes;
    const wanted = layer.columns && layer.columns.plan ? function (i) { return minqing.inPlan(layer, i); } : null;
    if (NEAR[name]) return layer.shown ? nearest(shapes, x, y, NEAR[name] * pixel, wanted) : -1;
    for (let i = 0; i < shapes.count; i += 1) if (inside(shapes, i, x, y)) return i;
    if (name !== 'buildings') return -1;
    const point = nearest(shapes, x, y, 6 * pixel);
    return point >= 0 && shapes.box[4 * point] === shapes.box[4 * point + 2] ? point : -1;
  }

  /* the topmost thing at a place: {layer, row}, or null */
  minqing.pick = function (place) {
    const at = minqing.fromLatLng(place);
    const zoom = minqing.map.getZoom();
    const pixel = 2 * Math.PI * 6378137 / (256 * Math.pow(2, zoom)) / 0.1;
    const order = minqing.groundIsColoured() ? PICKED_COLOURED : PICKED;
    for (let k = 0; k < order.length; k += 1) {
      if (order[k] === 'gates' && zoom < 15) continue;
      const row = under(order[k], at.x, at.y, pixel);
      if (row >= 0) return { layer: order[k], row: row };
    }
    return null;
  };

  function names(at) {
    return ['grids', 'communities'].map(function (name) {
      const row = under(name, at.x, at.y, 0);
      return row < 0 ? null : minqing.column(minqing.layers[name].columns, 'name').at(row);
    });
  }

  function centreOf(layer, row) {
    const shapes = layer.shapes;
    if (shapes.anchor) return { x: shapes.anchor.x[row], y: shapes.anchor.y[row] };
    const box = shapes.box;
    return { x: (box[4 * row] + box[4 * row + 2]) / 2, y: (box[4 * row + 1] + box[4 * row + 3]) / 2 };
  }

  /* ---- rows of the card: [word, text] */

  const value = function (code) {
    return code === null ? minqing.word('unknown') : minqing.text(minqing.model.words.values[code] || [code, code]);
  };

  const DAYS = { Mo: '周一', Tu: '周二', We: '周三', Th: '周四', Fr: '周五', Sa: '周六', Su: '周日',
    PH: '节假日', SH: '寒暑假', off: '休息', closed: '休息', '24/7': '全天' };

  /* opening hours of OSM in Chinese words; other texts as they are */
  function hours(text) {
    if (text === null) return minqing.word('unknown');
    if (minqing.state.lang !== 'zh') return text;
    return text.replace(/\b(Mo|Tu|We|Th|Fr|Sa|Su|PH|SH|off|closed|24\/7)\b/g, function (code) {
      return DAYS[code];
    }).replace(/;\s*/g, '；');
  }

  function resultRows(row) {
    const columns = minqing.resultColumns();
    const state = minqing.buildingState(row);
    if (!columns || state === null) return [];
    const get = function (name) { return minqing.column(columns, name).at(row); };
    const model = minqing.model.coverages[minqing.state.coverage];
    const reason = get('reason');
    const requirement = model.question.find(function (line) { return line.id === get('requirement'); });
    const minutes = get('minutes');
    return [
      ['result', minqing.word(state === 'unknown' ? 'unknown' : state) +
        (state === 'unknown' ? ' · ' + minqing.text(minqing.model.suppressed) : '')],
      ['reason', reason === null || reason === 'COVERED' ? null : minqing.text(minqing.model.words.reasons[reason] || [reason, reason])],
      ['requirement', requirement ? minqing.text(requirement.name) : null],
      ['nearest', get('station')],
      ['minutes', minutes === null ? null : String(minutes)],
    ];
  }

  function areaRows(layer, row) {
    const by = { grids: 'grid', communities: 'community' }[layer.id];
    const rows = [];
    const coverage = minqing.model.coverages[minqing.state.coverage];
    const found = coverage && (coverage.by[by] || []).find(function (one) { return one.id === layer.ids[row]; });
    if (found) {
      rows.push(['total', minqing.shown(found.total)], ['covered', minqing.shown(found.covered)],
        ['share', found.share === null ? minqing.hidden() : minqing.percent(found.share)]);
    }
    const counts = minqing.layers.counts;
    if (counts && layer.id === 'grids') {
      counts.indicators.forEach(function (one) {
        rows.push([one.name, minqing.shown(one.values[row])]);
      });
    }
    return rows;
  }

  const ABOUT = {
    stations: function (layer, row, get) {
      const kind = layer.kinds[get('kind')];
      const services = get('services');
      return [
        ['kind', kind ? minqing.text(kind.name) : null],
        ['services', services && services.split('|').map(function (code) {
          return minqing.text(layer.services[code] || [code, code]);
        }).join(minqing.state.lang === 'zh' ? '、' : ', ')],
        ['hours', hours(get('hours'))],
        ['state', value(get('state'))],
      ];
    },
    gates: function (layer, row, get) {
      return [
        ['compound', get('compound_name')],
        ['users', value(get('users'))],
        ['hours', hours(get('hours'))],
        ['origin', value(get('source'))],
      ];
    },
    buildings: function (layer, row, get) {
      return resultRows(row).concat([
        ['compound', get('compound_name')],
        ['floors', get('floors') === null ? null : String(get('floors'))],
        ['use', get('use') === null ? null : value(get('use'))],
      ]);
    },
    compounds: function (layer, row, get) { return [['gated', value(get('gated'))]]; },
    grids: function (layer, row, get) { return [['code', get('code')]].concat(areaRows(layer, row)); },
    communities: function (layer, row, get) { return [['code', get('code')]].concat(areaRows(layer, row)); },
    streets: function () { return []; },
    sites: function (layer, row, get) { return minqing.siteAbout.sites(layer, row, get); },
    candidates: function (layer, row, get) { return minqing.siteAbout.candidates(layer, row, get); },
    opened: function (layer, row, get) { return minqing.siteAbout.opened(layer, row, get); },
  };

  const TITLES = { stations: 'station', gates: 'gate', buildings: 'building', compounds: 'compound',
    grids: 'grid', communities: 'community', streets: 'street', sites: 'site', candidates: 'candidate', opened: 'opened' };

  minqing.titleWord = function (name) { return minqing.word(TITLES[name]); };

  minqing.nameOf = function (layer, row) {
    const name = minqing.column(layer.columns, 'name').at(row);
    return name === null ? minqing.word('unnamed') : String(name);
  };

  minqing.showCard = function (focus) {
    const card = document.getElementById('mq-card');
    const chosen = minqing.state.chosen;
    card.textContent = '';
    card.hidden = !chosen;
    if (!chosen) return;
    const el = minqing.el;
    const layer = minqing.layers[chosen.layer];
    const get = function (name) { return minqing.column(layer.columns, name).at(chosen.row); };
    const close = el('button', { class: 'mq-close', type: 'button', 'aria-label': minqing.word('close') }, '×');
    close.addEventListener('click', function () { minqing.choose(null); });
    const list = el('dl', {});
    const rows = ABOUT[chosen.layer](layer, chosen.row, get);
    if (chosen.layer !== 'grids' && chosen.layer !== 'communities') {
      const places = names(centreOf(layer, chosen.row));
      rows.push(['grid', places[0]], ['community', places[1]]);
    }
    rows.forEach(function (row) {
      if (row[1] === null || row[1] === undefined || row[1] === '') return;
      const head = Array.isArray(row[0]) ? minqing.text(row[0]) : minqing.word(row[0]);
      list.append(el('dt', {}, head), el('dd', {}, row[1]));
    });
    if (chosen.layer === 'buildings') markState(card, chosen.row);
    else card.removeAttribute('data-state');
    card.append(close, el('p', { class: 'mq-kicker' }, minqing.titleWord(chosen.layer)),
      el('h2', {}, minqing.nameOf(layer, chosen.row)), list);
    const others = chosen.layer === 'stations' ? sharingList(layer, chosen.row) : null;
    if (others) card.append(others);
    if (focus) card.focus();
  };

  /* Stations often share a house, and one sign then hides the other. */
  function sharing(layer, row) {
    const shapes = layer.shapes;
    const here = centreOf(layer, row);
    const found = [];
    for (let i = 0; i < shapes.count; i += 1) {
      const there = centreOf(layer, i);
      if (i !== row && Math.hypot(there.x - here.x, there.y - here.y) < SHARED) found.push(i);
    }
    return found;
  }

  function sharingList(layer, row) {
    const el = minqing.el;
    const others = sharing(layer, row);
    if (!others.length) return null;
    const line = el('p', { class: 'mq-sharing' }, minqing.word('same_place') + ' ');
    others.forEach(function (i) {
      const button = el('button', { type: 'button', class: 'mq-link' }, minqing.nameOf(layer, i));
      button.addEventListener('click', function () { minqing.choose({ layer: 'stations', row: i }, true); });
      line.append(button, ' ');
    });
    return line;
  }

  function markState(card, row) {
    const state = minqing.buildingState(row);
    if (state) card.setAttribute('data-state', state);
    else card.removeAttribute('data-state');
  }

  minqing.choose = function (chosen, focus) {
    minqing.state.chosen = chosen;
    minqing.showCard(focus);
    minqing.sheet.redraw();
  };

  /* fly to a thing and open its card */
  minqing.goTo = function (chosen) {
    const shapes = minqing.layers[chosen.layer].shapes;
    const box = shapes.box;
    const low = minqing.toLatLng(box[4 * chosen.row], box[4 * chosen.row + 1]);
    const high = minqing.toLatLng(box[4 * chosen.row + 2], box[4 * chosen.row + 3]);
    // the card lies at the left, on a phone at the bottom: the thing stands in what is left free
    const size = minqing.map.getSize();
    const room = size.x < 600 ? { paddingBottomRight: [20, size.y * 0.5], paddingTopLeft: [20, 20] }
      : { paddingTopLeft: [330, 40], paddingBottomRight: [40, 40] };
    minqing.map.fitBounds(L.latLngBounds(low, high), Object.assign({ maxZoom: 17.5, animate: false }, room));
    minqing.choose(chosen, true);
  };

  minqing.paintChosen = function (view) {
    const chosen = minqing.state.chosen;
    if (!chosen) return;
    const ctx = view.ctx;
    const shapes = minqing.layers[chosen.layer].shapes;
    ctx.save();
    ctx.lineJoin = 'round';
    ctx.beginPath();
    if (view.extent(shapes, chosen.row) > 6) {
      view.trace(shapes, chosen.row, chosen.layer !== 'streets');
    } else {
      const at = view.centre(shapes, chosen.row);
      ctx.arc(at[0], at[1], 15, 0, 7);
    }
    ctx.lineWidth = 6;
    ctx.strokeStyle = 'rgba(255,255,255,.9)';
    ctx.stroke();
    ctx.lineWidth = 3;
    ctx.strokeStyle = minqing.COLOURS.chosen;
    ctx.stroke();
    ctx.restore();
  };
})();
