(function () {
  "use strict";
  var source = document.getElementById("charts"), root = document.documentElement;
  if (!source || typeof uPlot === "undefined") return;
  var data = JSON.parse(source.textContent), live = [], chosen = null, isMoving = false;
  var night = window.matchMedia("(prefers-color-scheme: dark)");

  // Figures as the rest of the page tells them.

  function digits(value) {
    var size = Math.abs(value), suffix = "";
    if (!isFinite(size)) return String(value);
    if (size >= 999.5e6) { value /= 1e9; suffix = "G"; }
    else if (size >= 999.5e3) { value /= 1e6; suffix = "M"; }
    else if (size >= 9999.5) { value /= 1e3; suffix = "K"; }
    else if (size >= 99.95) return String(Math.round(value));
    if (value === 0) return "0";
    var places = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value) * 1.0005)));
    var text = value.toFixed(Math.min(places, 100));
    return (text.indexOf(".") < 0 ? text : text.replace(/\.?0+$/, "")) + suffix;
  }

  var STEPS = {
    "s": [[1e-9, "ns"], [1e-6, "us"], [1e-3, "ms"], [1, "s"], [60, "min"], [3600, "h"], [86400, "d"]],
    "B": [[1, "B"], [1024, "KiB"], [1048576, "MiB"], [1073741824, "GiB"]],
    "B/s": [[1, "B/s"], [1024, "KiB/s"], [1048576, "MiB/s"], [1073741824, "GiB/s"]]
  };

  function show(unit, value) {
    if (unit === "share") return digits(value * 100) + " %";
    if (unit === "1") return digits(value);
    if (unit === "1/s") return digits(value) + " /s";
    var steps = STEPS[unit];
    if (!steps || value === 0) return digits(value) + " " + unit;
    var step = steps.filter(function (each) { return Math.abs(value) >= each[0] * 0.9995; }).pop() || steps[0];
    return digits(value / step[0]) + " " + step[1];
  }

  function clock(seconds) {
    var minutes = Math.max(0, Math.floor(seconds / 60 + 1e-6)), day = Math.floor(minutes / 1440);
    var two = function (number) { return (number < 10 ? "0" : "") + number; };
    return (day ? "day " + (day + 1) + " " : "") + two(Math.floor(minutes / 60) % 24) + ":" + two(minutes % 60);
  }

  function moment(chart, seconds) {
    if (!chart.is_day) return show("s", seconds);
    return seconds === 86400 && chart.x_range[1] <= 86400 ? "24:00" : clock(seconds);
  }

  // Percentiles stand by their nines.
  function nines(share) { return -Math.log10(Math.max(1 - share, 1e-12)); }

  function percentile(place) {
    var text = (100 * (1 - Math.pow(10, -place))).toFixed(Math.max(0, Math.ceil(place - 1e-6) - 1));
    return text.replace(/(\.\d*?)0+$/, "$1").replace(/\.$/, "") + " %";
  }

  // Round numbers along an axis.

  function every(step, min, max) {
    var all = [];
    for (var index = Math.ceil(min / step - 1e-9); index * step <= max + step * 1e-9 && all.length < 60; index += 1) all.push(index * step);
    return all;
  }

  function roundStep(unit, step, largest) {
    var factors = { "s": [60, 3600, 86400], "B": [1024, 1048576, 1073741824], "B/s": [1024, 1048576, 1073741824] }[unit] || [];
    var factor = factors.filter(function (each) { return largest >= each; }).pop() || 1;
    var power = Math.pow(10, Math.floor(Math.log10(step / factor)));
    var round = [1, 2, 5, 10].filter(function (each) { return each * power >= step / factor * 0.999; })[0] || 10;
    return round * power * factor;
  }

  var SPANS = [1, 5, 10, 30, 60, 300, 600, 1800, 3600, 7200, 14400, 21600, 43200, 86400, 604800];
  var ROUND_TIMES = [10, 20, 30, 60, 120, 300, 600, 1800, 3600, 7200, 18000, 36000, 86400, 172800, 432000, 864000];

  function timeTicks(min, max, most) {
    var step = SPANS.filter(function (each) { return (max - min) / each <= most; })[0] || (max - min) / most;
    return every(step, min, max);
  }

  function logTicks(unit, min, max) {
    var values = [];
    for (var power = Math.floor(min); power <= Math.ceil(max); power += 1) {
      (max - min > 3 ? [1] : [1, 2, 5]).forEach(function (part) { values.push(part * Math.pow(10, power)); });
    }
    if (unit === "s") values = values.filter(function (value) { return value < 10; }).concat(ROUND_TIMES);
    return values.map(Math.log10).filter(function (place) { return place >= min - 1e-9 && place <= max + 1e-9; });
  }

  // What a place on an axis of settings is called there.
  function setting(chart, place) {
    var near = chart.ticks.reduce(function (best, tick) { return best === null || Math.abs(tick[0] - place) < Math.abs(best[0] - place) ? tick : best; }, null);
    return near !== null && Math.abs(near[0] - place) <= 1e-3 * Math.abs(place) + 1e-12 ? near[1] : digits(place);
  }

  // Along the height, lines of text apart.
  function apart(u, places) {
    var last = -Infinity, tall = 17 / Math.max(1, u.bbox.height / (window.devicePixelRatio || 1)) * (u.scales.y.max - u.scales.y.min);
    return places.filter(function (place) { var has = place - last >= tall; if (has) last = place; return has; });
  }

  // As many as there is room for.
  function spaced(u, places) {
    var last = -Infinity, wide = 62 / Math.max(1, u.bbox.width / (window.devicePixelRatio || 1)) * (u.scales.x.max - u.scales.x.min);
    return places.filter(function (place) { var has = place - last >= wide; if (has) last = place; return has; });
  }

  // Colors follow the page's.

  function css(name) { return getComputedStyle(root).getPropertyValue(name).trim(); }

  function tint(hex) {
    if (hex === "#1f242b") return css("--ink");
    if (hex === "#b9c0c8") return css("--faint");
    if (!night.matches) return hex;
    var part = function (at) { var value = parseInt(hex.substr(at, 2), 16); return Math.round(value + (255 - value) * 0.3); };
    return "rgb(" + part(1) + "," + part(3) + "," + part(5) + ")";
  }

  function pale(color, opacity) {
    var parts = color[0] === "#" ? [1, 3, 5].map(function (at) { return parseInt(color.substr(at, 2), 16); }) : color.match(/\d+/g);
    return "rgba(" + parts[0] + "," + parts[1] + "," + parts[2] + "," + opacity + ")";
  }

  function stroke(trace) {
    if (chosen === null) return tint(trace.color);
    if (trace.entity !== chosen) return css("--line");
    return trace.is_named ? tint(trace.color) : css("--ink");
  }

  // One chart.

  function element(name, parent, text) {
    var made = document.createElement(name);
    if (text !== undefined) made.textContent = text;
    if (parent) parent.appendChild(made);
    return made;
  }

  function build(figure, chart) {
    var log = function (value) { return value === null || value <= 0 ? null : Math.log10(value); };
    var y = chart.is_log ? log : function (value) { return value; };
    var back = chart.is_log ? function (place) { return Math.pow(10, place); } : function (place) { return place; };
    var x = chart.kind === "nines" ? nines : chart.is_x_log ? Math.log10 : function (value) { return value; };
    var full = chart.x_range.map(x), tall = chart.y_range.map(y);
    var columns = [chart.x.map(x)], series = [{}], bands = [], lines = [];
    chart.traces.forEach(function (trace) {
      var fill = function () { return chosen !== null && trace.entity !== chosen ? pale(css("--line"), trace.opacity) : pale(tint(trace.color), trace.opacity); };
      var column = function (values, width) {
        var dots = width > 0 && trace.has_dots ? { show: true, size: 8, width: 0, fill: function () { return stroke(trace); } } : { show: false };
        columns.push(values.map(y));
        series.push({ stroke: width ? function () { return stroke(trace); } : null, width: width, points: dots, spanGaps: trace.has_dots, auto: true });
        return series.length - 1;
      };
      var own = [];
      if (trace.high.length && trace.low.length) {
        own = [column(trace.high, 0), column(trace.low, 0)];
        bands.push({ series: own, fill: fill });
      }
      var line = column(trace.values, Math.max(1, trace.width * (trace.is_named ? 0.7 : 0.9)));
      lines.push({ trace: trace, all: own.concat(line), line: line });
    });

    var holder = element("div");
    holder.className = "live";
    var row = element("div", holder);
    row.className = "row";
    var place = element("div", row);
    place.className = "plot";
    var legend = legendOf(chart, lines, row);
    var spoken = element("p", holder);
    spoken.className = "spoken";
    spoken.setAttribute("aria-live", "polite");

    var one = { chart: chart, figure: figure, full: full, lines: lines, legend: legend, spoken: spoken, columns: columns };
    one.tall = tall;
    one.isWhole = function () {
      var scale = one.plot.scales.x;
      return Math.abs(scale.min - full[0]) + Math.abs(scale.max - full[1]) < 1e-6 * (full[1] - full[0]);
    };
    var axis = { stroke: function () { return css("--muted"); }, grid: { stroke: function () { return css("--line"); }, width: 1 }, ticks: { show: false }, font: "12px system-ui, sans-serif" };
    var ticks = {
      nines: function () { return [0.5, 0.9, 0.99, 0.999, 0.9999, 0.99999].map(nines); },
      time: function (u, at, min, max) { return timeTicks(min, max, Math.max(2, u.width / 80)); },
      marks: function (u, at, min, max) { return spaced(u, chart.ticks.map(function (tick) { return x(tick[0]); })); }
    }[chart.kind];
    var told = {
      nines: percentile,
      time: function (value) { return moment(chart, value); },
      marks: function (place) { return setting(chart, chart.is_x_log ? Math.pow(10, place) : place); }
    }[chart.kind];
    var options = {
      width: 600, height: 220, padding: [10, 26, 0, 0], legend: { show: false }, series: series, bands: bands,
      scales: {
        x: { time: false, range: function (u, min, max) { return [min, max]; } },
        y: { auto: false, range: function (u, min, max) { return min === null ? tall : [min, max]; } }
      },
      axes: [
        Object.assign({}, axis, { splits: ticks, values: function (u, all) { return all.map(told); }, size: 30, label: chart.kind === "marks" ? chart.x_title : undefined, labelSize: 18, labelFont: "12px system-ui, sans-serif", grid: { show: chart.kind === "nines", stroke: axis.grid.stroke, width: 1 } }),
        Object.assign({}, axis, {
          size: 68,
          splits: function (u, at, min, max) {
            if (chart.is_log) return apart(u, logTicks(chart.unit, min, max).sort(function (a, b) { return a - b; }));
            return every(roundStep(chart.unit, Math.max(max - min, 1e-12) / 4, max), min, max);
          },
          values: function (u, all) { return all.map(function (value) { return show(chart.unit, back(value)); }); }
        })
      ],
      cursor: {
        drag: { x: true, y: false, setScale: true },
        points: { size: 7, width: 0, show: function (u, index) {
          if (!lines.some(function (each) { return each.line === index && each.trace.is_named; })) return null;
          var dot = document.createElement("div");
          dot.className = "u-cursor-pt";
          return dot;
        } },
        bind: { dblclick: function () { return function () { zoom(one, full); return null; }; } }
      },
      hooks: {
        drawClear: [function (u) { shade(u, chart); }],
        draw: [function (u) { bounds(u, chart, y); marked(u, chart, x, y); }],
        setCursor: [function (u) { read(one, u.cursor.idx); }],
        setScale: [function (u, key) { if (key === "x" && one.plot === u) follow(one); }]
      }
    };
    if (chart.kind === "time") {
      options.cursor.sync = { key: "day", setSeries: false, scales: ["x", null], filters: { pub: function (type) { return type === "mousemove" || type === "mouseleave"; } } };
    }
    figure.insertBefore(holder, figure.querySelector(".drawing"));
    figure.classList.add("is-live");
    one.plot = new uPlot(options, columns, place);
    one.place = place;
    zoom(one, full);
    read(one, null);
    figure.addEventListener("keydown", function (event) { keys(one, event); });
    return one;
  }

  function top(values) { return values.reduce(function (most, value) { return value !== null && value > most ? value : most; }, -Infinity); }

  function legendOf(chart, lines, parent) {
    var holder = element("div", parent), head = element("p", holder), rows = element("ul", holder), items = [];
    holder.className = "legend";
    var named = lines.filter(function (line) { return line.trace.is_named; }), others = lines.filter(function (line) { return !line.trace.is_named; });
    named.sort(function (a, b) { return top(b.trace.values) - top(a.trace.values); });
    named.forEach(function (line) {
      var item = element("li", rows), box = element("input", item), name = element(line.trace.entity ? "button" : "span", item, line.trace.name || chart.y_title), value = element("output", item);
      if (line.trace.entity) {
        name.type = "button";
        name.dataset.entity = line.trace.entity;
        name.title = "Highlight " + line.trace.entity + " everywhere";
      }
      toggle(box, line.trace.name || chart.y_title, [line], lines);
      items.push({ line: line, value: value, box: box });
    });
    if (others.length) {
      var item = element("li", rows), box = element("input", item);
      element("span", item, others.length + " others");
      toggle(box, "the others", others, lines);
      items.push({ line: others[0], box: box });
    }
    return { head: head, items: items };
  }

  function toggle(box, name, some, lines) {
    box.type = "checkbox";
    box.checked = true;
    box.setAttribute("aria-label", "Show " + name);
    box.addEventListener("change", function () {
      var one = live.filter(function (each) { return each.lines === lines; })[0];
      one.plot.batch(function () {
        some.forEach(function (line) { line.all.forEach(function (index) { one.plot.setSeries(index, { show: box.checked }); }); });
      });
    });
  }

  function read(one, index) {
    var chart = one.chart, isAt = index !== null && index !== undefined;
    var where = !isAt ? "highest" : chart.kind === "nines" ? percentile(one.columns[0][index]) : chart.kind === "marks" ? chart.x_title + " " + setting(chart, chart.x[index]) : moment(chart, chart.x[index]);
    if (!isAt && chart.kind === "nines") { where = "99 %"; index = nearest(one.columns[0], nines(0.99)); isAt = true; }
    one.legend.head.textContent = where;
    one.legend.items.forEach(function (item) {
      if (!item.value) return;
      var trace = item.line.trace, value = isAt ? trace.values[index] : top(trace.values);
      item.value.textContent = value === null || !isFinite(value) ? "–" : show(chart.unit, value);
      var has = isAt && trace.opacity < 0.5 && trace.low.length && trace.low[index] !== null && trace.high[index] !== null;
      item.value.title = has ? show(chart.unit, trace.low[index]) + " to " + show(chart.unit, trace.high[index]) : "";
      if (has) element("small", item.value, item.value.title);
    });
  }

  function nearest(places, wanted) {
    return places.reduce(function (best, at, index) { return Math.abs(at - wanted) < Math.abs(places[best] - wanted) ? index : best; }, 0);
  }

  function shade(u, chart) {
    var ctx = u.ctx, ratio = devicePixelRatio || 1, box = u.bbox;
    ctx.save();
    ctx.beginPath();
    ctx.rect(box.left, box.top, box.width, box.height);
    ctx.clip();
    ctx.font = 11 * ratio + "px system-ui, sans-serif";
    ctx.textBaseline = "top";
    ctx.textAlign = "left";
    var ends = [-1, -1, -1];
    chart.shades.forEach(function (stretch) {
      var from = u.valToPos(stretch[0], "x", true), to = u.valToPos(stretch[1], "x", true);
      ctx.fillStyle = pale(css("--muted"), 0.13);
      ctx.fillRect(from, box.top, Math.max(to - from, ratio), box.height);
      var start = Math.max(from, box.left) + 4 * ratio, row = ends.findIndex(function (end) { return end <= start; });
      if (row < 0 || to < box.left || from > box.left + box.width) return;
      ctx.fillStyle = css("--muted");
      ctx.fillText(stretch[2], start, box.top + (3 + 14 * row) * ratio);
      ends[row] = start + ctx.measureText(stretch[2]).width + 10 * ratio;
    });
    ctx.restore();
  }

  function bounds(u, chart, y) {
    var ctx = u.ctx, ratio = devicePixelRatio || 1, box = u.bbox, names = [];
    ctx.save();
    ctx.strokeStyle = ctx.fillStyle = css("--ink");
    ctx.font = 12 * ratio + "px system-ui, sans-serif";
    ctx.textBaseline = "bottom";
    ctx.textAlign = "left";
    ctx.lineWidth = 1.3 * ratio;
    chart.bounds.forEach(function (bound) {
      var at = u.valToPos(y(bound[0]), "y", true);
      if (at < box.top || at > box.top + box.height) return;
      ctx.setLineDash([6 * ratio, 5 * ratio]);
      ctx.beginPath();
      ctx.moveTo(box.left, at);
      ctx.lineTo(box.left + box.width, at);
      ctx.stroke();
      var left = names.filter(function (name) { return Math.abs(name[0] - at) < 15 * ratio; }).reduce(function (most, name) { return Math.max(most, name[1] + 14 * ratio); }, box.left + 6 * ratio);
      ctx.fillText(bound[1], left, at - 2 * ratio);
      names.push([at, left + ctx.measureText(bound[1]).width]);
    });
    ctx.restore();
  }

  function marked(u, chart, x, y) {
    var ctx = u.ctx, ratio = devicePixelRatio || 1;
    ctx.save();
    ctx.strokeStyle = ctx.fillStyle = css("--ink");
    ctx.font = 12 * ratio + "px system-ui, sans-serif";
    ctx.textAlign = "center";
    ctx.lineWidth = 1.6 * ratio;
    chart.marks.forEach(function (mark) {
      var left = u.valToPos(x(mark[0]), "x", true), top = u.valToPos(y(mark[1]), "y", true);
      ctx.strokeRect(left - 7 * ratio, top - 7 * ratio, 14 * ratio, 14 * ratio);
      ctx.fillText(mark[2], left, top - 12 * ratio);
    });
    ctx.restore();
  }

  // All charts of the day have one axis of time.

  function zoom(one, range) { one.plot.setScale("x", { min: range[0], max: range[1] }); }

  // What is seen of a zoomed chart fills its height.
  function height(one) {
    if (one.isWhole()) return one.tall;
    var scale = one.plot.scales.x, low = Infinity, high = -Infinity;
    one.lines.forEach(function (line) {
      line.all.forEach(function (index) {
        one.columns[index].forEach(function (value, at) {
          if (value === null || !one.plot.series[index].show || one.columns[0][at] < scale.min || one.columns[0][at] > scale.max) return;
          low = Math.min(low, value);
          high = Math.max(high, value);
        });
      });
    });
    if (!isFinite(high)) return one.tall;
    return one.chart.is_log ? [Math.max(low, one.tall[0]) - 0.05, high + 0.05] : [0, high > 0 ? high * 1.08 : 1];
  }

  function follow(one) {
    var scale = one.plot.scales.x, range = height(one);
    one.figure.classList.toggle("is-zoomed", !one.isWhole());
    one.plot.setScale("y", { min: range[0], max: range[1] });
    if (isMoving || one.chart.kind !== "time") return;
    isMoving = true;
    live.forEach(function (other) {
      if (other !== one && other.chart.kind === "time") other.plot.setScale("x", { min: scale.min, max: scale.max });
    });
    isMoving = false;
  }

  function keys(one, event) {
    if (event.target !== one.figure) return;
    var u = one.plot, last = one.columns[0].length - 1, at = u.cursor.idx;
    var step = { ArrowLeft: -1, ArrowRight: 1, PageUp: -12, PageDown: 12, Home: -last, End: last }[event.key];
    if (event.key === "Escape") return zoom(one, one.full);
    if (step === undefined) return;
    event.preventDefault();
    at = Math.min(last, Math.max(0, (at === null || at === undefined ? (step > 0 ? -1 : last + 1) : at) + step));
    u.setCursor({ left: u.valToPos(one.columns[0][at], "x"), top: u.bbox.height / (devicePixelRatio || 1) / 2 }, true, true);
    read(one, at);
    one.spoken.textContent = one.legend.head.textContent + ": " + one.legend.items.filter(function (item) { return item.value; })
      .map(function (item) { return item.line.trace.name + " " + item.value.firstChild.textContent; }).join(", ");
  }

  // What is clicked is highlighted everywhere.

  var bar = element("div", document.body);
  bar.className = "chosen";
  bar.hidden = true;
  bar.setAttribute("role", "status");
  var said = element("span", bar), find = element("button", bar, "Its metrics"), clear = element("button", bar, "Clear (Esc)");
  find.type = clear.type = "button";

  function choose(entity) {
    chosen = entity === chosen ? null : entity;
    root.classList.toggle("has-chosen", chosen !== null);
    Array.prototype.forEach.call(document.querySelectorAll("[data-entity]"), function (each) {
      each.classList.toggle("hit", chosen !== null && each.dataset.entity.split("|").indexOf(chosen) >= 0);
    });
    bar.hidden = chosen === null;
    said.textContent = chosen === null ? "" : chosen + " is highlighted";
    live.forEach(function (one) { one.plot.redraw(false, false); });
    var inside = chosen !== null && Array.prototype.filter.call(document.querySelectorAll("details[data-opens]"), function (each) { return each.dataset.opens === chosen; })[0];
    if (inside) {
      inside.open = true;
      inside.scrollIntoView({ block: "nearest" });
    }
  }

  find.addEventListener("click", function () {
    var filter = document.getElementById("filter");
    if (!filter) return;
    filter.value = chosen + ".";
    filter.dispatchEvent(new Event("input"));
    document.getElementById("metrics").scrollIntoView();
    filter.focus({ preventScroll: true });
  });
  clear.addEventListener("click", function () { choose(chosen); });
  document.addEventListener("keydown", function (event) { if (event.key === "Escape" && chosen !== null) choose(chosen); });
  function clicked(event) {
    var hit = event.target.closest && event.target.closest("[data-entity]");
    var name = event.target.closest && event.target.closest("#table td:first-child code");
    var entity = hit ? hit.dataset.entity : name ? name.textContent.split(".").slice(0, 2).join(".") : null;
    if (entity !== null && entity.indexOf("|") < 0) choose(entity);
    return entity !== null;
  }
  document.addEventListener("click", clicked);
  Array.prototype.forEach.call(document.querySelectorAll("svg [data-entity]:not([data-entity*='|'])"), function (group) {
    group.setAttribute("tabindex", "0");
    group.setAttribute("role", "button");
    group.setAttribute("aria-label", "Highlight " + group.dataset.entity);
    group.closest("svg").setAttribute("role", "group");
    group.addEventListener("keydown", function (event) {
      if (event.key === "Enter" || event.key === " ") { event.preventDefault(); clicked(event); }
    });
  });

  // Start, and keep up with the window.

  root.classList.add("has-script");
  Object.keys(data).forEach(function (stem) {
    var figure = document.getElementById("chart-" + stem);
    if (figure) live.push(build(figure, data[stem]));
  });
  function paint() {
    live.forEach(function (one) {
      one.legend.items.forEach(function (item) { item.box.style.accentColor = tint(item.line.trace.color); });
      Array.prototype.forEach.call(one.place.querySelectorAll(".u-cursor-pt"), function (dot) { dot.style.background = css("--ink"); });
      one.plot.redraw(false, false);
    });
  }
  function fit() {
    live.forEach(function (one) {
      var width = one.place.clientWidth, height = { nines: 360, marks: 300, time: 200 }[one.chart.kind];
      if (width > 0 && (one.plot.width !== width || one.plot.height !== height)) one.plot.setSize({ width: width, height: height });
    });
  }
  fit();
  paint();
  window.addEventListener("resize", fit);
  if (night.addEventListener) night.addEventListener("change", paint);
  window.busload = { live: live, zoom: zoom, choose: choose, show: show };
})();
