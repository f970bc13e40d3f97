/* The words around the map: head, result, tables, layer switch, legend, notes. Text content only. */
(function () {
  'use strict';

  const minqing = window.minqing;

  /* ---- small tools */

  minqing.el = function (tag, attributes, text) {
    const node = document.createElement(tag);
    Object.keys(attributes).forEach(function (name) { node.setAttribute(name, attributes[name]); });
    if (text !== undefined && text !== null) node.textContent = text;
    return node;
  };
  const el = minqing.el;

  minqing.text = function (pair) { return pair[minqing.state.lang === 'zh' ? 0 : 1]; };
  minqing.word = function (key) { return minqing.text(minqing.model.words.page[key]); };
  minqing.hidden = function () { return minqing.text(minqing.model.suppressed); };
  minqing.count = function (value) {
    return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ',');
  };
  minqing.shown = function (value) { return value === null ? minqing.hidden() : minqing.count(value); };
  minqing.percent = function (share) {
    return (100 * share).toFixed(1).replace(/\.0$/, '') + '%';
  };
  const word = minqing.word;

  function section(key, title) {
    const node = el('section', { class: 'mq-part-' + key });
    node.append(el('h2', {}, title || word(key)));
    return node;
  }

  /* a section that opens and closes; closed at first where the window is narrow */
  function folding(key) {
    const open = minqing.state.open;
    if (open[key] === undefined) open[key] = window.innerWidth > 760;
    const node = el('section', { class: 'mq-part-' + key });
    const fold = el('details', {});
    const title = el('summary', {});
    title.append(el('h2', {}, word(key)));
    fold.open = open[key];
    fold.addEventListener('toggle', function () { open[key] = fold.open; });
    fold.append(title);
    node.append(fold);
    return { node: node, body: fold };
  }

  function swatch(paint) {
    const canvas = el('canvas', { class: 'mq-swatch', width: '56', height: '36', 'aria-hidden': 'true' });
    const ctx = canvas.getContext('2d');
    ctx.scale(2, 2);
    paint(ctx, 28, 18);
    return canvas;
  }

  function bar(share, kind) {
    const outer = el('span', { class: 'mq-bar', 'aria-hidden': 'true' });
    const inner = el('span', kind ? { class: kind } : {});
    inner.style.width = Math.max(0, Math.min(1, share)) * 100 + '%';
    outer.append(inner);
    return outer;
  }

  function coverage() { return minqing.model.coverages[minqing.state.coverage] || null; }

  /* ---- head */

  function badges() {
    const model = minqing.model;
    const row = el('p', { class: 'mq-badges' });
    if (model.synthetic) row.append(el('span', { class: 'mq-badge mq-synthetic' }, word('synthetic')));
    row.append(el('span', { class: 'mq-badge mq-level-' + model.level }, minqing.text(model.level_name)));
    row.append(el('span', { class: 'mq-badge mq-date' },
      model.date ? word('date') + ' ' + model.date : word('no_date')));
    return row;
  }

  function head() {
    const node = document.getElementById('mq-head');
    node.textContent = '';
    const language = el('button', { id: 'mq-language', type: 'button', title: word('language_hint'),
      lang: minqing.state.lang === 'zh' ? 'en' : 'zh-CN' }, word('language'));
    language.addEventListener('click', function () {
      minqing.speak(minqing.state.lang === 'zh' ? 'en' : 'zh');
      document.getElementById('mq-language').focus();
    });
    const top = el('div', { class: 'mq-top' });
    top.append(el('h1', {}, minqing.model.title), language);
    node.append(top, badges(), minqing.searchBox());
  }

  /* ---- result */

  function chooser() {
    const list = minqing.model.coverages;
    if (list.length < 2) return null;
    const label = el('label', { class: 'mq-choose' }, word('choose_result'));
    const select = el('select', { id: 'mq-coverage' });
    list.forEach(function (one, place) {
      const plan = minqing.model.plans && minqing.model.plans[one.plan];
      const several = plan && list.filter(function (other) { return other.plan === one.plan; }).length > 1;
      const text = plan ? minqing.text(plan.title) + (several ? ' · ' + minqing.text(one.title) : '') : minqing.text(one.title);
      const option = el('option', { value: String(place) }, text);
      option.selected = place === minqing.state.coverage;
      select.append(option);
    });
    select.addEventListener('change', function () {
      minqing.state.coverage = Number(select.value);
      minqing.refresh();
      document.getElementById('mq-coverage').focus();
    });
    label.append(select);
    return label;
  }

  function gauge(shares) {
    const node = el('div', { class: 'mq-gauge', 'aria-hidden': 'true' });
    const fill = el('span', { class: 'mq-fill' });
    fill.style.width = (shares[0] || 0) * 100 + '%';
    node.append(fill);
    if (shares[1] !== null && shares[2] !== null && shares[2] > shares[1]) {
      const range = el('span', { class: 'mq-range' });
      range.style.left = shares[1] * 100 + '%';
      range.style.width = (shares[2] - shares[1]) * 100 + '%';
      node.append(range);
    }
    return node;
  }

  /* the share large, what stands in brackets after it small */
  function headline(text) {
    const node = el('p', { class: 'mq-headline' });
    const cut = text.search(/[（(]/);
    node.append(el('strong', {}, cut < 0 ? text : text.slice(0, cut).trim()));
    if (cut >= 0) node.append(el('span', {}, text.slice(cut)));
    return node;
  }

  function result() {
    const one = coverage();
    if (!one) return null;
    const node = el('section', { class: 'mq-part-result' });
    const choice = chooser();
    if (choice) node.append(choice);
    node.append(el('h2', {}, minqing.text(one.title)), headline(minqing.text(one.headline)), gauge(one.shares),
      el('p', { class: 'mq-count' }, minqing.text(one.count)));
    const hour = el('p', { class: 'mq-when' });
    hour.append(el('span', { class: one.no_hours ? 'mq-badge mq-caution' : 'mq-badge' }, minqing.text(one.when)));
    node.append(hour);
    if (one.note) node.append(el('p', { class: 'mq-note' }, minqing.text(one.note)));
    return node;
  }

  function question() {
    const one = coverage();
    if (!one || !one.question.length) return null;
    const node = section('question');
    const list = el('ol', {});
    one.question.forEach(function (line) {
      const item = el('li', {});
      item.append(el('strong', {}, minqing.text(line.name)), el('span', {}, minqing.text(line.text)));
      if (line.pending) {
        item.append(el('span', { class: 'mq-badge mq-pending', title: word('pending_hint') }, word('pending')));
      }
      if (line.source) item.append(el('small', {}, line.source));
      list.append(item);
    });
    node.append(list);
    return node;
  }

  function reasons() {
    const one = coverage();
    if (!one || !one.reasons.length) return null;
    const node = section('reasons');
    one.reasons.forEach(function (table) {
      const most = table.rows.reduce(function (sum, row) { return sum + (row.count || 0); }, 0) || 1;
      node.append(el('h3', {}, minqing.text(table.name)));
      const list = el('ul', { class: 'mq-reasons' });
      table.rows.forEach(function (row) {
        const item = el('li', {});
        item.append(el('span', {}, minqing.text(row.name)),
          bar((row.count || 0) / most, row.code === 'COVERED' ? 'mq-good' : 'mq-bad'),
          el('span', { class: row.count === null ? 'mq-hidden' : 'mq-figure' }, minqing.shown(row.count)));
        list.append(item);
      });
      node.append(list);
    });
    const choice = reasonChoice();
    if (choice) node.append(choice);
    return node;
  }

  /* how many buildings each reason leaves out: [[reason, count], …] */
  function buildingReasons() {
    const columns = minqing.resultColumns();
    if (!columns) return [];
    const reason = minqing.column(columns, 'reason');
    const counts = {};
    for (let i = 0; i < reason.codes.length; i += 1) {
      const one = reason.at(i);
      if (one !== null && one !== 'COVERED') counts[one] = (counts[one] || 0) + 1;
    }
    return Object.keys(minqing.model.words.reasons).filter(function (one) { return counts[one]; })
      .map(function (one) { return [one, counts[one]]; });
  }

  function reasonChoice() {
    const found = buildingReasons();
    if (!found.some(function (row) { return row[0] === minqing.state.reason; })) minqing.state.reason = null;
    if (!found.length) return null;
    const label = el('label', { class: 'mq-choose mq-reason' }, word('by_reason'));
    const select = el('select', { id: 'mq-reason' });
    select.append(el('option', { value: '' }, word('every_reason')));
    found.forEach(function (row) {
      const name = minqing.text(minqing.model.words.reasons[row[0]]);
      const option = el('option', { value: row[0] }, name + ' · ' + minqing.count(row[1]) + ' ' + word('buildings_unit'));
      option.selected = row[0] === minqing.state.reason;
      select.append(option);
    });
    select.addEventListener('change', function () {
      minqing.state.reason = select.value || null;
      minqing.sheet.redraw();
    });
    label.append(select);
    return label;
  }

  /* ---- tables by area */

  function areaButton(layerName, id, name) {
    if (id === '') return el('span', {}, word('outside'));
    const layer = minqing.layers[layerName];
    const row = layer && layer.ids ? layer.ids.indexOf(id) : -1;
    if (row < 0) return el('span', {}, name);
    const button = el('button', { type: 'button', class: 'mq-link', title: word('show_on_map') }, name);
    button.addEventListener('click', function () { minqing.goTo({ layer: layerName, row: row }); });
    return button;
  }

  function headRow(words) {
    const top = el('thead', {});
    const row = el('tr', {});
    words.forEach(function (text) { row.append(el('th', { scope: 'col' }, text)); });
    top.append(row);
    return top;
  }

  function cell(row, value, text) {
    row.append(el('td', { class: value === null ? 'mq-hidden' : 'mq-figure' }, text));
  }

  function summary() {
    const one = coverage();
    const kinds = one ? Object.keys(one.by).filter(function (kind) {
      return one.by[kind].some(function (line) { return line.id !== ''; });
    }) : [];
    if (!kinds.length) return null;
    const node = section('summary');
    if (kinds.indexOf(minqing.state.by) < 0) minqing.state.by = kinds[0];
    if (kinds.length > 1) node.append(tabs(kinds));
    const by = minqing.state.by;
    const table = el('table', {});
    table.append(headRow([word(by in minqing.model.words.page ? by : 'name'), word('total'), word('covered'), word('share')]));
    const body = el('tbody', {});
    one.by[by].forEach(function (line) {
      const row = el('tr', {});
      const name = el('th', { scope: 'row' });
      name.append(areaButton({ grid: 'grids', community: 'communities', compound: 'compounds' }[by], line.id, line.name));
      row.append(name);
      cell(row, line.total, minqing.shown(line.total));
      cell(row, line.covered, minqing.shown(line.covered));
      cell(row, line.share, line.share === null ? minqing.hidden() : minqing.percent(line.share));
      if (line.share !== null) row.lastChild.append(bar(line.share, line.share < 0.85 ? 'mq-bad' : 'mq-good'));
      body.append(row);
    });
    table.append(body);
    node.append(scrolled(table));
    return node;
  }

  function scrolled(table) {
    const frame = el('div', { class: 'mq-scroll', tabindex: '0', role: 'group', 'aria-label': word('summary') });
    frame.append(table);
    return frame;
  }

  function tabs(kinds) {
    const row = el('div', { class: 'mq-tabs', role: 'group', 'aria-label': word('summary') });
    kinds.forEach(function (kind) {
      const button = el('button', { type: 'button', 'aria-pressed': String(kind === minqing.state.by) },
        minqing.model.words.page[kind] ? word(kind) : kind);
      button.addEventListener('click', function () {
        minqing.state.by = kind;
        minqing.refresh();
        const again = document.querySelector('.mq-tabs [aria-pressed="true"]');
        if (again) again.focus();
      });
      row.append(button);
    });
    return row;
  }

  /* ---- conditions: indicator and table of counts */

  function conditions() {
    const counts = minqing.layers.counts;
    const node = section('conditions', word('indicator'));
    if (!counts || !counts.indicators.length) {
      node.append(el('p', { class: 'mq-note' }, word('no_counts')));
      return node;
    }
    const label = el('label', { class: 'mq-choose' }, word('per_hectare'));
    const select = el('select', { id: 'mq-indicator' });
    counts.indicators.forEach(function (one, place) {
      const option = el('option', { value: String(place) },
        (one.group === 'need' ? word('need') + ' · ' : '') + minqing.text(one.name));
      option.selected = place === minqing.state.indicator;
      select.append(option);
    });
    select.addEventListener('change', function () {
      minqing.state.indicator = Number(select.value);
      minqing.refresh();
      document.getElementById('mq-indicator').focus();
    });
    label.append(select);
    node.append(label, countLegend(counts), countTable(counts));
    return node;
  }

  function countLegend(counts) {
    const one = counts.indicators[minqing.state.indicator];
    const list = el('ul', { class: 'mq-legend' });
    const edges = one.breaks;
    for (let place = 0; place <= edges.length; place += 1) {
      const low = place === 0 ? '' : String(edges[place - 1]);
      const high = place === edges.length ? '' : String(edges[place]);
      const text = low && high ? low + ' – ' + high : low ? '≥ ' + low : high ? '< ' + high : '';
      list.append(legendLine(minqing.legendBox(minqing.classColour(one, place)), text + ' ' + word('density')));
    }
    list.append(legendLine(minqing.legendBox(null), minqing.hidden()));
    return list;
  }

  /* people in no grid: in the table, though nowhere on the map */
  function outsideRow(counts, shares) {
    const row = el('tr', {});
    row.append(el('th', { scope: 'row' }, word('outside')));
    counts.indicators.forEach(function (item) {
      const value = item.outside ? item.outside.value : null;
      cell(row, value, minqing.shown(value));
    });
    if (shares) {
      const found = minqing.shareOf('');
      const share = found ? found.share : null;
      cell(row, share, share === null ? minqing.hidden() : minqing.percent(share));
    }
    return row;
  }

  function countTable(counts) {
    const grids = minqing.layers.grids;
    const table = el('table', { class: 'mq-wide' });
    const one = coverage();
    const shares = one && one.by.grid ? one.by.grid : null;
    const heads = [word('grid')].concat(counts.indicators.map(function (item) { return minqing.text(item.name); }));
    table.append(headRow(shares ? heads.concat([word('share')]) : heads));
    const body = el('tbody', {});
    grids.ids.forEach(function (id, i) {
      const row = el('tr', {});
      const name = el('th', { scope: 'row' });
      name.append(areaButton('grids', id, minqing.nameOf(grids, i)));
      row.append(name);
      counts.indicators.forEach(function (item) { cell(row, item.values[i], minqing.shown(item.values[i])); });
      if (shares) {
        const found = minqing.shareOf(id);
        const share = found ? found.share : null;
        cell(row, share, share === null ? minqing.hidden() : minqing.percent(share));
      }
      body.append(row);
    });
    if (counts.indicators[0].outside) body.append(outsideRow(counts, shares));
    table.append(body);
    return scrolled(table);
  }

  /* ---- layers, legend, notes */

  function toggle(name, on, text, change) {
    const label = el('label', { class: 'mq-toggle' });
    const box = el('input', { type: 'checkbox', 'data-layer': name });
    box.checked = on;
    box.addEventListener('change', function () { change(box.checked); });
    label.append(box, el('span', {}, text));
    return label;
  }

  function layers() {
    const part = folding('layers');
    const node = part.body;
    const list = el('div', { class: 'mq-toggles' });
    minqing.layersInOrder().slice().reverse().forEach(function (layer) {
      if (layer.shapes && !layer.shapes.count) return;
      list.append(toggle(layer.id, layer.shown, minqing.text(layer.name), function (on) {
        minqing.show(layer.id, on);
      }));
    });
    list.append(toggle('labels', minqing.state.labels, minqing.text(minqing.model.words.layers.labels), function (on) {
      minqing.state.labels = on;
      minqing.sheet.redraw();
    }));
    minqing.state.tiles.forEach(function (tile, place) {
      list.append(toggle('tiles-' + place, minqing.map.hasLayer(tile.layer), minqing.text(tile.name), function (on) {
        if (on) tile.layer.addTo(minqing.map);
        else tile.layer.remove();
        minqing.refresh();
      }));
    });
    node.append(list);
    if (minqing.state.tiles.length) node.append(el('p', { class: 'mq-note' }, word('tiles_hint')));
    return part.node;
  }

  function legendLine(paint, text) {
    const item = el('li', {});
    item.append(swatch(paint), el('span', {}, text));
    return item;
  }

  function areaLegend(list) {
    const one = coverage();
    minqing.areaRows().forEach(function (row, place) {
      const line = one && one.question.find(function (item) { return item.id === row.id; });
      const name = word('areas') + ' · ' + (line ? minqing.text(line.name) : row.id);
      const item = el('li', {});
      const label = el('label', { title: word('area_hint') });
      const box = el('input', { type: 'checkbox' });
      box.checked = !minqing.state.hiddenAreas[row.id];
      box.addEventListener('change', function () {
        minqing.state.hiddenAreas[row.id] = !box.checked;
        minqing.sheet.redraw();
      });
      label.append(box, swatch(minqing.areaBox(place)), el('span', {}, name));
      item.append(label);
      list.append(item);
    });
  }

  function stationLegend(list, layer) {
    const asked = layer.asked[minqing.state.coverage];
    if (asked && asked.length) {
      list.append(legendLine(function (ctx, w, h) {
        minqing.sign(ctx, { shape: 'square', colour: '#5f6368', faded: true }, w / 2, h / 2, 4);
      }, minqing.text(minqing.model.words.legend.other_station)));
      list.lastChild.className = 'mq-whole';
    }
    Object.keys(layer.kinds).forEach(function (code) {
      const kind = layer.kinds[code];
      const letter = minqing.text(kind.glyph);
      list.append(legendLine(function (ctx, w, h) {
        minqing.sign(ctx, { shape: kind.shape, colour: kind.colour, letter: letter }, w / 2, h / 2, 7);
      }, minqing.text(kind.name)));
    });
  }

  function occurs(layer, entry) {
    if (!entry[3]) return true;
    const columns = layer.columns || minqing.resultColumns() || {};
    const values = minqing.column(columns, entry[2]).values;
    return entry[3].some(function (value) { return values.indexOf(value) >= 0; });
  }

  function legend() {
    const part = folding('legend');
    const list = el('ul', { class: 'mq-legend' });
    const words = minqing.model.words.legend;
    const shares = minqing.layers.shares;
    if (minqing.layers.areas && minqing.layers.areas.shown) areaLegend(list);
    if (shares && shares.shown) {
      minqing.SHARES.forEach(function (step) {
        list.append(legendLine(minqing.legendBox(step.colour), word('share') + ' ' + step.text));
      });
      list.append(legendLine(minqing.legendBox(null), minqing.hidden()));
    }
    minqing.layersInOrder().slice().reverse().forEach(function (layer) {
      if (!layer.shown || (layer.shapes && !layer.shapes.count)) return;
      if (layer.id === 'stations') stationLegend(list, layer);
      (layer.painter.legend || []).forEach(function (entry) {
        if (!occurs(layer, entry)) return;
        list.append(legendLine(entry[1], minqing.text(words[entry[0]])));
      });
    });
    part.body.append(list);
    return part.node;
  }

  /* whose data and tiles are on show */
  function credits() {
    const shown = minqing.state.tiles.filter(function (tile) {
      return tile.attribution && minqing.map.hasLayer(tile.layer);
    });
    return minqing.model.attribution.concat(shown.map(function (tile) { return tile.attribution; }));
  }

  function notes() {
    const model = minqing.model;
    const node = section('about');
    const list = el('ul', {});
    const colon = minqing.state.lang === 'zh' ? '：' : ': ';
    credits().forEach(function (text) { list.append(el('li', {}, word('source') + colon + text)); });
    document.getElementById('mq-credit').textContent = credits().join(' · ');
    list.append(el('li', {}, minqing.text(model.privacy)), el('li', {}, word('drawn_with')));
    node.append(list);
    return node;
  }

  minqing.buildPanel = function () {
    head();
    const side = document.getElementById('mq-side');
    const place = side.scrollTop;
    side.textContent = '';
    side.setAttribute('aria-label', word('panel'));
    const parts = minqing.model.page === 'conditions'
      ? [conditions(), result(), reasons(), layers(), legend(), notes()]
      : minqing.model.page === 'plan'
        ? [minqing.planPart(chooser(), headline, gauge), minqing.sitesPart(), minqing.curvePart(), minqing.differencesPart(),
          minqing.unreachedPart(), summary(), reasons(), question(), layers(), legend(), notes()]
        : [result(), minqing.weekPart(), question(), reasons(), summary(), layers(), legend(), notes()];
    parts.forEach(function (part) { if (part) side.append(part); });
    side.scrollTop = place;
  };
})();
