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

  // Each chart's room is kept before it is drawn, so that nothing moves under a reader.
  function keepRoom(plot) {
    const figure = figures[plot.dataset.chart];
    if (!figure) return;
    plot.hidden = false;
    plot.style.minHeight = figure.layout.height + "px";
  }

  function draw(plot, options) {
    const figure = figures[plot.dataset.chart];
    if (!figure) return;
    const themed = options.dark ? shaded(figure) : structuredClone(figure);
    const width = options.width || plot.clientWidth;
    themed.layout.width = width;
    if (options.width) atMost(PRINTED_PX, themed.layout);
    else if (width < PHONE_PX) atMost(ON_A_PHONE_PX, themed.layout);
    const still = plot.dataset.chart !== "daily";
    const config = { displayModeBar: false, staticPlot: still, typesetMath: false };
    window.Plotly.react(plot, themed.data, themed.layout, config);
    plot.dataset.width = String(width);
  }

  // On paper the page's own text is smaller than on a screen, and a phone has less room: so the
  // charts' labels are smaller too.
  const PRINTED_PX = 10.5;
  const ON_A_PHONE_PX = 11.5;
  const PHONE_PX = 420;

  function atMost(size, layout) {
    const fonts = [layout.font, ...(layout.annotations || []).map((label) => label.font)];
    ["xaxis", "yaxis", "yaxis2"].forEach((name) => {
      const axis = layout[name] || {};
      fonts.push(axis.tickfont, axis.title && axis.title.font);
    });
    fonts.filter(Boolean).forEach((font) => { font.size = Math.min(font.size, size); });
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

  // What a reader looks at is drawn first.
  function nearest(plots) {
    const away = (plot) => {
      const box = plot.getBoundingClientRect();
      return Math.max(0, box.top - window.innerHeight, -box.bottom);
    };
    return Array.from(plots).reduce((best, plot) => (away(plot) < away(best) ? plot : best));
  }

  // One chart at a time, so that a click or a key never waits for all of them.
  function pause() {
    return new Promise((resolve) => { window.setTimeout(resolve); });
  }

  async function unpack() {
    const packed = document.getElementById("plotly").textContent.trim();
    const text = atob(packed);
    const bytes = new Uint8Array(text.length);
    for (let at = 0; at < text.length; at += 1) bytes[at] = text.charCodeAt(at);
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    const script = document.createElement("script");
    script.textContent = await new Response(stream).text();
    withoutMapStyles(script.textContent);
    document.head.append(script);
  }

  async function startCharts() {
    if (!plots.length || !("DecompressionStream" in window)) return;
    styleWithoutAttributes();
    plots.forEach(keepRoom);
    await unpack();
    if (!window.Plotly) return;
    dark.addEventListener("change", drawAll);
    window.addEventListener("beforeprint", drawForPaper);
    window.addEventListener("afterprint", drawAll);
    const waiting = new Set(plots);
    while (waiting.size) {
      const plot = nearest(waiting);
      waiting.delete(plot);
      if (!plot.dataset.width) draw(plot, { dark: dark.matches });
      await pause();
    }
    let frame = 0;
    window.addEventListener("resize", () => {
      window.cancelAnimationFrame(frame);
      frame = window.requestAnimationFrame(() => {
        const moved = plots.some((plot) => String(plot.clientWidth) !== plot.dataset.width);
        if (moved && !window.matchMedia("print").matches) drawAll();
      });
    });
    document.documentElement.dataset.charts = "drawn";
  }

  // ---- tables: sort by any column; show one feature in every table that lists features ----
  const minus = "\u2212";

  function valueOf(cell) {
    const text = (cell.firstChild ? cell.firstChild.textContent : "").trim();
    const number = Number(text.split(" ")[0].replace(minus, "-").replace(/[$,%]/g, ""));
    return text === "" || Number.isNaN(number) ? null : number;
  }

  function compare(a, b, index) {
    const [x, y] = [valueOf(a.cells[index]), valueOf(b.cells[index])];
    if (x !== null && y !== null) return x - y;
    if (x !== null || y !== null) return x === null ? -1 : 1;
    return a.cells[index].textContent.localeCompare(b.cells[index].textContent);
  }

  // The first click puts large numbers, and words from A, on top.
  function sortBy(table, index, header) {
    const body = table.tBodies[0];
    const rows = Array.from(body.rows);
    const words = rows.every((row) => valueOf(row.cells[index]) === null);
    const [first, second] = words ? ["ascending", "descending"] : ["descending", "ascending"];
    const way = header.getAttribute("aria-sort") === first ? second : first;
    const sign = way === "ascending" ? 1 : -1;
    rows.sort((a, b) => sign * compare(a, b, index));
    table.querySelectorAll("th[aria-sort]").forEach((th) => th.removeAttribute("aria-sort"));
    header.setAttribute("aria-sort", way);
    body.append(...rows);
  }

  function addSorting(table) {
    Array.from(table.tHead.rows[0].cells).forEach((header, index) => {
      if (header.tagName !== "TH") return;
      const button = document.createElement("button");
      button.type = "button";
      button.append(...header.childNodes);
      button.addEventListener("click", () => sortBy(table, index, header));
      header.append(button);
    });
  }

  const lists = Array.from(document.querySelectorAll("table[data-features]"));

  function show(wanted) {
    const text = wanted.trim().toLowerCase();
    lists.forEach((table) => {
      Array.from(table.tBodies[0].rows).forEach((row) => {
        row.hidden = !row.cells[0].textContent.toLowerCase().includes(text);
      });
    });
  }

  function addPicker() {
    const rows = lists.length ? Array.from(lists[0].tBodies[0].rows) : [];
    const picker = document.getElementById("picker");
    if (rows.length < 2 || !picker) return;
    const input = document.getElementById("picker-text");
    const shown = document.getElementById("picker-shown");
    const names = document.getElementById("picker-names");
    rows.forEach((row) => {
      const option = document.createElement("option");
      option.value = row.cells[0].textContent;
      names.append(option);
    });
    picker.hidden = false;
    input.addEventListener("input", () => {
      show(input.value);
      const left = rows.filter((row) => !row.hidden).length;
      const said = left + " of " + rows.length + " features, in every table of features; totals stay whole";
      shown.textContent = input.value.trim() ? said : "";
    });
  }

  // A box that scrolls must be reachable from the keyboard; one that does not must not be.
  function markScrolling() {
    document.querySelectorAll(".scroll").forEach((box) => {
      if (box.scrollWidth > box.clientWidth + 1) box.tabIndex = 0;
      else box.removeAttribute("tabindex");
    });
  }

  document.querySelectorAll("table[data-sortable]").forEach(addSorting);
  addPicker();
  markScrolling();
  window.addEventListener("resize", markScrolling);
  startCharts();
})();
