/* The address holds the state: scenario, variant, selected machine, colour mode. Anything with
   data-go writes into it; the callbacks read it through two stores. */
(function () {
  "use strict";
  const vtwin = (window.vtwin = window.vtwin || {});
  const clientside = (window.dash_clientside = window.dash_clientside || {});
  clientside.vtwin = clientside.vtwin || {};
  const PAGES = { "/": "overview", "/compare": "compare", "/runs": "runs", "/library": "library" };
  // What leads to a new page when it changes; the rest only changes the picture.
  const LEADS = ["scenario", "variant", "variants", "shown", "run"];

  function cookie(name, value) {
    document.cookie = name + "=" + value + "; path=/; max-age=31536000; SameSite=Lax";
  }

  vtwin.go = function (changes) {
    const query = new URLSearchParams(window.location.search);
    Object.entries(changes).forEach(([key, value]) => {
      if (value === null || value === "") query.delete(key);
      else query.set(key, value);
      if (key === "scenario") ["variant", "variants", "machine", "shown"].forEach((k) => query.delete(k));
      if (key === "scenario" || key === "variant") query.delete("run");
    });
    const text = query.toString();
    const to = window.location.pathname + (text ? "?" + text : "");
    const leads = Object.keys(changes).some((key) => LEADS.includes(key));
    window.history[leads ? "pushState" : "replaceState"]({}, "", to);
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
  };

  function unless_same(value, before) {
    return JSON.stringify(value) === JSON.stringify(before) ? clientside.no_update : value;
  }

  clientside.vtwin.address = function (pathname, search, before, chosen) {
    const query = new URLSearchParams(search || "");
    const path = (pathname || "/").replace(/(.)\/$/, "$1");
    const address = {
      page: PAGES[path] || "unknown",
      scenario: query.get("scenario"),
      variant: query.get("variant"),
      variants: (query.get("variants") || "").split(",").filter(Boolean),
      shown: query.get("shown"),
      run: query.get("run"),
      model: query.get("model"),
    };
    const selection = {
      machine: query.get("machine"),
      colour: query.get("colour"),
      flows: query.get("flows") !== "0",
    };
    document.body.classList.toggle("wall", query.get("wall") === "1");
    window.dispatchEvent(new Event("resize"));
    const moved = unless_same(selection, chosen);
    if (moved === selection && document.getElementById("floor"))
      clientside.set_props("floor-choice", { data: selection });
    return [unless_same(address, before), moved];
  };

  vtwin.dark = () => document.documentElement.dataset.theme === "dark";

  function label_theme() {
    document.querySelectorAll("[data-theme-toggle]").forEach((button) => {
      const text = vtwin.dark() ? button.dataset.light : button.dataset.dark;
      if (button.getAttribute("aria-label") !== text) button.setAttribute("aria-label", text);
    });
  }

  document.addEventListener("click", function (event) {
    const button = event.target.closest("button");
    if (!button) return;
    const data = button.dataset;
    if (data.go) vtwin.go({ [data.go]: data.value });
    if (data.pick) {
      button.setAttribute("aria-pressed", String(button.getAttribute("aria-pressed") !== "true"));
      const pressed = [...document.querySelectorAll('[data-pick][aria-pressed="true"]')];
      clientside.set_props("pick-variants", { data: pressed.map((b) => b.dataset.pick) });
    }
    if (data.wall) vtwin.go({ wall: data.wall === "1" ? "1" : null });
    if (data.language) {
      cookie("language", data.language);
      document.documentElement.lang = data.language;
      clientside.set_props("language", { data: data.language });
    }
    if (data.themeToggle) {
      const theme = vtwin.dark() ? "light" : "dark";
      cookie("theme", theme);
      document.documentElement.dataset.theme = theme;
      label_theme();
      window.dispatchEvent(new Event("vtwin:theme"));
    }
  });
  document.addEventListener("change", function (event) {
    const select = event.target.closest("select[data-go]");
    if (select) vtwin.go({ [select.dataset.go]: select.value });
  });
  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape" && document.body.classList.contains("wall")) vtwin.go({ wall: null });
  });
  new MutationObserver(label_theme).observe(document.documentElement, { childList: true, subtree: true });
})();
