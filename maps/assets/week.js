/* The week: seven rows of 24 hours, each cell a bar as high as the share. Arrow keys walk through it. */
(function () {
  'use strict';

  const minqing = window.minqing;
  const STEPS = [
    { from: 900, kind: 'mq-week-5', text: '≥ 90%' },
    { from: 750, kind: 'mq-week-4', text: '75–90%' },
    { from: 500, kind: 'mq-week-3', text: '50–75%' },
    { from: 250, kind: 'mq-week-2', text: '25–50%' },
    { from: 1, kind: 'mq-week-1', text: '< 25%' },
    { from: 0, kind: 'mq-week-0', text: '0' },
  ];

  function step(share) {
    return STEPS.find(function (one) { return share >= one.from; });
  }

  function said(week, at) {
    const hour = String(at % 24);
    const share = week.shares[at];
    return minqing.text(week.days[Math.floor(at / 24)].full) + ' ' + (hour.length < 2 ? '0' : '') + hour + ':00 · ' +
      (share === null ? minqing.hidden() : minqing.word('share') + ' ' + minqing.percent(share / 1000));
  }

  function cell(week, at) {
    const share = week.shares[at];
    const kind = share === null ? 'mq-week-hidden' : step(share).kind;
    const text = said(week, at);
    const node = minqing.el('td', { role: 'gridcell', class: kind, 'aria-label': text, title: text,
      'data-hour': String(at), tabindex: at === minqing.state.hour ? '0' : '-1' });
    const bar = minqing.el('span', { 'aria-hidden': 'true' });
    bar.style.height = (share === null ? 100 : share / 10) + '%';
    node.append(bar);
    return node;
  }

  function head() {
    const top = minqing.el('thead', {});
    const row = minqing.el('tr', {});
    row.append(minqing.el('th', { scope: 'col' }, minqing.word('hour')));
    ['0', '6', '12', '18'].forEach(function (hour) {
      row.append(minqing.el('th', { scope: 'colgroup', colspan: '6' }, hour + ':00'));
    });
    top.append(row);
    return top;
  }

  function grid(week) {
    const table = minqing.el('table', { class: 'mq-week', role: 'grid',
      'aria-label': minqing.word('week') + ' · ' + minqing.text(week.title) });
    const body = minqing.el('tbody', {});
    week.days.forEach(function (day, place) {
      const row = minqing.el('tr', {});
      row.append(minqing.el('th', { scope: 'row' }, minqing.text(day.short)));
      for (let hour = 0; hour < 24; hour += 1) row.append(cell(week, place * 24 + hour));
      body.append(row);
    });
    table.append(head(), body);
    return table;
  }

  const MOVES = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -24, ArrowDown: 24 };

  function target(key, at) {
    if (key === 'Home') return at - at % 24;
    if (key === 'End') return at - at % 24 + 23;
    return MOVES[key] === undefined ? null : at + MOVES[key];
  }

  function listen(table, week, line) {
    function point(node) {
      if (node && node.dataset && node.dataset.hour !== undefined) line.textContent = said(week, Number(node.dataset.hour));
    }
    table.addEventListener('mouseover', function (event) { point(event.target.closest('td')); });
    table.addEventListener('click', function (event) {
      const node = event.target.closest('td');
      if (node) node.focus();
    });
    table.addEventListener('focusin', function (event) {
      const node = event.target.closest('td');
      if (!node) return;
      table.querySelector('[tabindex="0"]').tabIndex = -1;
      node.tabIndex = 0;
      minqing.state.hour = Number(node.dataset.hour);
      point(node);
    });
    table.addEventListener('keydown', function (event) {
      const next = target(event.key, minqing.state.hour);
      if (next === null) return;
      event.preventDefault();
      const node = table.querySelector('[data-hour="' + next + '"]');
      if (node) node.focus();
    });
  }

  function legend(week) {
    const list = minqing.el('ul', { class: 'mq-legend mq-week-legend' });
    const lines = STEPS.map(function (one) { return [one.kind, one.text]; });
    if (week.shares.indexOf(null) >= 0) lines.push(['mq-week-hidden', minqing.hidden()]);
    lines.forEach(function (line) {
      const item = minqing.el('li', {});
      item.append(minqing.el('span', { class: 'mq-week-box ' + line[0], 'aria-hidden': 'true' }), minqing.el('span', {}, line[1]));
      list.append(item);
    });
    return list;
  }

  function chooser() {
    const weeks = minqing.model.weeks;
    if (weeks.length < 2) return null;
    const label = minqing.el('label', { class: 'mq-choose' }, minqing.word('choose_result'));
    const select = minqing.el('select', { id: 'mq-week' });
    weeks.forEach(function (one, place) {
      const option = minqing.el('option', { value: String(place) }, minqing.text(one.title) + ' · ' + minqing.text(one.note));
      option.selected = place === minqing.state.week;
      select.append(option);
    });
    select.addEventListener('change', function () {
      minqing.state.week = Number(select.value);
      minqing.refresh();
      document.getElementById('mq-week').focus();
    });
    label.append(select);
    return label;
  }

  minqing.weekPart = function () {
    const week = (minqing.model.weeks || [])[minqing.state.week];
    if (!week) return null;
    const node = minqing.el('section', { class: 'mq-part-week' });
    const choice = chooser();
    const line = minqing.el('p', { class: 'mq-week-said' }, week.best ? minqing.text(week.best) : minqing.word('week_hint'));
    const table = grid(week);
    listen(table, week, line);
    node.append(minqing.el('h2', {}, minqing.word('week')));
    if (choice) node.append(choice);
    node.append(minqing.el('p', { class: 'mq-note' }, minqing.text(week.title) + ' · ' + minqing.text(week.note)),
      table, line, legend(week), minqing.el('p', { class: 'mq-note' }, minqing.word('week_hint')));
    return node;
  };
})();
