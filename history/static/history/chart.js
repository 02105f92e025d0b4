// Draws the chart of a station's page, and follows fingers, mouse and keys.
// The server's own drawing stays where this cannot run.
"use strict";

(() => {
  const plot = document.getElementById("chart");
  if (!plot || !window.uPlot) return;

  const say = plot.dataset, zone = say.zone;
  const { lang: told } = document.documentElement, lang = told === "en" ? "en-GB" : told; // 24 hours
  const canvas = plot.querySelector(".canvas"), readout = plot.querySelector(".readout");
  const failed = plot.querySelector(".failed");
  const boxes = [...document.querySelectorAll(".lines input[name=with]")];
  const whole = { from: Number(say.since), to: Number(say.until) };
  const NEAREST_S = 60, HEIGHT = 300, LEAST_SPAN = 1; // as in `readings.display`
  const DASHES = [[], [10, 5], [2, 4], [12, 4, 2, 4], [5, 5], [18, 5]];

  let view = { ...whole }, chart = null, drawn = [], marks = [], shades = [], asking = null;

  // --- texts -----------------------------------------------------------------

  const format = (options) => {
    const made = new Intl.DateTimeFormat(lang, { timeZone: zone, ...options });
    return (seconds) => made.format(new Date(seconds * 1000));
  };
  const clock = format({ hour: "2-digit", minute: "2-digit" });
  const day = format({ day: "numeric", month: "short" });
  const month = format({ month: "short", year: "numeric" });
  const full = format({ weekday: "short", day: "numeric", month: "short", year: "numeric" });
  const moment = format({ weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
  const inHouse = (seconds) => uPlot.tzDate(new Date(seconds * 1000), zone);
  const isMidnight = (seconds) => inHouse(seconds).getHours() + inHouse(seconds).getMinutes() === 0;

  function numbers(digits) {
    const made = new Intl.NumberFormat(lang, { minimumFractionDigits: digits, maximumFractionDigits: digits });
    return (value) => made.format(value).replace("-", "\u2212");
  }
  const number = numbers(1);

  function timeTexts(u, splits, axis, space, step) {
    if (step >= 28 * 86400) return splits.map(month);
    if (step >= 86400) return splits.map(day);
    return splits.map((at) => (isMidnight(at) ? day(at) : clock(at)));
  }

  const valueTexts = (u, splits, axis, space, step) =>
    splits.map(numbers(Math.min(3, (String(step).split(".")[1] || "").length)));

  // --- data ------------------------------------------------------------------

  const asked = () => [say.sensor, ...boxes.filter((box) => box.checked).map((box) => box.value)];
  const iso = (seconds) => new Date(seconds * 1000).toISOString();
  const isWhole = () => view.from === whole.from && view.to === whole.to;

  function address() { // of this page as it looks now
    const query = new URLSearchParams(location.search);
    for (const name of ["with", ...(isWhole() ? [] : ["range", "from", "to"])]) query.delete(name);
    query.set("field", say.field);
    for (const sensor of asked().slice(1)) query.append("with", sensor);
    if (!isWhole()) {
      query.set("from", iso(view.from));
      query.set("to", iso(view.to));
    }
    return `${location.pathname}?${query}`;
  }

  async function load(withTables = true) {
    asking?.abort();
    asking = new AbortController();
    const query = new URLSearchParams({ from: iso(view.from), to: iso(view.to), unit: say.unit });
    query.set("points", Math.max(50, Math.round(canvas.clientWidth)));
    for (const sensor of asked()) query.append("sensor", sensor);
    if (say.inside) {
      query.set("inside", say.inside);
      query.set("outside", say.outside);
    }
    try {
      const answer = await get(`${say.series}?${query}`);
      show(await answer.json());
      failed.hidden = true;
      if (withTables) await refreshTables();
    } catch (error) {
      if (error.name === "AbortError") return; // something newer is under way
      failed.textContent = say.failed;
      failed.hidden = false;
    }
  }

  async function get(url) {
    const answer = await fetch(url, { signal: asking.signal });
    if (!answer.ok) throw new Error(answer.status);
    return answer;
  }

  // What stands behind the chart tells of the same range.
  async function refreshTables() {
    history.replaceState(null, "", address());
    for (const link of document.querySelectorAll(".ranges a"))
      link.classList.toggle("left", !isWhole());
    const page = await (await get(address())).text();
    const fresh = new DOMParser().parseFromString(page, "text/html").getElementById("behind");
    const old = document.getElementById("behind");
    const open = [...old.querySelectorAll("details")].map((one) => one.open);
    [...fresh.querySelectorAll("details")].forEach((one, n) => { one.open = open[n] ?? false; });
    old.replaceWith(fresh);
  }

  function show(answer) {
    const before = drawn.map((one) => one.sensor).join();
    drawn = answer.series;
    shades = answer.cooler_outside;
    marks = drawn.map(() => []);
    const data = uPlot.join(drawn.map((one, n) => {
      const half = one.bucket_s / 2;
      const late = one.mean.map((value, i) => (one.late[i] ? value : null));
      return [one.time.map((at) => at + half), one.mean, one.max, one.min, late];
    }), drawn.map(() => [2, 2, 2, 2, 0])); // gaps reach over the others' times, marks leave none
    drawn.forEach((one, n) => { marks[n] = alone(data[4 * n + 1]); });
    if (chart && before === drawn.map((one) => one.sensor).join()) chart.setData(data);
    else build(data);
  }

  function alone(values) { // values between two gaps, which no line would show
    const known = [];
    values.forEach((value, i) => { if (value !== undefined) known.push(i); });
    return known.filter((i, n) => values[i] !== null
      && (values[known[n - 1]] ?? null) === null && (values[known[n + 1]] ?? null) === null);
  }

  // --- drawing ---------------------------------------------------------------

  const colour = (name) => getComputedStyle(plot).getPropertyValue(name).trim();
  const lookOf = (sensor) =>
    Number(boxes.find((box) => box.value === String(sensor))?.dataset.look ?? 0);

  function lines() {
    return drawn.flatMap((one, n) => {
      const look = lookOf(one.sensor), stroke = () => colour(`--look-${look}`);
      const plain = { points: { show: false }, width: 0 };
      return [
        { stroke, width: 2, dash: DASHES[look], points: { show: true, size: 5, fill: stroke, filter: () => marks[n] } },
        plain, plain,
        { width: 0, stroke: () => "transparent", points: { show: true, size: 8, width: 1.5, stroke, fill: () => colour("--card") } },
      ];
    });
  }

  function heights(low, high) { // with room around; a still room is no mountain range
    if (low === null) return [null, null];
    const more = Math.max(0, LEAST_SPAN - (high - low)) / 2, pad = { pad: 0.1 };
    return uPlot.rangeNum(low - more, high + more, { min: pad, max: pad });
  }

  function build(data) {
    chart?.destroy();
    canvas.replaceChildren();
    const axis = { stroke: () => colour("--soft"), font: "13px system-ui, sans-serif", ticks: { show: false },
      grid: { stroke: () => colour("--line"), width: 1 } };
    chart = new uPlot({
      width: canvas.clientWidth,
      height: HEIGHT,
      tzDate: inHouse,
      padding: [8, 18, 0, 0],
      legend: { show: false },
      cursor: { y: false, drag: { setScale: false, x: true, y: false, dist: 5 },
        points: { size: 8 }, bind: { dblclick: () => () => { go(whole.from, whole.to); return null; } } },
      scales: { x: { range: () => [view.from, view.to] }, y: { range: (u, low, high) => heights(low, high) } },
      axes: [{ ...axis, values: timeTexts, space: 70, size: 34 }, { ...axis, values: valueTexts, size: 42, gap: 4 }],
      series: [{}, ...lines()],
      bands: drawn.map((one, n) => ({ series: [4 * n + 2, 4 * n + 3],
        fill: () => `${colour(`--look-${lookOf(one.sensor)}`)}2e` })),
      hooks: { drawClear: [shade], setSelect: [selected], setCursor: [read] },
    }, data, canvas);
    followFingers(chart.over);
  }

  function shade(u) {
    const { left, top, width, height } = u.bbox;
    u.ctx.save();
    u.ctx.fillStyle = colour("--cool");
    for (const [from, to] of shades) {
      const start = Math.max(left, u.valToPos(from, "x", true));
      const end = Math.min(left + width, u.valToPos(to, "x", true));
      if (end > start) u.ctx.fillRect(start, top, end - start, height);
    }
    u.ctx.restore();
  }

  // --- what is under the cursor ------------------------------------------------

  function read(u) {
    const i = u.cursor.idx;
    if (i == null) { readout.textContent = say.hint; return; }
    const at = u.data[0][i], isDay = drawn.some((one) => one.bucket_s >= 86400);
    const parts = drawn.map((one, n) => {
      const [mean, max, min] = [1, 2, 3].map((k) => u.data[4 * n + k][i]);
      if (mean === undefined) return null;
      if (mean === null) return `${one.name} ${say.gap}`;
      const late = u.data[4 * n + 4][i] != null ? `, ${say.late}` : "";
      const span = max > min
        ? ` (${say.span.replace("{low}", number(min)).replace("{high}", number(max))})` : "";
      return `${one.name} ${number(mean)} ${say.label}${span}${late}`;
    });
    readout.textContent = [(isDay ? full : moment)(at), ...parts.filter(Boolean)].join(" · ");
  }

  function step(by) {
    const last = chart.data[0].length - 1;
    const i = Math.min(last, Math.max(0, (chart.cursor.idx ?? (by > 0 ? -1 : last + 1)) + by));
    if (last >= 0)
      chart.setCursor({ left: chart.valToPos(chart.data[0][i], "x"), top: chart.over.clientHeight / 2 });
  }

  // --- zoom --------------------------------------------------------------------

  let waiting = 0;
  function look(from, to) { // at once, with the data there is
    view = { from, to };
    chart?.setScale("x", { min: from, max: to });
  }

  function go(from, to) { // and then with the data for it
    if (to - from < NEAREST_S) {
      const middle = (from + to) / 2;
      [from, to] = [middle - NEAREST_S / 2, middle + NEAREST_S / 2];
    }
    look(from, to);
    clearTimeout(waiting);
    waiting = setTimeout(load, 150);
  }

  function selected(u) {
    const { left, width } = u.select;
    if (width > 4) go(u.posToVal(left, "x"), u.posToVal(left + width, "x"));
    u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
  }

  const DO = {
    in: () => zoom(0.5),
    out: () => zoom(2),
    earlier: () => move(-0.5),
    later: () => move(0.5),
    whole: () => go(whole.from, whole.to),
  };
  function zoom(by) {
    const middle = (view.from + view.to) / 2, half = ((view.to - view.from) / 2) * by;
    go(middle - half, middle + half);
  }
  function move(by) {
    const shift = (view.to - view.from) * by;
    go(view.from + shift, view.to + shift);
  }

  // One finger moves the chart, two zoom it; up and down stays the page's.
  function followFingers(over) {
    const fingers = new Map();
    let start = null;
    const spread = () => {
      const xs = [...fingers.values()].map((x) => x - over.getBoundingClientRect().left);
      return { middle: (Math.min(...xs) + Math.max(...xs)) / 2, width: Math.max(...xs) - Math.min(...xs) };
    };
    const begin = () => { start = fingers.size ? { ...spread(), ...view, moved: start?.moved ?? false } : null; };
    const follow = (event) => {
      if (event.pointerType !== "touch") return;
      fingers.set(event.pointerId, event.clientX);
      if (event.type === "pointerdown") { over.setPointerCapture(event.pointerId); return begin(); }
      const now = spread(), span = start.to - start.from;
      if (!start.moved && Math.abs(now.middle - start.middle) + Math.abs(now.width - start.width) < 8) return;
      start.moved = true;
      const wide = fingers.size > 1 ? span * (start.width / Math.max(now.width, 20)) : span;
      const held = start.from + (start.middle / over.clientWidth) * span;
      const from = held - (now.middle / over.clientWidth) * wide;
      look(from, from + wide);
    };
    const lift = (event) => {
      if (!fingers.delete(event.pointerId)) return;
      const moved = start?.moved;
      begin();
      if (!fingers.size && moved) go(view.from, view.to);
    };
    over.addEventListener("pointerdown", follow);
    over.addEventListener("pointermove", (event) => { if (fingers.has(event.pointerId)) follow(event); });
    for (const end of ["pointerup", "pointercancel"]) over.addEventListener(end, lift);
  }

  const KEYS = { ArrowLeft: () => step(-1), ArrowRight: () => step(1), "+": DO.in, "=": DO.in,
    "-": DO.out, PageUp: DO.earlier, PageDown: DO.later, 0: DO.whole };
  plot.addEventListener("keydown", (event) => {
    if (event.target !== plot || event.ctrlKey || event.metaKey || event.altKey || !chart) return;
    const act = KEYS[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
  const buttons = plot.querySelector(".zoom");
  buttons.hidden = false;
  buttons.addEventListener("click", (event) => { DO[event.target.dataset.do]?.(); });
  for (const box of boxes) box.addEventListener("change", () => load());

  new ResizeObserver(() => {
    if (chart && chart.width !== canvas.clientWidth)
      chart.setSize({ width: canvas.clientWidth, height: HEIGHT });
  }).observe(canvas);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => chart?.redraw(false, true));
  load(false);
})();
