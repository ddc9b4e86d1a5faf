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
// A map of images in a box of class "map". show() takes points {key, x, y, name, title, hollow, picture}: a dot keeps its
// key and moves, its colour stands for its name. The picture of a dot shows while one points at it.
const imageMap = (box, key, pick) => {
  const width = 640, height = 480, margin = 14;
  const canvas = svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": "Map of embeddings" }, box);
  const hover = element("img", undefined, box);
  hover.alt = "";
  hover.onerror = () => { hover.style.display = "none"; };
  const dots = new Map();
  let names = [];
  const paint = (dot, name, hollow) => {
    const fill = colour(names.indexOf(name));
    dot.setAttribute("fill", hollow ? "none" : fill);
    dot.setAttribute("fill-opacity", .7);
    dot.setAttribute("stroke", hollow ? fill : "none");
  };
  const point = dot => {
    const { x, y, picture } = dot.point;
    hover.src = picture;
    hover.style.cssText = `display: block; left: ${100 * x / width}%; top: ${100 * y / height}%; ` +
      `transform: translate(${x > width * .8 ? "-110%" : "10%"}, ${y > height * .8 ? "-110%" : "10%"})`;
  };
  const add = at => {
    const dot = svg("circle", { r: 4, class: "dot", "pointer-events": "all" }, canvas);
    svg("title", {}, dot);
    dot.onmouseenter = () => point(dot);
    dot.onmouseleave = () => { hover.style.display = "none"; };
    dot.onclick = () => { point(dot); if (pick) pick(at); };
    dots.set(at, dot);
    return dot;
  };
  const scale = (points, axis, size) => {
    const all = points.map(p => p[axis]);
    const low = Math.min(...all), high = Math.max(...all);
    return value => margin + (size - 2 * margin) * (value - low) / (high - low || 1);
  };
  return {
    show(points) {
      const known = new Set(names);
      const more = [...new Set(points.map(p => p.name))].filter(name => !known.has(name)).sort();
      names = [...names, ...more];
      if (more.length) {
        key.replaceChildren();
        names.slice(0, 30).forEach((name, i) => {
          const span = element("span", undefined, key);
          element("i", undefined, span).style.background = colour(i);
          span.append(name);
        });
      }
      const x = scale(points, "x", width), y = scale(points, "y", height);
      const kept = new Set(points.map(p => p.key));
      dots.forEach((dot, at) => {
        if (!kept.has(at)) {
          dot.remove();
          dots.delete(at);
        }
      });
      for (const each of points) {
        const dot = dots.get(each.key) || add(each.key);
        dot.point = { x: x(each.x), y: y(each.y), picture: each.picture };
        dot.style.transform = `translate(${dot.point.x.toFixed(1)}px, ${dot.point.y.toFixed(1)}px)`;
        dot.firstChild.textContent = each.title;
        paint(dot, each.name, each.hollow);
      }
    },
    mark(at) {
      dots.forEach((dot, each) => dot.classList.toggle("picked", each === at));
    },
  };
};
// A picture with its label; framed by whether it belongs to the query.
const picture = (source, label, parent, good) => {
  const image = element("img", undefined, parent);
  image.src = source;
  image.alt = image.title = label;
  if (good !== undefined) image.className = good ? "good" : "bad";
  return image;
};
