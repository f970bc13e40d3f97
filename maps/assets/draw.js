/* Colours, patterns and small shapes that layers and legend share. */
(function () {
  'use strict';

  const minqing = window.minqing;
  const patterns = {};

  minqing.COLOURS = {
    covered: '#2f8f83', coveredEdge: '#1d6a61',
    uncovered: '#e58a4e', uncoveredEdge: '#a8480f',
    newly: '#8f7fc8', newlyEdge: '#4a3a8c',
    unknown: '#cfcac0', unknownEdge: '#8d877b',
    building: '#e3ddd1', buildingEdge: '#cbc3b4',
    ink: '#2b3138', soft: '#6b6f76', river: '#9cc4dd', wall: '#6f6257',
    chosen: '#1746a2',
  };

  /* Blue-green steps for density, light to dark, readable in grey */
  minqing.RAMP = ['#eef4ef', '#cfe3dc', '#9fc9c2', '#5fa39f', '#2c7377'];
  /* From the standards' thresholds: 99 and 85 of a hundred (DOMAIN 1.2), then halves */
  minqing.SHARES = [
    { from: 0.99, colour: '#2f8f83', text: '≥ 99%' },
    { from: 0.85, colour: '#8cc3b4', text: '85–99%' },
    { from: 0.7, colour: '#e9e2b6', text: '70–85%' },
    { from: 0.5, colour: '#f0b987', text: '50–70%' },
    { from: 0, colour: '#d97a45', text: '< 50%' },
  ];

  minqing.shareClass = function (share) {
    return minqing.SHARES.findIndex(function (step) { return share >= step.from - 1e-9; });
  };

  function tile(size, paint) {
    const canvas = document.createElement('canvas');
    canvas.width = size * 2;
    canvas.height = size * 2;
    const ctx = canvas.getContext('2d');
    ctx.scale(2, 2);
    paint(ctx, size);
    return canvas;
  }

  function stripes(ctx, size, colour, width) {
    ctx.strokeStyle = colour;
    ctx.lineWidth = width;
    ctx.beginPath();
    for (let at = -size; at <= 2 * size; at += size) {
      ctx.moveTo(at - 2, size + 2);
      ctx.lineTo(at + size + 2, -2);
    }
    ctx.stroke();
  }

  function crossed(size, width) {
    return tile(size, function (ctx) {
      ctx.fillStyle = '#cfc6ee';
      ctx.fillRect(0, 0, size, size);
      ctx.strokeStyle = '#5b49a8';
      ctx.lineWidth = width;
      ctx.beginPath();
      ctx.moveTo(size / 2, 0);
      ctx.lineTo(size / 2, size);
      ctx.moveTo(0, size / 2);
      ctx.lineTo(size, size / 2);
      ctx.stroke();
    });
  }

  const tiles = {
    hatch: function () {
      return tile(6, function (ctx, size) {
        ctx.fillStyle = '#f6d5b8';
        ctx.fillRect(0, 0, size, size);
        stripes(ctx, size, '#c8601f', 1.7);
      });
    },
    fineHatch: function () {
      return tile(3.5, function (ctx, size) {
        ctx.fillStyle = '#f3b98c';
        ctx.fillRect(0, 0, size, size);
        stripes(ctx, size, '#bf5516', 1.25);
      });
    },
    cross: function () { return crossed(7, 1.3); },
    fineCross: function () { return crossed(4, 1); },
    dots: function () {
      return tile(6, function (ctx, size) {
        ctx.fillStyle = '#efece5';
        ctx.fillRect(0, 0, size, size);
        ctx.fillStyle = '#8d877b';
        ctx.beginPath();
        ctx.arc(size / 2, size / 2, 0.9, 0, 7);
        ctx.fill();
      });
    },
    veil: function () {
      return tile(9, function (ctx, size) {
        ctx.fillStyle = 'rgba(232,228,220,.85)';
        ctx.fillRect(0, 0, size, size);
        stripes(ctx, size, 'rgba(120,113,102,.42)', 1);
      });
    },
  };

  minqing.pattern = function (ctx, name) {
    if (!patterns[name]) patterns[name] = tiles[name]();
    const pattern = ctx.createPattern(patterns[name], 'repeat');
    if (pattern.setTransform && window.DOMMatrix) pattern.setTransform(new DOMMatrix([0.5, 0, 0, 0.5, 0, 0]));
    return pattern;
  };

  function outline(ctx, shape, x, y, r) {
    ctx.beginPath();
    if (shape === 'round') {
      ctx.arc(x, y, r, 0, 2 * Math.PI);
    } else if (shape === 'diamond') {
      const d = r * 1.22;
      ctx.moveTo(x, y - d);
      ctx.lineTo(x + d, y);
      ctx.lineTo(x, y + d);
      ctx.lineTo(x - d, y);
      ctx.closePath();
    } else if (shape === 'shield') {
      ctx.moveTo(x - r, y - r);
      ctx.lineTo(x + r, y - r);
      ctx.lineTo(x + r, y + r * 0.3);
      ctx.lineTo(x, y + r * 1.2);
      ctx.lineTo(x - r, y + r * 0.3);
      ctx.closePath();
    } else {
      const c = r * 0.42;
      ctx.moveTo(x - r + c, y - r);
      ctx.arcTo(x + r, y - r, x + r, y + r, c);
      ctx.arcTo(x + r, y + r, x - r, y + r, c);
      ctx.arcTo(x - r, y + r, x - r, y - r, c);
      ctx.arcTo(x - r, y - r, x + r, y - r, c);
      ctx.closePath();
    }
  }

  /* sign: {shape, colour, letter, faded, planned, shut} */
  minqing.sign = function (ctx, sign, x, y, r) {
    ctx.save();
    ctx.globalAlpha = sign.faded ? 0.5 : 1;
    outline(ctx, sign.shape, x, y, r + 1.6);
    ctx.fillStyle = '#fff';
    ctx.fill();
    outline(ctx, sign.shape, x, y, r);
    ctx.fillStyle = sign.planned ? '#fff' : sign.shut ? '#9a9a9a' : sign.colour;
    ctx.fill();
    if (sign.planned) {
      ctx.strokeStyle = sign.colour;
      ctx.lineWidth = 1.6;
      ctx.setLineDash([3, 2]);
      ctx.stroke();
      ctx.setLineDash([]);
    }
    if (sign.letter && r >= 7) {
      ctx.fillStyle = sign.planned ? sign.colour : '#fff';
      ctx.font = '600 ' + Math.round(r * 1.25) + 'px ' + minqing.FONT;
      ctx.textAlign = 'center';
      ctx.textBaseline = 'middle';
      ctx.fillText(sign.letter, x, y + 0.5);
    }
    if (sign.shut) {
      ctx.strokeStyle = '#3a3a3a';
      ctx.lineWidth = 1.6;
      ctx.beginPath();
      ctx.moveTo(x - r, y + r);
      ctx.lineTo(x + r, y - r);
      ctx.stroke();
    }
    ctx.restore();
  };

  /* A gate: a white disc; open ring, half, bar or question mark tell who may pass. */
  minqing.gateSign = function (ctx, users, x, y, r) {
    const colour = { everyone: '#2f7d4f', residents: '#93701c', nobody: '#a33030' }[users] || '#6b6f76';
    ctx.save();
    ctx.beginPath();
    ctx.arc(x, y, r, 0, 2 * Math.PI);
    ctx.fillStyle = '#fff';
    ctx.fill();
    ctx.lineWidth = Math.max(1.4, r * 0.34);
    ctx.strokeStyle = colour;
    if (users !== 'everyone' && users !== 'residents' && users !== 'nobody') ctx.setLineDash([2.2, 1.8]);
    ctx.stroke();
    ctx.setLineDash([]);
    ctx.fillStyle = colour;
    ctx.beginPath();
    if (users === 'residents') {
      ctx.arc(x, y, r, Math.PI / 2, 1.5 * Math.PI);
      ctx.fill();
    } else if (users === 'nobody') {
      ctx.fillRect(x - r * 0.7, y - r * 0.22, r * 1.4, r * 0.44);
    }
    ctx.restore();
  };

  minqing.rounded = outline;
})();
