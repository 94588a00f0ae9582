/* What every picture needs: elements, colours of the present theme, redrawing on resize. */
(function () {
  "use strict";
  const vtwin = (window.vtwin = window.vtwin || {});
  const SVG = "http://www.w3.org/2000/svg";

  vtwin.STATES = ["working", "setup", "waiting_operator", "blocked", "starved", "down", "planned_stop"];

  vtwin.el = function (name, attributes, parent, text) {
    const node = document.createElementNS(SVG, name);
    for (const key in attributes) node.setAttribute(key, attributes[key]);
    if (text !== undefined) node.textContent = text;
    if (parent) parent.appendChild(node);
    return node;
  };

  vtwin.colour = (name) =>
    getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();

  vtwin.rgb = function (hex) {
    const n = parseInt(hex.slice(1), 16);
    return [(n >> 16) & 255, (n >> 8) & 255, n & 255];
  };

  vtwin.mix = (a, b, t) => a.map((v, i) => Math.round(v + (b[i] - v) * t));

  function luminance(rgb) {
    const [r, g, b] = rgb.map((v) => {
      const c = v / 255;
      return c <= 0.04045 ? c / 12.92 : Math.pow((c + 0.055) / 1.055, 2.4);
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  }

  /* Black or white, whichever reads better on this colour. */
  vtwin.readable = (rgb) => (luminance(rgb) > 0.179 ? "#0b0f14" : "#ffffff");

  /* Draw into the element with this id now, and again when its width or the theme changes.
     `draw(element, data)` must not keep anything between calls. */
  const drawn = new Map();
  vtwin.keep_drawn = function (id, data, draw) {
    const element = document.getElementById(id);
    if (!element) return;
    const before = drawn.get(id);
    if (before) before.stop();
    const state = { width: element.clientWidth };
    const again = () => draw(element, data);
    const watch = new ResizeObserver(() => {
      if (element.clientWidth === state.width) return;
      state.width = element.clientWidth;
      again();
    });
    watch.observe(element);
    window.addEventListener("vtwin:theme", again);
    drawn.set(id, {
      stop() {
        watch.disconnect();
        window.removeEventListener("vtwin:theme", again);
      },
    });
    again();
  };

  vtwin.clear = function (element) {
    while (element.firstChild) element.removeChild(element.firstChild);
  };

  /* Round steps for an axis. */
  vtwin.steps = function (low, high, wanted) {
    const span = high - low || 1;
    const raw = span / wanted;
    const power = Math.pow(10, Math.floor(Math.log10(raw)));
    const step = [1, 2, 2.5, 5, 10].map((m) => m * power).find((s) => s >= raw);
    const ticks = [];
    for (let v = Math.ceil(low / step) * step; v <= high + step * 1e-9; v += step) ticks.push(v);
    return { step, ticks };
  };

  /* The day that begins at this second: its date where the plant has one, else its number. */
  vtwin.day = function (data, seconds) {
    const number = Math.round((seconds / 86400) * 100) / 100;
    if (!data.date || number % 1) return data.day.replace("{}", String(number));
    const date = new Date(Date.parse(data.date + "T00:00:00Z") + seconds * 1000);
    return `${date.getUTCMonth() + 1}/${date.getUTCDate()}`;
  };

  vtwin.shape = function (parent, letter, x, y, r, extra) {
    const cls = "marker" + (extra || "");
    if (letter === "A") return vtwin.el("circle", { class: cls, cx: x, cy: y, r }, parent);
    if (letter === "C")
      return vtwin.el("rect", { class: cls, x: x - r + 0.5, y: y - r + 0.5, width: 2 * r - 1, height: 2 * r - 1 }, parent);
    const d = letter === "B"
      ? `M${x} ${y - r - 1}L${x + r + 1} ${y}L${x} ${y + r + 1}L${x - r - 1} ${y}Z`
      : `M${x} ${y - r}L${x + r} ${y + r * 0.8}L${x - r} ${y + r * 0.8}Z`;
    return vtwin.el("path", { class: cls, d }, parent);
  };

  vtwin.mark_class = (letter) =>
    letter === "" || letter === null ? "mark-base" : "mark-" + "abcd"["ABCDEFGHIJKLMNOPQRSTUVWXYZ".indexOf(letter) % 4];

  /* A small card that follows the pointer. */
  vtwin.hover = function (event, title, lines) {
    let card = document.querySelector(".hover-card");
    if (!event) {
      if (card) card.remove();
      return;
    }
    if (!card) {
      card = document.createElement("div");
      card.className = "hover-card";
      card.setAttribute("aria-hidden", "true");
      document.body.appendChild(card);
    }
    card.textContent = "";
    const b = document.createElement("b");
    b.textContent = title;
    card.appendChild(b);
    lines.forEach((pair) => {
      const span = document.createElement("span");
      pair.forEach((text) => {
        const part = document.createElement("span");
        part.textContent = text;
        span.appendChild(part);
      });
      card.appendChild(span);
    });
    const x = Math.min(event.clientX + 14, window.innerWidth - card.offsetWidth - 8);
    const y = Math.min(event.clientY + 14, window.innerHeight - card.offsetHeight - 8);
    card.style.left = x + "px";
    card.style.top = y + "px";
  };
})();
