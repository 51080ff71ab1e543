(function () {
  "use strict";
  const shades = {{SHADES}};
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const plots = Array.from(document.querySelectorAll(".plot"));

  // ---- charts: unpack Plotly, draw, and draw again for another theme, width or paper ----
  const source = document.getElementById("figures");
  const figures = source ? JSON.parse(source.textContent) : {};

  function shaded(value) {
    if (typeof value === "string") return Object.hasOwn(shades, value) ? shades[value] : value;
    if (Array.isArray(value)) return value.map(shaded);
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shaded(inner)]));
  }

  function draw(plot, options) {
    const figure = figures[plot.dataset.chart];
    if (!figure) return;
    plot.hidden = false;
    const themed = options.dark ? shaded(figure) : structuredClone(figure);
    const width = options.width || plot.clientWidth;
    themed.layout.width = width;
    const still = plot.dataset.chart !== "daily";
    const config = { displayModeBar: false, staticPlot: still, typesetMath: false };
    window.Plotly.react(plot, themed.data, themed.layout, config);
    plot.dataset.width = String(width);
  }

  function drawAll() {
    plots.forEach((plot) => draw(plot, { dark: dark.matches }));
  }

  function drawForPaper() {
    document.querySelectorAll("details").forEach((details) => { details.open = true; });
    plots.forEach((plot) => draw(plot, { dark: false, width: Number(plot.dataset.paper) }));
  }

  // The page's policy refuses style attributes; the same rules set through the object model pass.
  function styleWithoutAttributes() {
    const set = Element.prototype.setAttribute;
    Element.prototype.setAttribute = function (name, value) {
      if (name === "style") this.style.cssText = value;
      else set.call(this, name, value);
    };
  }

  // Plotly carries the style sheet of its maps, which this page has none of, and adds it unless
  // an element with the sheet's digest for an id is already there.
  function withoutMapStyles(code) {
    for (const [, id] of code.matchAll(/getElementById\("([0-9a-f]{64})"\)/g)) {
      const stand = document.createElement("meta");
      stand.id = id;
      document.head.append(stand);
    }
  }

  async function unpack() {
    const packed = document.getElementById("plotly").textContent.trim();
    const bytes = Uint8Array.from(atob(packed), (character) => character.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    const script = document.createElement("script");
    script.textContent = await new Response(stream).text();
    withoutMapStyles(script.textContent);
    document.head.append(script);
  }

  async function startCharts() {
    if (!plots.length || !("DecompressionStream" in window)) return;
    styleWithoutAttributes();
    await unpack();
    if (!window.Plotly) return;
    drawAll();
    dark.addEventListener("change", drawAll);
    window.addEventListener("beforeprint", drawForPaper);
    window.addEventListener("afterprint", drawAll);
    let waiting = 0;
    window.addEventListener("resize", () => {
      window.cancelAnimationFrame(waiting);
      waiting = window.requestAnimationFrame(() => {
        const moved = plots.some((plot) => String(plot.clientWidth) !== plot.dataset.width);
        if (moved && !window.matchMedia("print").matches) drawAll();
      });
    });
    document.documentElement.dataset.charts = "drawn";
  }

  // ---- the table of features: sort by any column, find a feature by name ----
  const table = document.getElementById("features-table");

  function sortBy(index, header) {
    const body = table.tBodies[0];
    const down = header.getAttribute("aria-sort") !== "descending";
    const key = (row) => row.cells[index].dataset.sort ?? row.cells[index].textContent;
    const order = Array.from(body.rows).sort((a, b) => {
      const [x, y] = [key(a), key(b)];
      const less = index ? Number(x) - Number(y) : -x.localeCompare(y);
      return down ? -less : less;
    });
    table.querySelectorAll("th[aria-sort]").forEach((th) => th.removeAttribute("aria-sort"));
    header.setAttribute("aria-sort", down ? "descending" : "ascending");
    body.append(...order);
  }

  function addSorting() {
    Array.from(table.tHead.rows[0].cells).forEach((header, index) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...header.childNodes);
      button.addEventListener("click", () => sortBy(index, header));
      header.append(button);
    });
  }

  function addFinder() {
    const rows = Array.from(table.tBodies[0].rows);
    const finder = document.getElementById("finder");
    const input = document.getElementById("finder-text");
    const shown = document.getElementById("finder-shown");
    if (rows.length < 8) return;
    finder.hidden = false;
    input.addEventListener("input", () => {
      const wanted = input.value.trim().toLowerCase();
      rows.forEach((row) => { row.hidden = !row.cells[0].textContent.toLowerCase().includes(wanted); });
      const left = rows.filter((row) => !row.hidden).length;
      shown.textContent = wanted ? left + " of " + rows.length + " features; the total stays the whole" : "";
    });
  }

  // A box that scrolls must be reachable from the keyboard; one that does not must not be.
  function markScrolling() {
    document.querySelectorAll(".scroll").forEach((box) => {
      if (box.scrollWidth > box.clientWidth + 1) box.tabIndex = 0;
      else box.removeAttribute("tabindex");
    });
  }

  if (table) { addSorting(); addFinder(); }
  markScrolling();
  window.addEventListener("resize", markScrolling);
  startCharts();
})();
