/* Plans: sites by number, their reach, other candidates, gates to open; the panel's part about them. */
(function () {
  'use strict';

  const minqing = window.minqing;
  const painters = minqing.painters;
  const SITE = '#7a2a6b';
  const REACH = ['#7a2a6b', '#2f6f9a', '#8a5a12', '#3f7a3c', '#a8403a'];
  const DASHES = [[], [8, 4], [3, 3], [12, 3, 3, 3], [1, 4]];
  const SVG = 'http://www.w3.org/2000/svg';

  /* the plan of the result on show */
  minqing.planPlace = function () {
    const one = (minqing.model.coverages || [])[minqing.state.coverage];
    return one && one.plan !== undefined ? one.plan : 0;
  };

  function plan() { return (minqing.model.plans || [])[minqing.planPlace()] || null; }

  minqing.inPlan = function (layer, i) {
    return minqing.column(layer.columns, 'plan').at(i) === minqing.planPlace();
  };

  function rowsOf(name) {
    const layer = minqing.layers[name];
    const rows = [];
    if (!layer) return rows;
    for (let i = 0; i < layer.shapes.count; i += 1) if (minqing.inPlan(layer, i)) rows.push(i);
    return rows;
  }

  painters.reached = {
    order: 22,
    paint: function (view, layer) {
      const numbers = minqing.column(layer.columns, 'number');
      rowsOf('reached').forEach(function (row) {
        const place = (numbers.at(row) - 1) % 5;
        minqing.batches(view, layer.shapes, function (i) { return i === row; }, true, function (ctx) {
          ctx.globalAlpha = 0.1;
          ctx.fillStyle = REACH[place];
          ctx.fill('evenodd');
          ctx.globalAlpha = 0.9;
          ctx.strokeStyle = REACH[place];
          ctx.lineWidth = 1.5;
          ctx.setLineDash(DASHES[place]);
          ctx.stroke();
        });
      });
    },
    legend: [['reached', function (ctx, w, h) {
      ctx.globalAlpha = 0.15;
      ctx.fillStyle = SITE;
      ctx.fillRect(2, 2, w - 4, h - 4);
      ctx.globalAlpha = 1;
      ctx.strokeStyle = SITE;
      ctx.lineWidth = 1.5;
      ctx.strokeRect(2, 2, w - 4, h - 4);
    }]],
  };

  function small(ctx, x, y, shut) {
    ctx.beginPath();
    ctx.moveTo(x, y - 5);
    ctx.lineTo(x + 5, y);
    ctx.lineTo(x, y + 5);
    ctx.lineTo(x - 5, y);
    ctx.closePath();
    ctx.fillStyle = '#fff';
    ctx.fill();
    ctx.lineWidth = 1.4;
    ctx.strokeStyle = SITE;
    ctx.stroke();
    if (!shut) return;
    ctx.beginPath();
    ctx.moveTo(x - 5, y + 5);
    ctx.lineTo(x + 5, y - 5);
    ctx.stroke();
  }

  painters.candidates = {
    order: 66,
    paint: function (view, layer) {
      const rows = rowsOf('candidates');
      const shut = minqing.column(layer.columns, 'forbidden');
      const many = rows.length > 150 && view.zoom < 16;
      rows.forEach(function (i) {
        if (!view.sees(layer.shapes, i, 8)) return;
        const at = view.centre(layer.shapes, i);
        if (!many) return small(view.ctx, at[0], at[1], shut.at(i));
        view.ctx.fillStyle = SITE;
        view.ctx.globalAlpha = 0.55;
        return view.ctx.fillRect(at[0] - 1.3, at[1] - 1.3, 2.6, 2.6);
      });
    },
    legend: [['candidate', function (ctx, w, h) { small(ctx, w / 2, h / 2, false); }]],
  };

  function pin(ctx, x, y, r, text) {
    ctx.save();
    ctx.beginPath();
    ctx.arc(x, y, r + 2.5, 0, 2 * Math.PI);
    ctx.fillStyle = '#fff';
    ctx.fill();
    ctx.beginPath();
    ctx.arc(x, y, r, 0, 2 * Math.PI);
    ctx.fillStyle = SITE;
    ctx.fill();
    ctx.lineWidth = 1.4;
    ctx.strokeStyle = '#fff';
    ctx.beginPath();
    ctx.arc(x, y, r - 2.4, 0, 2 * Math.PI);
    ctx.stroke();
    ctx.fillStyle = '#fff';
    ctx.font = '700 ' + Math.round(r * (text.length > 1 ? 0.95 : 1.15)) + 'px ' + minqing.FONT;
    ctx.textAlign = 'center';
    ctx.textBaseline = 'middle';
    ctx.fillText(text, x, y + 0.5);
    ctx.restore();
  }

  painters.sites = {
    order: 80,
    paint: function (view, layer) {
      const numbers = minqing.column(layer.columns, 'number');
      const names = minqing.column(layer.columns, 'name');
      const r = view.zoom >= 14 ? 14 : 11;
      rowsOf('sites').reverse().forEach(function (i) {
        if (!view.sees(layer.shapes, i, 20)) return;
        const at = view.centre(layer.shapes, i);
        pin(view.ctx, at[0], at[1], r, String(numbers.at(i)));
        view.taken.push([at[0] - r, at[1] - r, at[0] + r, at[1] + r]);
        if (names.at(i) !== null) {
          view.label({ text: names.at(i), x: at[0], y: at[1] + r + 10, size: 12.5, weight: 700, colour: SITE, rank: 1,
            tries: [[0, 0], [0, -2 * r - 20]] });
        }
      });
    },
    legend: [['site', function (ctx, w, h) { pin(ctx, w / 2, h / 2, 7, '1'); }]],
  };

  painters.opened = {
    order: 68,
    paint: function (view, layer) {
      rowsOf('opened').forEach(function (i) {
        if (!view.sees(layer.shapes, i, 14)) return;
        const at = view.centre(layer.shapes, i);
        door(view.ctx, at[0], at[1]);
      });
    },
    legend: [['opened', function (ctx, w, h) { door(ctx, w / 2, h / 2); }]],
  };

  function door(ctx, x, y) {
    minqing.gateSign(ctx, 'everyone', x, y, 7);
    ctx.save();
    ctx.strokeStyle = '#2f7d4f';
    ctx.lineWidth = 2;
    ctx.beginPath();
    ctx.moveTo(x - 3.5, y);
    ctx.lineTo(x + 3.5, y);
    ctx.moveTo(x, y - 3.5);
    ctx.lineTo(x, y + 3.5);
    ctx.stroke();
    ctx.restore();
  }

  /* ---- what a card says */

  function siteRows(site) {
    const one = plan();
    const figure = function (name) {
      const near = site.rounded.indexOf(name) >= 0 ? minqing.word('about_so_many') : '';
      return near + minqing.shown(site[name]);
    };
    const unit = one.weighed ? '' : minqing.text(one.measure) + ' ';
    const runner = site.runner_up === null ? null : site.runner_up + (site.runner_up_gain === null ? ''
      : ' · ' + minqing.word('makes_good') + ' ' + unit + figure('runner_up_gain'));
    return [
      ['gain', unit + figure('gain')],
      ['serves', figure('serves')],
      ['only', figure('only')],
      ['lost', unit + figure('lost')],
      ['runner_up', runner],
      ['kind', minqing.text(site.kind)],
      ['premises', site.source],
      ['cost', site.cost === null ? null : minqing.count(site.cost)],
      ['services', minqing.text(site.services)],
    ];
  }

  minqing.siteAbout = {
    sites: function (layer, row, get) { return siteRows(plan().sites[get('number') - 1]); },
    candidates: function (layer, row, get) {
      return [
        ['premises', get('source')],
        ['cost', get('cost') === null ? null : minqing.count(get('cost'))],
        ['state', get('forbidden') ? minqing.word('forbidden') : null],
      ];
    },
    opened: function () { return []; },
  };

  /* ---- the panel */

  function siteItem(site, row) {
    const el = minqing.el;
    const item = el('li', {});
    const button = el('button', { type: 'button', class: 'mq-site', title: minqing.word('show_on_map'), 'data-site': String(site.number) });
    button.append(el('span', { class: 'mq-pin', 'aria-hidden': 'true' }, String(site.number)), el('span', { class: 'mq-site-name' }, site.name));
    button.addEventListener('click', function () { minqing.goTo({ layer: 'sites', row: row }); });
    const list = el('dl', {});
    siteRows(site).forEach(function (line) {
      if (line[1] === null) return;
      list.append(el('dt', {}, minqing.word(line[0])), el('dd', {}, line[1]));
    });
    item.append(button, list);
    return item;
  }

  minqing.sitesPart = function () {
    const el = minqing.el;
    const one = plan();
    const node = el('section', { class: 'mq-part-sites' });
    node.append(el('h2', {}, minqing.word('sites')));
    if (!one.sites.length) node.append(el('p', { class: 'mq-note' }, minqing.word('no_sites')));
    const rows = rowsOf('sites');
    const list = el('ol', { class: 'mq-sites' });
    one.sites.forEach(function (site, place) { list.append(siteItem(site, rows[place])); });
    node.append(list);
    [['opened', one.gates], ['closed_stations', one.closed]].forEach(function (line) {
      if (!line[1].length) return;
      const colon = minqing.state.lang === 'zh' ? '：' : ': ';
      node.append(el('p', {}, minqing.word(line[0]) + colon + line[1].join(minqing.state.lang === 'zh' ? '、' : ', ')));
    });
    return node;
  };

  /* headline, proof and the switch between plans */
  minqing.planPart = function (chooser, headline, gauge) {
    const el = minqing.el;
    const one = plan();
    const node = el('section', { class: 'mq-part-result' });
    if (chooser) node.append(chooser);
    node.append(el('h2', {}, minqing.text(one.title)), headline(minqing.text(one.headline)), gauge([one.shares[1], one.shares[1], one.shares[0]]),
      el('p', { class: 'mq-count' }, minqing.text(one.count)),
      el('p', { class: 'mq-proof', 'data-status': one.status }, minqing.text(one.proof)));
    const hour = el('p', { class: 'mq-when' });
    hour.append(el('span', { class: one.no_hours ? 'mq-badge mq-caution' : 'mq-badge' }, minqing.text(one.when)));
    if (one.goal) hour.append(el('span', { class: 'mq-badge' }, minqing.word('goal') + ' · ' + minqing.text(one.goal)));
    node.append(hour);
    one.notes.forEach(function (note) { node.append(el('p', { class: 'mq-note' }, minqing.text(note))); });
    return node;
  };

  function drawn(node) {
    const element = document.createElementNS(SVG, node.tag);
    Object.keys(node.attributes).forEach(function (name) { element.setAttribute(name, node.attributes[name]); });
    node.children.forEach(function (child) { element.append(drawn(child)); });
    if (node.text) element.textContent = minqing.text(node.text);
    return element;
  }

  function table(heads, rows, label) {
    const el = minqing.el;
    const frame = el('div', { class: 'mq-scroll', tabindex: '0', role: 'group', 'aria-label': label });
    const whole = el('table', {});
    const top = el('tr', {});
    heads.forEach(function (text) { top.append(el('th', { scope: 'col' }, text)); });
    const head = el('thead', {});
    head.append(top);
    const body = el('tbody', {});
    rows.forEach(function (cells) {
      const row = el('tr', {});
      cells.forEach(function (text, place) {
        row.append(el(place ? 'td' : 'th', place ? {} : { scope: 'row' }, text));
      });
      body.append(row);
    });
    whole.append(head, body);
    frame.append(whole);
    return frame;
  }

  minqing.curvePart = function () {
    const one = plan();
    if (!one.curve) return null;
    const el = minqing.el;
    const word = minqing.word;
    const node = el('section', { class: 'mq-part-curve' });
    const frame = el('div', { class: 'mq-curve' });
    frame.append(drawn(one.curve));
    const rows = one.points.map(function (point) {
      return [String(point.stations), minqing.text(point.text), minqing.text(point.status)];
    });
    node.append(el('h2', {}, word('curve')), frame, el('p', { class: 'mq-note' }, word('curve_key')),
      table([word('stations_new'), word('share'), word('proof')], rows, word('curve')));
    return node;
  };

  minqing.differencesPart = function () {
    const told = minqing.model.differences;
    if (!told) return null;
    const node = minqing.el('section', { class: 'mq-part-differences' });
    const rows = told.rows.map(function (row) { return row.map(minqing.text); });
    node.append(minqing.el('h2', {}, minqing.word('differences')),
      table(told.heads.map(minqing.text), rows, minqing.word('differences')));
    return node;
  };

  minqing.unreachedPart = function () {
    const told = plan().unreached;
    if (!told) return null;
    const el = minqing.el;
    const node = el('section', { class: 'mq-part-unreached' });
    node.append(el('h2', {}, minqing.word('unreached')), el('p', {}, minqing.text(told.text)));
    const list = el('ul', {});
    told.reasons.forEach(function (line) {
      list.append(el('li', {}, minqing.text(line.name) + ' ' + minqing.shown(line.count)));
    });
    node.append(list);
    return node;
  };
})();
