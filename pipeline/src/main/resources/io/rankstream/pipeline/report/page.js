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
// Colours that stay apart for colour-blind readers (Okabe and Ito), then the same darker.
const colours = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#d55e00", "#56b4e9", "#7a6a00", "#000000",
  "#004a75", "#9c6b00", "#00624a", "#8a4a70"];
const colour = i => colours[i % colours.length];
const plot = (parent, label, range, x, series, marks) => new uPlot({
  width: Math.min(940, document.body.clientWidth - 48), height: 280,
  scales: { x: { time: false }, y: range ? { range } : {} },
  axes: [{ label }, {}],
  hooks: { draw: [u => (marks || []).forEach(at => {
    const left = Math.round(u.valToPos(at, "x", true));
    u.ctx.save();
    u.ctx.strokeStyle = "#5b6b7a";
    u.ctx.setLineDash([6, 4]);
    u.ctx.beginPath();
    u.ctx.moveTo(left, u.bbox.top);
    u.ctx.lineTo(left, u.bbox.top + u.bbox.height);
    u.ctx.stroke();
    u.ctx.restore();
  })] },
  series: [{ label }, ...series.map(each => ({ label: each.label, stroke: each.stroke, width: 1.5,
    spanGaps: true, points: { show: each.values.length < 10 } }))],
}, [x, ...series.map(each => each.values)], parent);
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
