/* Interval plot, state bars, WIP over time: SVG from the stores. */
(function () {
  "use strict";
  const vtwin = window.vtwin;
  const { el } = vtwin;
  const draws = window.dash_clientside.vtwin;

  function canvas(box, height, label) {
    vtwin.clear(box);
    const width = Math.max(box.clientWidth, 240);
    const svg = el("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label }, box);
    return { svg, width };
  }

  function text_width(texts, size) {
    const pen = document.createElement("canvas").getContext("2d");
    pen.font = `${size}px ${getComputedStyle(document.body).fontFamily}`;
    return texts.reduce((most, t) => Math.max(most, pen.measureText(t).width), 0);
  }

  const percent = (v, step) => {
    const places = step * 100 < 1 ? (step * 100 < 0.1 ? 2 : 1) : 0;
    const text = Math.abs(v * 100).toFixed(places) + "%";
    return v < -1e-12 ? "\u2212" + text : text;
  };

  /* ---- interval plot */
  draws.intervals = function (data) {
    if (data && data.rows) vtwin.keep_drawn("intervals", data, draw_intervals);
    document.querySelectorAll("[data-shape]").forEach((box) => {
      vtwin.clear(box);
      box.className = "shape " + vtwin.mark_class(box.dataset.shape);
      const svg = el("svg", { width: 14, height: 14 }, box);
      const mark = vtwin.shape(svg, "ABCD"["ABCDEFGHIJKLMNOPQRSTUVWXYZ".indexOf(box.dataset.shape) % 4], 7, 7, 4);
      mark.style.fill = mark.style.stroke = "var(--mark)";
    });
    return "plot drawn";
  };

  function draw_intervals(box, data) {
    const marks = data.rows.flatMap((r) => r.marks);
    const count = data.rows.reduce((most, r) => Math.max(most, r.marks.length), 1);
    const band = Math.max(34, 13 * count + 10);
    const top = 8;
    const { svg, width } = canvas(box, top + band * data.rows.length + 44, data.label);
    const left = Math.min(text_width(data.rows.map((r) => r.label), 12.5) + 16, width * 0.4);
    let low = marks.reduce((v, m) => Math.min(v, m.mean - m.half), 0);
    let high = marks.reduce((v, m) => Math.max(v, m.mean + m.half), 0);
    const pad = (high - low || 0.02) * 0.08;
    low -= pad;
    high += pad;
    const px = (v) => left + ((v - low) / (high - low)) * (width - left - 14);
    const bottom = top + band * data.rows.length;
    data.rows.forEach((row, i) => {
      if (i % 2 === 0) el("rect", { class: "stripe", x: left, y: top + i * band, width: width - left, height: band }, svg);
      el("text", { x: left - 10, y: top + (i + 0.5) * band + 4, "text-anchor": "end" }, svg, row.label);
    });
    const { step, ticks } = vtwin.steps(low, high, width > 520 ? 6 : 4);
    ticks.forEach((v) => {
      el("line", { class: Math.abs(v) < step / 1e3 ? "zero" : "grid", x1: px(v), x2: px(v), y1: top, y2: bottom }, svg);
      el("text", { class: "axis-text", x: px(v), y: bottom + 17, "text-anchor": "middle" }, svg, percent(v, step));
    });
    el("text", { class: "axis-text", x: width - 6, y: bottom + 36, "text-anchor": "end" }, svg, data.axis);
    data.rows.forEach((row, i) => row.marks.forEach((m, j) => {
      const y = top + i * band + ((j + 1) * band) / (row.marks.length + 1);
      const g = el("g", { class: vtwin.mark_class(m.letter) }, svg);
      const [a, b, c] = [px(m.mean - m.half), px(m.mean + m.half), px(m.mean)];
      el("path", { class: "whisker", d: `M${a} ${y - 4}v8M${a} ${y}H${b}M${b} ${y - 4}v8` }, g);
      vtwin.shape(g, "ABCD"["ABCDEFGHIJKLMNOPQRSTUVWXYZ".indexOf(m.letter) % 4], c, y, 4.5, m.open ? " open" : "");
    }));
  }

  /* ---- state bars */
  draws.states = function (data) {
    if (data && data.rows) vtwin.keep_drawn("states", data, draw_states);
    return "plot states-plot drawn";
  };

  function draw_states(box, data) {
    const band = Math.round(Math.max(19, Math.min(31, 290 / data.rows.length)));
    const bar = band - Math.round(band * 0.28);
    const { svg, width } = canvas(box, 16 + band * data.rows.length + 22, data.label);
    const left = Math.min(text_width(data.rows.map((r) => r.id), 12) + 14, width * 0.35);
    const px = (v) => left + v * (width - left - 22);
    const bottom = 12 + band * data.rows.length;
    [0, 0.2, 0.4, 0.6, 0.8, 1].forEach((v) => {
      el("line", { class: "grid", x1: px(v), x2: px(v), y1: 10, y2: bottom }, svg);
      el("text", { class: "axis-text", x: px(v), y: bottom + 16, "text-anchor": "middle" }, svg, Math.round(v * 100) + "%");
    });
    data.rows.forEach((row, i) => {
      const y = 12 + i * band;
      const name = el("text", { x: left - 8, y: y + bar / 2 + 4, "text-anchor": "end" }, svg, row.id);
      if (row.rank === 1) {
        name.style.fill = "var(--bad)";
        name.style.fontWeight = 700;
      }
      let at = 0;
      row.states.forEach((share, s) => {
        if (share <= 0) return;
        const bit = el("rect", { x: px(at), y, width: Math.max(px(at + share) - px(at), 0), height: bar }, svg);
        bit.style.fill = `var(--state-${vtwin.STATES[s]})`;
        const text = data.names[s] + " " + (share * 100).toFixed(1) + "%";
        bit.addEventListener("pointermove", (e) => vtwin.hover(e, row.id, [[data.names[s], (share * 100).toFixed(1) + "%"]]));
        bit.addEventListener("pointerleave", () => vtwin.hover(null));
        el("title", {}, bit, text).remove();
        at += share;
      });
    });
  }

  /* ---- WIP over time */
  const asked = { wip: null, gantt: null };

  vtwin.fetch_series = function (kind, runs, id, draw) {
    const box = document.getElementById(id);
    if (!box || !runs || !runs.length) return;
    const query = runs.map((r) => "run=" + encodeURIComponent(r)).join("&");
    asked[kind] = query;
    fetch("/data/" + kind + "?" + query, { credentials: "same-origin" })
      .then((answer) => (answer.ok ? answer.json() : {}))
      .then((data) => {
        if (asked[kind] === query) vtwin.keep_drawn(id, data, draw);
      });
  };

  draws.wip = function (runs) {
    vtwin.fetch_series("wip", runs, "wip", draw_wip);
    return "plot drawn";
  };

  function draw_wip(box, data) {
    if (!data.series || !data.series.length) return vtwin.clear(box);
    const height = 250;
    const { svg, width } = canvas(box, height, data.label);
    const [left, right, top, bottom] = [44, 14, 34, height - 26];
    const n = data.series.reduce((most, s) => Math.max(most, s.mean.length), 0);
    const span = n * data.bin;
    const high = data.series.reduce((v, s) => s.mean.reduce((w, m, i) => Math.max(w, m + (s.half[i] || 0)), v), 0) * 1.05 || 1;
    const px = (t) => left + (t / span) * (width - left - right);
    const py = (v) => bottom - (v / high) * (bottom - top);
    if (data.warmup > 0) {
      el("rect", { class: "shade", x: left, y: top, width: px(data.warmup) - left, height: bottom - top }, svg);
      if (px(data.warmup) - left > 34)
        el("text", { class: "axis-text", x: left + 6, y: top + 14 }, svg, data.shade);
    }
    const { ticks } = vtwin.steps(0, high, 4);
    const compact = new Intl.NumberFormat(document.documentElement.lang, { notation: "compact" });
    ticks.forEach((v) => {
      el("line", { class: "grid", x1: left, x2: width - right, y1: py(v), y2: py(v) }, svg);
      el("text", { class: "axis-text", x: left - 7, y: py(v) + 4, "text-anchor": "end" }, svg,
        compact.format(+v.toPrecision(12)));
    });
    days(span, width).forEach((d) => {
      el("line", { class: "grid", x1: px(d * 86400), x2: px(d * 86400), y1: top, y2: bottom }, svg);
      el("text", { class: "axis-text", x: px(d * 86400), y: bottom + 17, "text-anchor": "middle" }, svg,
        vtwin.day(data, d * 86400));
    });
    let x = 4; // of the legend
    // The base goes on top: where nothing changes it would vanish under the others.
    [...data.series.slice(1), data.series[0]].forEach((s) => {
      const g = el("g", { class: vtwin.mark_class(s.letter) }, svg);
      const at = (i) => px((i + 0.5) * data.bin);
      if (s.half.some((h) => h > 0)) {
        const upper = s.mean.map((m, i) => `${at(i)} ${py(m + s.half[i])}`);
        const lower = s.mean.map((m, i) => `${at(i)} ${py(Math.max(m - s.half[i], 0))}`).reverse();
        el("path", { class: "ribbon", d: "M" + upper.concat(lower).join("L") + "Z" }, g);
      }
      el("path", { class: "line" + (s.letter ? "" : " base"), d: "M" + s.mean.map((m, i) => `${at(i)} ${py(m)}`).join("L") }, g);
    });
    data.series.forEach((s) => {
      const g = el("g", { class: vtwin.mark_class(s.letter) }, svg);
      el("path", { class: "line" + (s.letter ? "" : " base"), d: `M${x} 12h22` }, g);
      const t = el("text", { x: x + 28, y: 16 }, g, s.name);
      x += 28 + t.getComputedTextLength() + 22;
    });
  }

  /* Days to label: whole ones where there are several. */
  function days(span, width) {
    const all = span / 86400;
    const wanted = Math.max(3, Math.min(10, Math.floor(width / 110)));
    const { ticks } = vtwin.steps(0, all, wanted);
    return ticks;
  }
  vtwin.days = days;
})();
