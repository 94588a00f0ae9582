/* The floor map: SVG in pixels, drawn anew on zoom so that text and lines keep their size. */
(function () {
  "use strict";
  const vtwin = window.vtwin;
  const { el } = vtwin;
  const views = new WeakMap(); // container -> {zoom, x, y}
  const MARGIN = 14;
  const SMALLEST_TEXT = 10.5;

  window.dash_clientside.vtwin.floor = function (data, selection) {
    if (data && data.floor) {
      const chosen = selection || {};
      const shown = Object.assign({}, data, {
        colour: chosen.colour || "utilisation",
        flows_shown: chosen.flows !== false,
        selected: chosen.machine || data.selected,
      });
      press(shown);
      vtwin.keep_drawn("floor", shown, draw);
    }
    return "drawn";
  };

  function press(shown) {
    document.querySelectorAll('#floor-tools [data-go="colour"]').forEach((b) => {
      b.setAttribute("aria-pressed", String(b.dataset.value === shown.colour));
    });
    const flows = document.querySelector('#floor-tools [data-go="flows"]');
    if (flows) {
      flows.setAttribute("aria-checked", String(shown.flows_shown));
      flows.dataset.value = shown.flows_shown ? "0" : "1";
    }
  }

  /* The direction of an aisle: an arrowhead in its middle. */
  function one_way(plane, [x, y, u, v], at) {
    const turn = (Math.atan2(v - y, u - x) * 180) / Math.PI;
    const place = `translate(${at.px((x + u) / 2)},${at.py((y + v) / 2)}) rotate(${turn})`;
    el("path", { class: "aisle-head", d: "M -5,-7 L 5,0 L -5,7", transform: place }, plane);
  }

  function draw(box, data) {
    const focused = document.activeElement && document.activeElement.dataset
      ? document.activeElement.dataset.machine : null;
    vtwin.clear(box);
    vtwin.hover(null);
    data.palette = palette();
    const width = box.clientWidth;
    const height = box.clientHeight;
    if (!width || !height) return;
    const view = views.get(box) || { zoom: 1, x: 0, y: 0 };
    views.set(box, view);
    const fit = Math.min((width - 2 * MARGIN) / data.floor[0], (height - 2 * MARGIN) / data.floor[1]);
    const scale = fit * view.zoom;
    const left = (width - data.floor[0] * scale) / 2 + view.x;
    const top = (height - data.floor[1] * scale) / 2 + view.y;
    const at = { scale, px: (x) => left + x * scale, py: (y) => top + y * scale, width, height };

    const svg = el("svg", { role: "group", "aria-label": data.label });
    const plane = el("g", {}, svg);
    ground(plane, data, at);
    data.areas.forEach((area) => draw_area(plane, area, at));
    data.aisles.forEach(([x, y, u, v]) =>
      el("line", { class: "aisle", x1: at.px(x), y1: at.py(y), x2: at.px(u), y2: at.py(v) }, plane));
    data.one_way.forEach((aisle) => one_way(plane, aisle, at));
    if (data.flows_shown) flows(plane, data, at);
    data.machines.forEach((m) => reaches(plane, m, data, at));
    const machines = el("g", {}, plane);
    el("g", { class: "marks", "aria-hidden": "true" }, plane);
    data.machines.forEach((m) => draw_machine(machines, m, data, at));
    raise(machines, data);
    scale_bar(svg, data, at);
    box.appendChild(svg);
    if (!data.machines.length)
      el("text", { x: width / 2, y: height / 2, "text-anchor": "middle", class: "area-name" }, svg, data.empty);
    const again = () => draw(box, data);
    move(svg, plane, box, view, again);
    keys(svg, data);
    tools(view, again);
    if (focused) {
      const node = svg.querySelector(`[data-machine="${CSS.escape(focused)}"]`);
      if (node) node.focus({ preventScroll: true });
    }
  }

  function ground(g, data, at) {
    const [w, h] = data.floor;
    el("rect", { class: "outer", x: at.px(0), y: at.py(0), width: w * at.scale, height: h * at.scale, rx: 2 }, g);
    const step = vtwin.steps(0, Math.max(w, h), 10).step;
    for (let x = step; x < w; x += step)
      el("line", { class: "grid", x1: at.px(x), x2: at.px(x), y1: at.py(0) + 2, y2: at.py(h) - 2 }, g);
    for (let y = step; y < h; y += step)
      el("line", { class: "grid", y1: at.py(y), y2: at.py(y), x1: at.px(0) + 2, x2: at.px(w) - 2 }, g);
  }

  function draw_area(g, area, at) {
    const [x, y, w, h] = area.box;
    el("rect", { class: "area", x: at.px(x), y: at.py(y), width: w * at.scale, height: h * at.scale, rx: 5 }, g);
    if (w * at.scale > 40) el("text", { class: "area-name", x: at.px(x) + 10, y: at.py(y) + 19 }, g, area.label);
  }

  /* Colours of the present theme, asked for once per drawing. */
  function palette() {
    const rgb = (name) => vtwin.rgb(vtwin.colour(name));
    const loss = {};
    vtwin.STATES.forEach((s) => (loss[s] = rgb("state-" + s)));
    return { low: rgb("ramp-low"), high: rgb("ramp-high"), loss };
  }

  /* From a robot to the machines it attends. */
  function reaches(g, m, data, at) {
    const middle = (box) => [at.px(box[0] + box[2] / 2), at.py(box[1] + box[3] / 2)];
    (m.serves || []).forEach((id) => {
      const other = data.machines.find((o) => o.id === id);
      if (!other) return;
      const [[x1, y1], [x2, y2]] = [middle(m.box), middle(other.box)];
      el("line", { class: "reach", x1, y1, x2, y2 }, g);
    });
  }

  function fill_of(m, data) {
    if (data.colour === "states" || (m.helper && data.colour !== "utilisation")) return null;
    const { low, high, loss } = data.palette;
    if (data.colour === "loss") return m.loss ? loss[m.loss] : null;
    const t = data.colour === "queue" ? (data.largest_queue ? m.queue / data.largest_queue : 0) : m.u;
    return vtwin.mix(low, high, Math.max(0, Math.min(1, t)));
  }

  function draw_machine(g, m, data, at) {
    const x = at.px(m.box[0]);
    const y = at.py(m.box[1]);
    const w = Math.max(m.box[2] * at.scale, 3);
    const h = Math.max(m.box[3] * at.scale, 3);
    const classes = ["machine"];
    if (m.id === data.selected) classes.push("selected");
    if (m.rank === 1) classes.push("first");
    if (m.helper) classes.push("helper");
    const node = el("g", {
      class: classes.join(" "), role: "button", tabindex: m.id === data.selected ? 0 : -1,
      "aria-label": m.label, "aria-pressed": String(m.id === data.selected), "data-machine": m.id,
    }, g);
    el("rect", { class: "ring", x: x - 3.5, y: y - 3.5, width: w + 7, height: h + 7, rx: 5 }, node);
    const rgb = fill_of(m, data);
    const body = el("rect", { class: "body" + (rgb ? "" : " plain"), x, y, width: w, height: h, rx: m.helper ? Math.min(w, h) / 2 : 3 }, node);
    if (rgb) body.style.fill = `rgb(${rgb.join(",")})`;
    const ink = rgb ? vtwin.readable(rgb) : null;
    labels(node, m, data, { x, y, w, h }, ink);
    if (!m.helper) queue(node, m, data, { x, y, h });
    const top = g.nextSibling;
    if (m.rank === 1) tab(top, data.tab, x, y, w);
    else if (m.rank) ring(top, m.rank, x + w, y);
    node.addEventListener("click", () => vtwin.go({ machine: m.id }));
    node.addEventListener("pointermove", (e) => vtwin.hover(e, m.id + (m.name ? " · " + m.name : ""), m.facts));
    node.addEventListener("pointerleave", () => vtwin.hover(null));
  }

  /* Labels are hidden, never squeezed below the smallest readable size. */
  function labels(node, m, data, r, ink) {
    const size = Math.max(SMALLEST_TEXT, Math.min(14, r.h * 0.34, (r.w / Math.max(m.id.length, 4)) * 1.55));
    if (r.w < m.id.length * size * 0.56 || r.h < size + 2) {
      if (data.colour === "states") strip(node, m, { x: r.x + 2, y: r.y + 2, w: r.w - 4, h: r.h - 4 });
      return;
    }
    const two = r.h >= size * 2 + 5;
    const middle = r.x + r.w / 2;
    const cls = ink ? "" : " on-plain";
    const write = (text, y, kind, px) => {
      const t = el("text", { class: kind + cls, x: middle, y, "font-size": px }, node, text);
      if (ink) t.style.fill = ink;
    };
    if (data.colour === "states") {
      const bar = Math.max(4, Math.min(9, r.h * 0.2));
      write(m.id, r.y + (two ? (r.h - bar - 5) / 2 + size * 0.36 : r.h / 2), "id", size);
      if (two) strip(node, m, { x: r.x + 4, y: r.y + r.h - bar - 4, w: r.w - 8, h: bar });
      return;
    }
    if (!two) return write(m.id, r.y + r.h / 2 + size * 0.36, "id", size);
    write(m.id, r.y + r.h / 2 - size * 0.16, "id", size);
    write(m.value[data.colour], r.y + r.h / 2 + size * 0.98, "value", Math.max(SMALLEST_TEXT, size - 1));
  }

  function strip(node, m, r) {
    let x = r.x;
    m.states.forEach((share, i) => {
      const w = share * r.w;
      if (w < 0.15) return;
      const bit = el("rect", { x, y: r.y, width: w, height: r.h }, node);
      bit.style.fill = `var(--state-${vtwin.STATES[i]})`;
      x += w;
    });
  }

  function queue(node, m, data, r) {
    const share = m.fill !== null ? m.fill : data.largest_queue ? (m.queue / data.largest_queue) * 0.85 : 0;
    const full = m.fill !== null && m.fill > 0.85;
    el("rect", { class: "queue-track", x: r.x - 7, y: r.y, width: 4, height: r.h, rx: 1 }, node);
    const h = Math.max(share * r.h, share > 0 ? 2 : 0);
    el("rect", { class: "queue-fill" + (full ? " full" : ""), x: r.x - 7, y: r.y + r.h - h, width: 4, height: h, rx: 1 }, node);
  }

  function tab(node, text, x, y, w) {
    const wide = Math.max(w + 3, text.length * 8.5 + 12);
    const left = x - 1.5 + Math.min(0, (w + 3 - wide) / 2);
    el("path", { class: "tab", d: `M${left} ${y}v-13q0-4 4-4h${wide - 8}q4 0 4 4v13z` }, node);
    el("text", { class: "tab-text", x: left + wide / 2, y: y - 4.5 }, node, text);
  }

  function ring(node, rank, x, y) {
    el("circle", { class: "rank", cx: x - 1, cy: y - 1, r: 9 }, node);
    el("text", { class: "rank-text", x: x - 1, y: y + 3 }, node, String(rank));
  }

  /* Bottleneck and selection above their neighbours. */
  function raise(g, data) {
    [...g.children].filter((n) => n.classList.contains("first") || n.dataset.machine === data.selected)
      .forEach((n) => g.appendChild(n));
  }

  /* ---- flows: one ribbon per pair of areas, from edge to facing edge through the aisle */
  function flows(g, data, at) {
    const boxes = new Map(data.areas.map((a) => [a.id, a.box]));
    const largest = data.flows.reduce((most, f) => Math.max(most, f.n), 0);
    const used = new Map();
    const port = (id, side) => {
      const key = id + side;
      used.set(key, (used.get(key) || 0) + 1);
      return used.get(key);
    };
    data.flows.forEach((f) => {
      const a = boxes.get(f.from);
      const b = boxes.get(f.to);
      if (!a || !b || a === b) return;
      const wide = 5 + 13 * Math.sqrt(f.n / largest);
      const others = data.areas.map((o) => o.box).filter((o) => o !== a && o !== b);
      const path = route(a, b, Object.assign({ others }, f), at, port);
      const ribbon = el("path", { class: "flow", d: path.d, "stroke-width": wide }, g);
      el("title", {}, ribbon, f.label);
      const head = Math.max(wide * 0.9, 8);
      const [x, y, dx, dy] = path.end;
      const tip = [x + dx * head, y + dy * head];
      el("path", {
        class: "flow-head",
        d: `M${tip}L${x - dy * head} ${y + dx * head}L${x + dy * head} ${y - dx * head}Z`,
      }, g);
      el("text", { class: "flow-number" + (path.on ? " on" : ""), x: path.label[0], y: path.label[1] + 4, "text-anchor": "middle" }, g, f.text);
    });
  }

  /* Straight or once bent where nothing is in the way, else round it through the aisle. */
  function route(a, b, f, at, port) {
    const right = a[0] + a[2] <= b[0];
    const leftwards = b[0] + b[2] <= a[0];
    if (right || leftwards) {
      const dir = right ? 1 : -1;
      const x1 = at.px(right ? a[0] + a[2] : a[0]) + dir * 3;
      const x2 = at.px(right ? b[0] : b[0] + b[2]) - dir * 16;
      const y1 = at.py(a[1] + a[3] * Math.min(0.85, 0.28 + 0.24 * port(f.from, "e" + dir)));
      const y2 = at.py(b[1] + b[3] * Math.min(0.85, 0.14 + 0.24 * port(f.to, "w" + dir)));
      const between = f.others.filter((o) => (right
        ? o[0] < b[0] && o[0] + o[2] > a[0] + a[2]
        : o[0] < a[0] && o[0] + o[2] > b[0] + b[2]));
      const hit = between.filter((o) => crosses(o, y1, at) || crosses(o, y2, at));
      if (hit.length) return round_it(hit, [x1, y1, x2, y2], dir, at);
      const mid = (x1 + x2) / 2;
      return { d: bent([[x1, y1], [mid, y1], [mid, y2], [x2, y2]]), end: [x2, y2, dir, 0], label: [mid, (y1 + y2) / 2], on: true };
    }
    const dir = a[1] < b[1] ? 1 : -1;
    const y1 = at.py(dir > 0 ? a[1] + a[3] : a[1]) + dir * 3;
    const y2 = at.py(dir > 0 ? b[1] : b[1] + b[3]) - dir * 16;
    const middle = (Math.max(a[0], b[0]) + Math.min(a[0] + a[2], b[0] + b[2])) / 2;
    const x = at.px(middle) + (port(f.from, "s" + dir) - 1) * 26;
    return { d: bent([[x, y1], [x, y2]]), end: [x, y2, 0, dir], label: [x + 32, (y1 + y2) / 2] };
  }

  const crosses = (o, y, at) => y > at.py(o[1]) - 6 && y < at.py(o[1] + o[3]) + 6;

  function round_it(hit, [x1, y1, x2, y2], dir, at) {
    const above = hit.reduce((v, o) => Math.min(v, at.py(o[1])), Infinity) - 13;
    const below = hit.reduce((v, o) => Math.max(v, at.py(o[1] + o[3])), -Infinity) + 13;
    const way = Math.abs(y1 - above) + Math.abs(y2 - above) < Math.abs(y1 - below) + Math.abs(y2 - below);
    const aisle = way ? above : below;
    const reach = (edges, from) => edges.reduce((v, x) => (dir * (x - v) < 0 ? x : v), from);
    const near = (x1 + reach(hit.map((o) => at.px(dir > 0 ? o[0] : o[0] + o[2])), x2)) / 2;
    const ends = hit.map((o) => at.px(dir > 0 ? o[0] + o[2] : o[0]));
    const far = (x2 + ends.reduce((v, x) => (dir * (x - v) > 0 ? x : v), x1)) / 2;
    const points = [[x1, y1], [near, y1], [near, aisle], [far, aisle], [far, y2], [x2, y2]];
    return { d: bent(points), end: [x2, y2, dir, 0], label: [(near + far) / 2, aisle], on: true };
  }

  /* A path along points with rounded corners. */
  function bent(points) {
    const far = (p, q) => Math.hypot(q[0] - p[0], q[1] - p[1]);
    const kept = points.filter((p, i) => i === 0 || far(points[i - 1], p) > 0.5);
    let d = `M${kept[0]}`;
    for (let i = 1; i < kept.length - 1; i++) {
      const [p, c, n] = [kept[i - 1], kept[i], kept[i + 1]];
      const r = Math.min(14, far(p, c) / 2, far(c, n) / 2);
      const towards = (q) => [c[0] + ((q[0] - c[0]) * r) / far(q, c), c[1] + ((q[1] - c[1]) * r) / far(q, c)];
      d += `L${towards(p)}Q${c} ${towards(n)}`;
    }
    return d + `L${kept[kept.length - 1]}`;
  }

  function scale_bar(svg, data, at) {
    const metres = vtwin.steps(0, 120 / at.scale, 1).step;
    const length = metres * at.scale;
    if (length > at.width / 2) return;
    const x = Math.min(at.px(data.floor[0]) - 12, at.width - 12) - length;
    const y = Math.min(at.py(data.floor[1]) - 9, at.height - 8);
    el("path", { class: "scale-bar", d: `M${x} ${y - 4}v4h${length}v-4` }, svg);
    el("text", { class: "scale-text", x: x + length / 2, y: y - 5, "text-anchor": "middle" }, svg,
      data.metres.replace("{}", String(+metres.toPrecision(3))));
  }

  /* ---- moving about */
  function zoom_at(view, factor, x, y) {
    const next = Math.max(0.5, Math.min(24, view.zoom * factor));
    const real = next / view.zoom;
    view.x = x - (x - view.x) * real;
    view.y = y - (y - view.y) * real;
    view.zoom = next;
  }

  function move(svg, plane, box, view, again) {
    svg.addEventListener("wheel", (e) => {
      if (!e.ctrlKey && !e.metaKey && !box.contains(document.activeElement)) return;
      e.preventDefault();
      const r = svg.getBoundingClientRect();
      zoom_at(view, Math.exp(-e.deltaY * 0.0015), e.clientX - r.left - r.width / 2, e.clientY - r.top - r.height / 2);
      again();
    }, { passive: false });
    let from = null;
    svg.addEventListener("pointerdown", (e) => {
      from = { x: e.clientX, y: e.clientY, dx: 0, dy: 0 };
    });
    svg.addEventListener("pointermove", (e) => {
      if (!from) return;
      from.dx = e.clientX - from.x;
      from.dy = e.clientY - from.y;
      if (Math.hypot(from.dx, from.dy) < 4) return;
      if (!svg.classList.contains("dragging")) {
        svg.classList.add("dragging");
        svg.setPointerCapture(e.pointerId);
        vtwin.hover(null);
      }
      plane.setAttribute("transform", `translate(${from.dx} ${from.dy})`);
    });
    const end = () => {
      if (from && svg.classList.contains("dragging")) {
        view.x += from.dx;
        view.y += from.dy;
        from = null;
        again();
      }
      from = null;
    };
    svg.addEventListener("pointerup", end);
    svg.addEventListener("pointercancel", end);
  }

  function tools(view, again) {
    document.querySelectorAll("[data-floor]").forEach((button) => {
      button.onclick = () => {
        if (button.dataset.floor === "fit") Object.assign(view, { zoom: 1, x: 0, y: 0 });
        else zoom_at(view, button.dataset.floor === "in" ? 1.4 : 1 / 1.4, 0, 0);
        again();
      };
    });
  }

  /* Arrow keys go to the nearest machine in that direction, Enter selects it. */
  function keys(svg, data) {
    const ways = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };
    const centre = (m) => [m.box[0] + m.box[2] / 2, m.box[1] + m.box[3] / 2];
    svg.addEventListener("keydown", (event) => {
      const id = event.target.dataset ? event.target.dataset.machine : null;
      const here = data.machines.find((m) => m.id === id);
      if (!here) return;
      if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        vtwin.go({ machine: id });
        return;
      }
      const way = ways[event.key];
      if (!way) return;
      event.preventDefault();
      const [x, y] = centre(here);
      let best = null;
      let least = Infinity;
      data.machines.forEach((m) => {
        const [mx, my] = centre(m);
        const along = (mx - x) * way[0] + (my - y) * way[1];
        const aside = Math.abs((mx - x) * way[1]) + Math.abs((my - y) * way[0]);
        if (along <= 0.01) return;
        const far = along + 2.5 * aside;
        if (far < least) [least, best] = [far, m];
      });
      if (!best) return;
      const node = svg.querySelector(`[data-machine="${CSS.escape(best.id)}"]`);
      svg.querySelectorAll(".machine[tabindex='0']").forEach((n) => n.setAttribute("tabindex", "-1"));
      node.setAttribute("tabindex", "0");
      node.focus();
    });
  }
})();
