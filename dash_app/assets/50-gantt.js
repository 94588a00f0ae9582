/* State Gantt on a canvas. Each pixel column shows the state that holds most of it, so a
   picture costs as much as it is wide, however many intervals there are. */
(function () {
  "use strict";
  const vtwin = window.vtwin;
  const ROW = 19;
  const BAR = 13;
  const TOP = 26;
  const FIRST = 5 * 86400; // seconds shown at first
  const views = new WeakMap(); // box -> {from, to} in seconds

  window.dash_clientside.vtwin.gantt = function (run) {
    vtwin.fetch_series("gantt", run ? [run] : [], "gantt", draw);
    return "gantt drawn";
  };

  function draw(box, data) {
    vtwin.clear(box);
    if (!data.rows || !data.rows.length) {
      const note = document.createElement("p");
      note.className = "muted";
      note.textContent = data.none || "";
      box.appendChild(note);
      box.removeAttribute("tabindex");
      box.style.cursor = "default";
      return;
    }
    box.style.cursor = "";
    const canvas = document.createElement("canvas");
    const width = Math.max(box.clientWidth, 240);
    const height = TOP + ROW * data.rows.length + 4;
    const dense = window.devicePixelRatio || 1;
    canvas.width = Math.round(width * dense);
    canvas.height = Math.round(height * dense);
    canvas.style.width = width + "px";
    canvas.style.height = height + "px";
    canvas.setAttribute("aria-hidden", "true");
    box.appendChild(canvas);
    box.tabIndex = 0;
    box.setAttribute("role", "img");
    box.setAttribute("aria-label", data.label);
    const pen = canvas.getContext("2d");
    pen.scale(dense, dense);
    const family = getComputedStyle(document.body).fontFamily;
    pen.font = `12px ${family}`;
    const left = Math.min(Math.ceil(data.rows.reduce((m, r) => Math.max(m, pen.measureText(r.id).width), 0)) + 32, width * 0.3);
    const start = Math.min(data.warmup, Math.max(data.horizon - FIRST, 0));
    const view = views.get(box) || { from: start, to: Math.min(start + FIRST, data.horizon) };
    views.set(box, view);
    const place = { pen, width, height, left, view, family };
    paint(data, place);
    handle(box, canvas, data, place);
  }

  function paint(data, place) {
    const { pen, width, height, left, view } = place;
    pen.clearRect(0, 0, width, height);
    axis(data, place);
    const colours = vtwin.STATES.map((s) => vtwin.colour("state-" + s));
    const ink = vtwin.colour("ink");
    const bad = vtwin.colour("bad");
    const columns = Math.max(1, Math.floor(width - left - 2));
    data.rows.forEach((row, i) => {
      const y = TOP + i * ROW;
      const first = row.rank === 1;
      pen.fillStyle = first ? bad : ink;
      pen.font = `${first ? 700 : 450} 12px ${place.family}`;
      pen.textAlign = "left";
      pen.fillText(row.id, 16, y + BAR - 2, left - 22);
      if (first) flag(pen, y, bad);
      bars(pen, row, colours, view, left, y, columns);
    });
  }

  function flag(pen, y, colour) {
    pen.fillStyle = colour;
    pen.beginPath();
    pen.moveTo(3, y + 1);
    pen.lineTo(12, y + 4.5);
    pen.lineTo(3, y + 8);
    pen.fill();
    pen.fillRect(2, y + 1, 1.5, 12);
  }

  function bars(pen, row, colours, view, left, y, columns) {
    const { start, state } = row;
    const per = (view.to - view.from) / columns;
    let k = search(start, view.from);
    let run_state = -1;
    let run_from = 0;
    const held = new Float64Array(7);
    for (let c = 0; c <= columns; c++) {
      let best = -1;
      if (c < columns) {
        const a = view.from + c * per;
        const b = a + per;
        held.fill(0);
        let at = a;
        while (at < b) {
          const next = k + 1 < start.length ? start[k + 1] : Infinity;
          const until = Math.min(next, b);
          if (k >= 0) held[state[k]] += until - at;
          at = until;
          if (next <= b && k + 1 < start.length) k++;
          else break;
        }
        let most = 0;
        for (let s = 0; s < 7; s++) if (held[s] > most) [most, best] = [held[s], s];
      }
      if (best !== run_state) {
        if (run_state >= 0) {
          pen.fillStyle = colours[run_state];
          pen.fillRect(left + run_from, y, c - run_from, BAR);
        }
        run_state = best;
        run_from = c;
      }
    }
  }

  /* Index of the last start <= time. */
  function search(start, time) {
    let low = 0;
    let high = start.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (start[middle] <= time) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 432000, 864000];

  function axis(data, place) {
    const { pen, width, height, left, view } = place;
    const wanted = (view.to - view.from) / Math.max(2, (width - left) / 84);
    const step = STEPS.find((s) => s >= wanted) || 2592000;
    pen.font = `400 12px ${place.family}`;
    const muted = vtwin.colour("muted");
    const line = vtwin.colour("line");
    for (let t = Math.ceil(view.from / step) * step; t < view.to; t += step) {
      const x = left + ((t - view.from) / (view.to - view.from)) * (width - left - 2);
      pen.fillStyle = line;
      pen.fillRect(Math.round(x), TOP - 6, 1, height - TOP + 4);
      const day = Math.floor(t / 86400);
      const rest = t - day * 86400;
      const pad = (v) => String(Math.floor(v)).padStart(2, "0");
      const clock = step < 60
        ? `${pad(rest / 3600)}:${pad((rest % 3600) / 60)}:${pad(rest % 60)}`
        : `${pad(rest / 3600)}:${pad((rest % 3600) / 60)}`;
      pen.fillStyle = rest === 0 ? vtwin.colour("ink") : muted;
      pen.textAlign = "center";
      if (x + 18 < width) pen.fillText(rest === 0 ? vtwin.day(data, day * 86400) : clock, Math.max(x, left + 10), 13);
    }
  }

  function handle(box, canvas, data, place) {
    const { view, left } = place;
    let waiting = false;
    const again = () => {
      if (waiting) return;
      waiting = true;
      requestAnimationFrame(() => {
        waiting = false;
        paint(data, place);
      });
    };
    const span = () => view.to - view.from;
    const clamp = () => {
      const s = Math.min(span(), data.horizon);
      view.from = Math.max(0, Math.min(view.from, data.horizon - s));
      view.to = view.from + s;
    };
    const zoom = (factor, anchor) => {
      const s = Math.max(30, Math.min(span() * factor, data.horizon));
      const share = (anchor - view.from) / span();
      view.from = anchor - share * s;
      view.to = view.from + s;
      clamp();
      again();
    };
    const shift = (seconds) => {
      view.from += seconds;
      view.to += seconds;
      clamp();
      again();
    };
    const time_at = (e) => {
      const r = canvas.getBoundingClientRect();
      return view.from + ((e.clientX - r.left - left) / (place.width - left - 2)) * span();
    };
    canvas.addEventListener("wheel", (e) => {
      if (!e.ctrlKey && !e.metaKey && document.activeElement !== box) return;
      e.preventDefault();
      zoom(Math.exp(e.deltaY * 0.0015), time_at(e));
    }, { passive: false });
    let from = null;
    canvas.addEventListener("pointerdown", (e) => {
      from = e.clientX;
      canvas.setPointerCapture(e.pointerId);
    });
    canvas.addEventListener("pointermove", (e) => {
      if (from !== null) {
        box.classList.add("dragging");
        shift((-(e.clientX - from) / (place.width - left - 2)) * span());
        from = e.clientX;
        vtwin.hover(null);
        return;
      }
      const r = canvas.getBoundingClientRect();
      const row = data.rows[Math.floor((e.clientY - r.top - TOP) / ROW)];
      if (!row || e.clientX - r.left < left) return vtwin.hover(null);
      const k = search(row.start, time_at(e));
      const ends = k + 1 < row.start.length ? row.start[k + 1] : data.horizon;
      const clock = (t) => `${vtwin.day(data, Math.floor(t / 86400) * 86400)} ${new Date((t % 86400) * 1000).toISOString().slice(11, 19)}`;
      vtwin.hover(e, row.id, [[data.names[row.state[k]], ""], [clock(row.start[k]), "– " + clock(ends)]]);
    });
    const end = () => {
      from = null;
      box.classList.remove("dragging");
    };
    canvas.addEventListener("pointerup", end);
    canvas.addEventListener("pointercancel", end);
    canvas.addEventListener("pointerleave", () => vtwin.hover(null));
    box.onkeydown = (e) => {
      const ways = {
        ArrowRight: () => shift(span() * 0.1),
        ArrowLeft: () => shift(-span() * 0.1),
        "+": () => zoom(1 / 1.4, view.from + span() / 2),
        "=": () => zoom(1 / 1.4, view.from + span() / 2),
        "-": () => zoom(1.4, view.from + span() / 2),
        Home: () => shift(-data.horizon),
        End: () => shift(data.horizon),
      };
      if (!ways[e.key]) return;
      e.preventDefault();
      ways[e.key]();
    };
  }
})();
