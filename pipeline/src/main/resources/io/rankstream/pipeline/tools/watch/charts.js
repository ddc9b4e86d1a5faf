// Charts of curves that grow. A chart has a legend of buttons with the current values, or those under the pointer; a
// series may have the second axis; the arrow keys read the values one by one.
const short = value => value == null ? "–" : value === 0 ? "0"
  : Math.abs(value) >= 1e4 || Math.abs(value) < 1e-3 ? value.toExponential(2) : value.toPrecision(4);

// A running mean that starts at the first value (the bias of the start is taken out), as TensorBoard has it; gaps stay.
const smoothed = (values, weight) => {
  let sum = 0, mass = 0;
  return values.map(value => {
    if (value == null || !weight) return value;
    sum = weight * sum + (1 - weight) * value;
    mass = weight * mass + 1 - weight;
    return sum / mass;
  });
};

const xAxes = {
  step: { label: "training step", key: "step", text: count },
  time: { label: "time", key: "millis", text: millis => new Date(millis * 1000).toLocaleString() },
  images: { label: "fresh images trained on", key: "images", text: count },
};

// series: {label, key, ink, dash, second, raw}; raw series are never smoothed. range: [low, high], or none for automatic.
const liveChart = (box, { title, series, range, canBeLog }) => {
  const empty = element("p", "Nothing to draw before the first training step.", box);
  empty.className = "empty";
  const host = element("div", undefined, box);
  host.className = "chart";
  host.tabIndex = 0;
  host.setAttribute("role", "group");
  host.setAttribute("aria-label", `${title}: a chart. Left and right arrow keys read the values, Escape shows the whole run.`);
  const legend = element("div", undefined, box);
  legend.className = "legend";
  const at = element("span", undefined, legend);
  const spoken = element("p", undefined, box);
  spoken.className = "spoken";
  spoken.setAttribute("aria-live", "polite");
  const hidden = new Set();
  const buttons = series.map((each, i) => {
    const button = element("button", undefined, legend);
    button.type = "button";
    button.setAttribute("aria-pressed", "true");
    button.title = `Show or hide: ${each.label}`;
    element("i", undefined, button).style.borderTop = `3px ${each.dash ? "dotted" : "solid"} ${ink(each.ink)}`;
    button.append(`${each.label} `);
    const value = element("b", "–", button);
    button.onclick = () => {
      if (!hidden.delete(i)) hidden.add(i);
      button.setAttribute("aria-pressed", !hidden.has(i));
      chart?.setSeries(1 + i, { show: !hidden.has(i) });
      chart?.setSeries(1 + series.length + i, { show: !hidden.has(i) });
    };
    return value;
  });
  let chart, built = "", curve, options, data = [], zoomed;

  const last = values => values.findLast(value => value != null);
  const tell = index => {
    at.textContent = !data[0]?.length ? "" : index == null ? "now" : xAxes[options.x].text(data[0][index]);
    buttons.forEach((value, i) => {
      value.textContent = data[0]?.length ? short(index == null ? last(data[1 + i]) : data[1 + i][index]) : "–";
    });
  };
  const axis = (side, scale, inkName, label) => ({ scale, side, label, labelSize: 18, stroke: ink(inkName),
    grid: { show: side !== 1, stroke: ink("line"), width: 1 }, ticks: { stroke: ink("line"), width: 1 },
    size: side === 2 ? 34 : 56,
    ...(side === 2 ? {} : { values: (u, all) => all.map(each => each == null ? "" : String(+each.toPrecision(3))) }) });
  const build = () => {
    chart?.destroy();
    zoomed = undefined;
    const log = options.log && canBeLog, kind = { distr: log ? 3 : 1, ...(range && !log ? { range } : {}) };
    const second = series.find(each => each.second), first = series.find(each => !each.second);
    const line = (each, i, faint) => ({ scale: each.second ? "second" : "y", stroke: ink(each.ink), dash: each.dash,
      width: faint ? 1 : 1.75, alpha: faint ? .3 : 1, spanGaps: true, show: !hidden.has(i), points: { show: faint ? false : undefined } });
    chart = new uPlot({
      width: Math.max(200, host.clientWidth), height: 250,
      scales: { x: { time: options.x === "time" }, y: kind, ...(second ? { second: kind } : {}) },
      axes: [axis(2, "x", "soft", xAxes[options.x].label), axis(3, "y", second ? first.ink : "soft", second ? first.label : undefined),
        ...(second ? [axis(1, "second", second.ink, second.label)] : [])],
      legend: { show: false },
      hooks: {
        setCursor: [u => tell(u.cursor.idx)],
        setSelect: [u => { if (u.select.width) zoomed = [u.posToVal(u.select.left, "x"), u.posToVal(u.select.left + u.select.width, "x")]; }],
      },
      series: [{}, ...series.map((each, i) => line(each, i, false)), ...series.map((each, i) => line(each, i, true))],
    }, data, host);
    chart.over.addEventListener("dblclick", () => { zoomed = undefined; });
  };
  const draw = () => {
    const some = curve?.step?.length > 0, log = options.log && canBeLog;
    empty.hidden = some;
    host.hidden = legend.hidden = !some;
    box.closest("section").querySelectorAll(".tools button").forEach(button => { button.disabled = !some; });
    if (!some) return;
    const x = curve[xAxes[options.x].key].map(value => options.x === "time" ? value / 1000 : value);
    const drawable = value => log && !(value > 0) ? null : value; // a logarithmic axis has no zero
    const plain = series.map(each => curve[each.key].map(drawable));
    const smooth = plain.map((values, i) => smoothed(values, series[i].raw ? 0 : options.smooth));
    data = [x, ...smooth, ...plain.map((values, i) => options.smooth && !series[i].raw ? values : values.map(() => null))];
    const wanted = JSON.stringify([options.x, options.log]);
    if (wanted !== built) {
      built = wanted;
      build();
    } else if (zoomed) {
      chart.batch(() => {
        chart.setData(data, false);
        chart.setScale("x", { min: zoomed[0], max: zoomed[1] });
      });
    } else {
      chart.setData(data);
    }
    tell(chart.cursor.idx);
  };
  host.addEventListener("keydown", event => {
    const move = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (event.key === "Escape" && chart) {
      zoomed = undefined;
      chart.setData(data);
    }
    if (!move || !data[0]?.length) return;
    event.preventDefault();
    const index = Math.min(data[0].length - 1, Math.max(0, (chart.cursor.idx ?? data[0].length - (move > 0 ? 1 : 0)) + move));
    chart.setCursor({ left: chart.valToPos(data[0][index], "x"), top: 10 });
    spoken.textContent = `${xAxes[options.x].label} ${xAxes[options.x].text(data[0][index])}: ` +
      series.map((each, i) => `${each.label} ${short(data[1 + i][index])}`).join(", ");
  });
  new ResizeObserver(() => { if (chart && host.clientWidth) chart.setSize({ width: host.clientWidth, height: 250 }); }).observe(host);
  return {
    show(newCurve, newOptions) {
      curve = newCurve;
      options = newOptions;
      draw();
    },
    // The chart with its title and legend on a canvas of its own; undefined before the first step.
    picture() {
      if (!chart || host.hidden) return undefined;
      const from = chart.ctx.canvas, made = document.createElement("canvas"), pen = made.getContext("2d"), unit = devicePixelRatio;
      made.width = from.width;
      made.height = from.height + 60 * unit;
      pen.fillStyle = ink("paper");
      pen.fillRect(0, 0, made.width, made.height);
      pen.font = `${14 * unit}px system-ui, sans-serif`;
      pen.fillStyle = ink("ink");
      pen.fillText(title, 8 * unit, 20 * unit);
      let left = 8 * unit;
      series.forEach((each, i) => {
        if (hidden.has(i)) return;
        const text = `${each.dash ? "┄" : "━"} ${each.label} ${short(last(data[1 + i]))}`;
        pen.fillStyle = ink(each.ink);
        pen.fillText(text, left, 44 * unit);
        left += pen.measureText(text).width + 16 * unit;
      });
      pen.drawImage(from, 0, 60 * unit);
      return made;
    },
  };
};
