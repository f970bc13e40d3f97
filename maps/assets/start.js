/* Starts the page: the map, its layers as the document hands them over, then the panel. */
(function () {
  'use strict';

  const minqing = window.minqing;

  minqing.layers = {};
  minqing.state = { lang: 'zh', coverage: 0, week: 0, hour: 0, indicator: 0, by: 'grid', reason: null, labels: true, chosen: null,
    hiddenAreas: {}, tiles: [], open: {} };

  minqing.start = function (id, options) {
    minqing.map = L.map(id, options);
    return minqing.map;
  };

  minqing.frame = function (map, data) {
    minqing.frameOf = data;
    minqing.state.lang = data.lang;
  };

  minqing.tiles = function (map, data, layer) {
    minqing.state.tiles.push({ name: data.name, attribution: data.attribution, layer: layer });
  };

  minqing.layer = function (map, data) {
    const layer = { id: data.layer, name: data.name, painter: minqing.painters[data.layer], shown: true };
    if (data.xy !== undefined) layer.shapes = minqing.unpackShapes(data);
    if (data.columns) layer.columns = minqing.unpackColumns(data.columns);
    if (data.results) {
      layer.results = data.results.map(function (columns) {
        return columns && minqing.unpackColumns(columns);
      });
    }
    ['ids', 'kinds', 'services', 'asked', 'indicators'].forEach(function (name) {
      if (data[name]) layer[name] = data[name];
    });
    minqing.layers[data.layer] = layer;
  };

  minqing.layersInOrder = function () {
    return Object.keys(minqing.layers).map(function (name) { return minqing.layers[name]; })
      .sort(function (a, b) { return a.painter.order - b.painter.order; });
  };

  /* Only one layer colours the grids at a time. */
  minqing.show = function (name, on) {
    minqing.layers[name].shown = on;
    const rival = { shares: 'counts', counts: 'shares' }[name];
    if (on && rival && minqing.layers[rival]) minqing.layers[rival].shown = false;
    minqing.refresh();
    const box = document.querySelector('[data-layer="' + name + '"]');
    if (box) box.focus();
  };

  minqing.refresh = function () {
    minqing.buildPanel();
    minqing.showCard(false);
    minqing.sheet.redraw();
  };

  minqing.speak = function (lang) {
    minqing.state.lang = lang;
    document.documentElement.lang = lang === 'zh' ? 'zh-CN' : 'en';
    document.querySelector('.mq-map').setAttribute('aria-label', minqing.word('map'));
    const titles = { 'leaflet-control-zoom-in': 'zoom_in', 'leaflet-control-zoom-out': 'zoom_out', 'mq-home': 'home' };
    Object.keys(titles).forEach(function (name) {
      const button = document.querySelector('.' + name);
      button.title = minqing.word(titles[name]);
      button.setAttribute('aria-label', minqing.word(titles[name]));
    });
    minqing.refresh();
  };

  function shareLayer(model) {
    const grids = minqing.layers.grids;
    const known = model.coverages.some(function (one) { return one.by.grid && one.by.grid.length; });
    if (!grids || !grids.shapes.count || !known) return;
    minqing.layers.shares = {
      id: 'shares', name: model.words.layers.shares, painter: minqing.painters.shares,
      shown: !minqing.layers.covered && !minqing.layers.counts,
    };
  }

  function whole() {
    const b = minqing.frameOf.bounds;
    const size = minqing.map.getSize();
    if (Math.min(size.x, size.y) < 60) {
      // a hidden frame or tab: there is nothing to fit to until it is shown
      minqing.map.setView([(b[1] + b[3]) / 2, (b[0] + b[2]) / 2], 14, { animate: false });
      minqing.map.once('resize', whole);
      return;
    }
    minqing.map.fitBounds([[b[1], b[0]], [b[3], b[2]]], { padding: [12, 12], animate: false });
  }

  const Home = L.Control.extend({
    onAdd: function () {
      const bar = L.DomUtil.create('div', 'leaflet-bar');
      const button = L.DomUtil.create('a', 'mq-home', bar);
      button.href = '#';
      button.setAttribute('role', 'button');
      button.textContent = '⌂';
      L.DomEvent.disableClickPropagation(bar);
      L.DomEvent.on(button, 'click', function (event) {
        L.DomEvent.preventDefault(event);
        whole();
      });
      return bar;
    },
  });

  function listen(map) {
    map.on('click', function (event) { minqing.choose(minqing.pick(event.latlng)); });
    let waiting = null;
    map.on('mousemove', function (event) {
      if (waiting === null) {
        window.requestAnimationFrame(function () {
          const found = minqing.pick(waiting);
          waiting = null;
          map.getContainer().classList.toggle('mq-over', Boolean(found) && found.layer !== 'communities');
        });
      }
      waiting = event.latlng;
    });
    document.addEventListener('keydown', function (event) {
      if (event.key === 'Escape' && minqing.state.chosen) {
        minqing.choose(null);
        map.getContainer().focus();
      }
    });
    printing(map);
  }

  /* On paper stands what the screen shows, drawn anew for the size and sharpness of paper. */
  function printing(map) {
    let screen = null;
    window.matchMedia('print').addEventListener('change', function (event) {
      if (event.matches) screen = { centre: map.getCenter(), zoom: map.getZoom(), bounds: map.getBounds() };
      minqing.sheet.sharp = event.matches;
      document.querySelectorAll('details').forEach(function (fold) {
        if (event.matches && !fold.open) fold.setAttribute('data-folded', '');
        fold.open = event.matches || !fold.hasAttribute('data-folded');
        if (!event.matches) fold.removeAttribute('data-folded');
      });
      map.invalidateSize({ animate: false, pan: false });
      if (event.matches) map.fitBounds(screen.bounds, { animate: false });
      else if (screen) map.setView(screen.centre, screen.zoom, { animate: false });
    });
  }

  minqing.panel = function (map, model) {
    minqing.model = model;
    shareLayer(model);
    map.attributionControl = null;
    L.control.scale({ imperial: false, maxWidth: 140 }).addTo(map);
    L.control.zoom({ position: 'topright' }).addTo(map);
    new Home({ position: 'topright' }).addTo(map);
    minqing.sheet = new minqing.Sheet();
    minqing.buildPanel();
    whole();
    minqing.sheet.addTo(map);
    minqing.speak(minqing.state.lang);
    listen(map);
    window.requestAnimationFrame(function () {
      document.documentElement.setAttribute('data-ready', 'yes');
    });
  };
})();
