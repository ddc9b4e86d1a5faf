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
dark.onchange = () => location.reload(); // plots and tables are painted in the colours of their start
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
// A cell in a tint that grows with the share. Its text is black or white, whichever stands out more on this mix.
const shade = (cell, share) => {
  const tint = [0, 98, 155], paper = dark.matches ? [20, 25, 31] : [255, 255, 255];
  const mixed = paper.map((of, i) => Math.round(of + (tint[i] - of) * share));
  const [r, g, b] = mixed.map(of => of / 255).map(of => of <= .04045 ? of / 12.92 : ((of + .055) / 1.055) ** 2.4);
  cell.style.background = `rgb(${mixed})`;
  cell.style.color = .2126 * r + .7152 * g + .0722 * b > .179 ? "#000" : "#fff";
};
const rowHead = (name, row) => {
  const made = element("th", name, row);
  made.scope = "row";
  return made;
};
// The head of a table of narrow columns: their names stand upright.
const uprightHead = (table, corner, names) => {
  const row = element("tr", undefined, element("thead", undefined, table));
  element("th", corner, row);
  names.forEach(name => element("span", name, element("th", undefined, row)));
  table.classList.toggle("many", names.length > 12); // on a phone then without numbers
};
// Rows of {name, predicted, all}: counts in the order of the rows, and the images of the row where there are more classes.
const confusionMatrix = (table, rows) => {
  table.replaceChildren();
  uprightHead(table, "class", rows.map(row => row.name));
  for (const row of rows) {
    const line = element("tr", undefined, table);
    rowHead(row.name, line);
    const all = row.all || row.predicted.reduce((a, b) => a + b, 0) || 1;
    row.predicted.forEach((n, i) => {
      const cell = element("td", n ? (n / all).toFixed(2) : "", line);
      cell.title = `${row.name} taken for ${rows[i].name}: ${count(n)} of ${count(all)}`;
      shade(cell, n / all);
    });
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
// The classes that are confused most, rows of {actual, predicted, confused, all, pictures, likenesses}; the pictures by number.
const confusedPairs = (parent, rows, pictures) => {
  parent.replaceChildren();
  if (!rows.length) element("p", "No image was taken for one of another class.", parent);
  const list = element("ol", undefined, parent);
  list.className = "pairs";
  for (const row of rows) {
    const item = element("li", undefined, list), line = element("p", undefined, item);
    element("b", row.actual, line);
    line.append(" taken for ");
    element("b", row.predicted, line);
    line.append(`: ${count(row.confused)} of ${count(row.all)} images (${(100 * row.confused / row.all).toFixed(1)} %)`);
    const group = (indices, label, caption) => {
      const known = indices.filter(i => pictures[i]);
      if (!known.length) return;
      const figure = element("figure", undefined, item);
      figure.className = "pictures";
      known.forEach(i => picture(pictures[i], label, figure));
      element("figcaption", caption, figure);
    };
    group(row.pictures, `${row.actual}, taken for ${row.predicted}`, `${row.actual}, confused`);
    group(row.likenesses, row.predicted, `${row.predicted}, recognised`);
  }
};
// How the result came about: {at, command, parameters, settings, versions}.
const provenance = (parent, made) => {
  const list = (entries, box) => {
    const names = element("dl", undefined, box);
    names.className = "made";
    Object.entries(entries).forEach(([name, value]) => {
      element("dt", name, names);
      element("dd", value, names);
    });
  };
  element("p", "The command that made it:", parent);
  element("code", made.command, element("pre", undefined, parent));
  list({ Date: made.at, ...made.versions, ...made.parameters }, parent);
  const settings = Object.keys(made.settings).length, box = element("details", undefined, parent);
  element("summary", `Settings of the job that were set (${settings}); all others had their defaults`, box);
  list(made.settings, box);
};
