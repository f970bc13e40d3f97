/* One canvas over the whole window: draws the layers in order, then the labels that fit. */
(function () {
  'use strict';

  const minqing = window.minqing;
  const EARTH = 6378137;
  const UNIT = 0.1;
  const FONT = '"PingFang SC","Microsoft YaHei","Noto Sans CJK SC","Source Han Sans SC",' +
    '"WenQuanYi Micro Hei",system-ui,sans-serif';

  minqing.FONT = FONT;

  /* Web Mercator steps of the page <-> longitude and latitude */
  minqing.toLatLng = function (x, y) {
    const origin = minqing.frameOf.origin;
    const lng = (origin[0] + x * UNIT) / EARTH * 180 / Math.PI;
    const lat = (2 * Math.atan(Math.exp((origin[1] + y * UNIT) / EARTH)) - Math.PI / 2) * 180 / Math.PI;
    return L.latLng(lat, lng);
  };

  minqing.fromLatLng = function (place) {
    const origin = minqing.frameOf.origin;
    const x = EARTH * place.lng * Math.PI / 180;
    const y = EARTH * Math.log(Math.tan(Math.PI / 4 + place.lat * Math.PI / 360));
    return { x: (x - origin[0]) / UNIT, y: (y - origin[1]) / UNIT };
  };

  function View(ctx, width, height, zoom, corner) {
    const origin = minqing.frameOf.origin;
    const world = 256 * Math.pow(2, zoom);
    const around = 2 * Math.PI * EARTH;
    this.ctx = ctx;
    this.width = width;
    this.height = height;
    this.zoom = zoom;
    this.k = UNIT * world / around;
    this.ox = (origin[0] / around + 0.5) * world - corner.x;
    this.oy = (0.5 - origin[1] / around) * world - corner.y;
    this.left = -this.ox / this.k;
    this.right = (width - this.ox) / this.k;
    this.top = this.oy / this.k;
    this.bottom = (this.oy - height) / this.k;
    const middle = (this.top + this.bottom) / 2 * UNIT + origin[1];
    this.metre = this.k / UNIT * Math.cosh(middle / EARTH); // pixels of one metre on the ground
    this.labels = [];
  }

  View.prototype.sees = function (shapes, i, margin) {
    const box = shapes.box;
    const more = (margin || 0) / this.k;
    return box[4 * i] <= this.right + more && box[4 * i + 2] >= this.left - more &&
      box[4 * i + 1] <= this.top + more && box[4 * i + 3] >= this.bottom - more;
  };

  View.prototype.px = function (x) { return x * this.k + this.ox; };
  View.prototype.py = function (y) { return this.oy - y * this.k; };

  /* the longer side of a shape in pixels */
  View.prototype.extent = function (shapes, i) {
    const box = shapes.box;
    return this.k * Math.max(box[4 * i + 2] - box[4 * i], box[4 * i + 3] - box[4 * i + 1]);
  };

  View.prototype.centre = function (shapes, i) {
    const box = shapes.box;
    if (shapes.anchor) return [this.px(shapes.anchor.x[i]), this.py(shapes.anchor.y[i])];
    return [this.px((box[4 * i] + box[4 * i + 2]) / 2), this.py((box[4 * i + 1] + box[4 * i + 3]) / 2)];
  };

  /* add a shape to the current path */
  View.prototype.trace = function (shapes, i, close) {
    const ctx = this.ctx;
    const x = shapes.x;
    const y = shapes.y;
    for (let part = shapes.first[i]; part < shapes.first[i + 1]; part += 1) {
      const end = shapes.start[part + 1];
      let v = shapes.start[part];
      ctx.moveTo(x[v] * this.k + this.ox, this.oy - y[v] * this.k);
      for (v += 1; v < end; v += 1) ctx.lineTo(x[v] * this.k + this.ox, this.oy - y[v] * this.k);
      if (close) ctx.closePath();
    }
  };

  /* label: {text, x, y, size, colour, weight, rank (small first), angle, halo, edge, room, once, tries} */
  View.prototype.label = function (label) { this.labels.push(label); };

  function collides(taken, box) {
    for (let i = 0; i < taken.length; i += 1) {
      const other = taken[i];
      if (box[0] < other[2] && box[2] > other[0] && box[1] < other[3] && box[3] > other[1]) return true;
    }
    return false;
  }

  function labelBox(label, width) {
    const turn = label.angle || 0;
    const w = Math.abs(width * Math.cos(turn)) + Math.abs(label.size * Math.sin(turn));
    const h = Math.abs(width * Math.sin(turn)) + Math.abs(label.size * Math.cos(turn));
    return [label.x - w / 2 - 3, label.y - h / 2 - 2, label.x + w / 2 + 3, label.y + h / 2 + 2];
  }

  /* the first free place of a label, which moves there; null when there is none */
  function freeBox(label, width, taken) {
    const tries = label.tries || [[0, 0]];
    const x = label.x;
    const y = label.y;
    for (let i = 0; i < tries.length; i += 1) {
      label.x = x + tries[i][0];
      label.y = y + tries[i][1];
      const box = labelBox(label, width);
      if (!collides(taken, box)) return box;
    }
    return null;
  }

  View.prototype.placeLabels = function (taken) {
    const ctx = this.ctx;
    const view = this;
    const last = {};
    this.labels.sort(function (a, b) { return a.rank - b.rank; });
    ctx.textAlign = 'center';
    ctx.textBaseline = 'middle';
    ctx.lineJoin = 'round';
    this.labels.forEach(function (label) {
      if (label.x < 0 || label.y < 0 || label.x > view.width || label.y > view.height) return;
      const near = label.once && last[label.text];
      if (near && near.some(function (p) { return Math.hypot(p[0] - label.x, p[1] - label.y) < 260; })) return;
      ctx.font = (label.weight || 400) + ' ' + label.size + 'px ' + FONT;
      const width = ctx.measureText(label.text).width;
      if (label.room && width > label.room) return;
      const box = freeBox(label, width, taken);
      if (!box) return;
      taken.push(box);
      if (label.once) (last[label.text] = near || []).push([label.x, label.y]);
      ctx.save();
      ctx.translate(label.x, label.y);
      if (label.angle) ctx.rotate(label.angle);
      ctx.lineWidth = label.edge || 3.2;
      ctx.strokeStyle = label.halo || 'rgba(255,255,255,.92)';
      ctx.strokeText(label.text, 0, 0.5);
      ctx.fillStyle = label.colour;
      ctx.fillText(label.text, 0, 0.5);
      ctx.restore();
    });
  };

  /* An excerpt of the map still says that it is not for everybody. */
  function watermark(view) {
    const ctx = view.ctx;
    const text = minqing.word('mark');
    ctx.save();
    ctx.globalAlpha = 0.075;
    ctx.fillStyle = '#000';
    ctx.font = '600 19px ' + FONT;
    ctx.textAlign = 'center';
    for (let y = 120, odd = 0; y < view.height + 120; y += 230, odd = 1 - odd) {
      for (let x = 120 + odd * 190; x < view.width + 200; x += 380) {
        ctx.save();
        ctx.translate(x, y);
        ctx.rotate(-0.42);
        ctx.fillText(text, 0, 0);
        ctx.restore();
      }
    }
    ctx.restore();
  }

  minqing.Sheet = L.Renderer.extend({
    options: { padding: 0.2 },

    _initContainer: function () {
      this._container = document.createElement('canvas');
      this._container.className = 'mq-sheet';
      this._container.setAttribute('aria-hidden', 'true');
      this._ctx = this._container.getContext('2d');
    },

    _destroyContainer: function () {
      L.DomUtil.remove(this._container);
      delete this._container;
      delete this._ctx;
    },

    _update: function () {
      if (this._map._animatingZoom && this._bounds) return;
      L.Renderer.prototype._update.call(this);
      const size = this._bounds.getSize();
      const ratio = this.sharp ? 3 : Math.min(window.devicePixelRatio || 1, 3);
      this._container.width = Math.round(size.x * ratio);
      this._container.height = Math.round(size.y * ratio);
      this._container.style.width = size.x + 'px';
      this._container.style.height = size.y + 'px';
      L.DomUtil.setPosition(this._container, this._bounds.min);
      this._ratio = ratio;
      this._draw();
    },

    _draw: function () {
      const began = performance.now();
      const ctx = this._ctx;
      const size = this._bounds.getSize();
      const corner = this._map.getPixelOrigin().add(this._bounds.min);
      const view = new View(ctx, size.x, size.y, this._map.getZoom(), corner);
      ctx.setTransform(this._ratio, 0, 0, this._ratio, 0, 0);
      ctx.clearRect(0, 0, size.x, size.y);
      const taken = [];
      view.taken = taken;
      const layers = minqing.layersInOrder();
      layers.forEach(function (layer) {
        if (layer.shown && layer.painter.ground) layer.painter.ground(view, layer);
      });
      layers.forEach(function (layer) {
        ctx.save();
        if (layer.shown) layer.painter.paint(view, layer);
        ctx.restore();
      });
      minqing.paintChosen(view);
      if (minqing.state.labels) view.placeLabels(taken);
      if (minqing.model.level !== 'public') watermark(view);
      minqing.lastDraw = performance.now() - began;
    },

    redraw: function () {
      if (this._map && this._bounds) this._draw();
    },

    _updatePaths: function () {},
  });
})();
