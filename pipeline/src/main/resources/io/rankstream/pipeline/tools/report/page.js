// What all pages share; the figures of the page are there when it runs.
const element = (tag, text, parent) => {
  const made = document.createElement(tag);
  if (text !== undefined) made.textContent = text;
  if (parent) parent.append(made);
  return made;
};
const byId = id => document.getElementById(id);
const count = n => n.toLocaleString("en");
const tile = (parent, value, label) => {
  const made = element("div", undefined, parent);
  made.className = "tile";
  element("b", value, made);
  element("span", label, made);
};
const head = (table, names) => {
  const row = element("tr", undefined, element("thead", undefined, table));
  names.forEach(name => element("th", name, row));
};
const dark = matchMedia("(prefers-color-scheme: dark)");
const ink = name => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
// Colours that stay apart for colour-blind readers: Okabe and Ito's, then some of Tol's; lighter ones on dark paper.
const colours = dark.matches
  ? ["#56b4e9", "#e69f00", "#00c090", "#e79bc6", "#ff7f40", "#a8dcff", "#e8dc5a", "#ffffff", "#8a97a3", "#c06a9a",
    "#8f86e0", "#6fae6f"]
  : ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#d55e00", "#56b4e9", "#b8a800", "#000000", "#8c8c8c", "#882255",
    "#332288", "#117733"];
const colour = i => colours[i % colours.length];
const plot = (parent, label, range, x, series, marks) => {
  const width = () => Math.min(940, parent.clientWidth);
  const axis = () => ({ stroke: ink("soft"), grid: { stroke: ink("line"), width: 1 }, ticks: { stroke: ink("line"), width: 1 } });
  const chart = new uPlot({
    width: width(), height: 280,
    scales: { x: { time: false }, y: range ? { range } : {} },
    axes: [{ label, ...axis() }, axis()],
    legend: { markers: { dash: (u, i) => u.series[i].dash ? "dashed" : "solid" } },
    hooks: { draw: [u => (marks || []).forEach(at => {
      const left = Math.round(u.valToPos(at, "x", true));
      u.ctx.save();
      u.ctx.strokeStyle = ink("soft");
      u.ctx.setLineDash([6, 4]);
      u.ctx.beginPath();
      u.ctx.moveTo(left, u.bbox.top);
      u.ctx.lineTo(left, u.bbox.top + u.bbox.height);
      u.ctx.stroke();
      u.ctx.restore();
    })] },
    series: [{ label }, ...series.map(each => ({ label: each.label, stroke: each.stroke, dash: each.dash, width: 1.5,
      spanGaps: true, points: { show: each.values.length > 0 && each.values.length < 10 } }))],
  }, [x, ...series.map(each => each.values)], parent);
  addEventListener("resize", () => chart.setSize({ width: width(), height: 280 }));
  return chart;
};
const shade = (cell, share) => {
  cell.style.background = `rgba(0, 98, 155, ${share.toFixed(3)})`;
  cell.style.color = share > .5 ? "#fff" : "inherit";
};
// Rows of {name, predicted}: counts in the order of the rows.
const confusionMatrix = (table, rows) => {
  table.replaceChildren();
  head(table, ["", ...rows.map(row => row.name)]);
  for (const row of rows) {
    const line = element("tr", undefined, table);
    element("td", row.name, line);
    const all = row.predicted.reduce((a, b) => a + b, 0) || 1;
    row.predicted.forEach(n => shade(element("td", n ? (n / all).toFixed(2) : "", line), n / all));
  }
};
const svg = (tag, attributes, parent) => {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
  parent.append(made);
  return made;
};
// A picture with its label; framed by whether it belongs to the query.
const picture = (source, label, parent, good) => {
  const image = element("img", undefined, parent);
  image.src = source;
  image.alt = image.title = label;
  if (good !== undefined) image.className = good ? "good" : "bad";
  return image;
};
