/* Search by name over what the page holds; a combobox worked by keyboard or finger. */
(function () {
  'use strict';

  const minqing = window.minqing;
  const MOST = 12;
  let index = null;

  function entries() {
    const found = [];
    const seen = {};
    const add = function (layerName, text, row) {
      found.push({ layer: layerName, row: row, text: text, plain: text.toLowerCase().replace(/\s+/g, '') });
    };
    ['sites', 'stations', 'compounds', 'buildings', 'communities', 'grids', 'streets'].forEach(function (layerName) {
      const layer = minqing.layers[layerName];
      if (!layer) return;
      const name = minqing.column(layer.columns, 'name');
      const compound = minqing.column(layer.columns, 'compound_name');
      for (let i = 0; i < layer.shapes.count; i += 1) {
        if (name.at(i) === null) continue;
        const text = (compound.at(i) === null ? '' : compound.at(i) + ' ') + name.at(i);
        if (layerName === 'streets' && seen[text]) continue;
        if (layerName === 'streets') seen[text] = true;
        add(layerName, text, i);
      }
    });
    return found;
  }

  minqing.find = function (query) {
    const terms = query.toLowerCase().split(/\s+/).filter(Boolean);
    if (!terms.length) return [];
    index = index || entries();
    const hits = index.filter(function (entry) {
      return terms.every(function (term) { return entry.plain.indexOf(term) >= 0; });
    });
    hits.sort(function (a, b) {
      return a.plain.indexOf(terms[0]) - b.plain.indexOf(terms[0]) || a.plain.length - b.plain.length;
    });
    return hits.slice(0, MOST);
  };

  minqing.searchBox = function () {
    const el = minqing.el;
    const word = minqing.word;
    const box = el('div', { class: 'mq-search', role: 'search' });
    const input = el('input', { id: 'mq-search', type: 'search', placeholder: word('search'),
      'aria-label': word('search'), role: 'combobox', 'aria-expanded': 'false', 'aria-controls': 'mq-hits',
      'aria-autocomplete': 'list', autocomplete: 'off', spellcheck: 'false' });
    const list = el('ul', { id: 'mq-hits', role: 'listbox', 'aria-label': word('search_hits') });
    list.hidden = true;
    let hits = [];
    let at = -1;

    function close() {
      list.hidden = true;
      input.setAttribute('aria-expanded', 'false');
      input.removeAttribute('aria-activedescendant');
    }

    function take(place) {
      const hit = hits[place];
      if (!hit) return;
      input.value = hit.text;
      close();
      minqing.goTo({ layer: hit.layer, row: hit.row });
    }

    function mark(place) {
      at = hits.length ? (place + hits.length) % hits.length : -1;
      Array.prototype.forEach.call(list.children, function (item, i) {
        item.setAttribute('aria-selected', String(i === at));
      });
      if (at >= 0) {
        input.setAttribute('aria-activedescendant', 'mq-hit-' + at);
        list.children[at].scrollIntoView({ block: 'nearest' });
      }
    }

    function look() {
      hits = minqing.find(input.value);
      list.textContent = '';
      hits.forEach(function (hit, place) {
        const item = el('li', { id: 'mq-hit-' + place, role: 'option', 'aria-selected': 'false' });
        item.append(el('span', {}, hit.text), el('small', {}, minqing.titleWord(hit.layer)));
        item.addEventListener('mousedown', function (event) {
          event.preventDefault();
          take(place);
        });
        list.append(item);
      });
      if (!hits.length && input.value.trim()) list.append(el('li', { class: 'mq-none' }, word('search_none')));
      list.hidden = !list.children.length;
      input.setAttribute('aria-expanded', String(!list.hidden));
      at = -1;
    }

    input.addEventListener('input', look);
    input.addEventListener('blur', close);
    input.addEventListener('keydown', function (event) {
      if (event.key === 'ArrowDown') mark(at + 1);
      else if (event.key === 'ArrowUp') mark(at < 0 ? -1 : at - 1);
      else if (event.key === 'Enter') take(at < 0 ? 0 : at);
      else if (event.key === 'Escape') close();
      else return;
      event.preventDefault();
    });
    box.append(input, list);
    return box;
  };
})();
