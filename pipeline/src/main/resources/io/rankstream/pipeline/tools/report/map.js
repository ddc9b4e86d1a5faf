// A map of images in a box of class "map". show() takes points {key, x, y, name, title, hollow, picture, colour}: a dot
// keeps its key and moves, its colour stands for its name. The picture of a dot shows while one points at it. The map can
// be zoomed and moved, and shows some names alone; changed() is called when the reader has done either.
const imageMap = (box, key, pick, changed = () => {}) => {
  const width = 640, height = 480, margin = 14, mostZoom = 40, mostNames = 30;
  const canvas = svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "group", tabindex: 0,
    "aria-label": "Map of embeddings. Arrow keys move, plus and minus zoom, 0 shows all, Enter picks the dot in the middle." }, box);
  const hover = element("img", undefined, box);
  hover.alt = "";
  hover.onerror = () => { hover.style.display = "none"; };
  const dots = new Map(), slots = new Map(), counts = new Map();
  let view = { x: 0, y: 0, zoom: 1 }, chosen = new Set(), search = "";

  const radius = () => 4 * (width / view.zoom) / (box.clientWidth || width);
  const shown = dot => !chosen.size || chosen.has(dot.point.name);
  const paint = dot => {
    const { name, hollow } = dot.point;
    const fill = colour(slots.get(name) ?? 0);
    dot.setAttribute("fill", hollow ? "none" : fill);
    dot.setAttribute("fill-opacity", .7);
    dot.setAttribute("stroke", hollow ? fill : "none");
    dot.style.display = shown(dot) ? "" : "none";
  };
  const point = dot => {
    const x = (dot.point.x - view.x) * view.zoom / width, y = (dot.point.y - view.y) * view.zoom / height;
    hover.src = dot.point.picture;
    hover.style.cssText = `display: block; left: ${100 * x}%; top: ${100 * y}%; ` +
      `transform: translate(${x > .8 ? "-110%" : "10%"}, ${y > .8 ? "-110%" : "10%"})`;
  };
  const add = at => {
    const dot = svg("circle", { r: radius(), class: "dot", "pointer-events": "all" }, canvas);
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

  const applyView = () => {
    canvas.setAttribute("viewBox", `${view.x} ${view.y} ${width / view.zoom} ${height / view.zoom}`);
    canvas.classList.toggle("zoomed", view.zoom > 1);
    dots.forEach(dot => dot.setAttribute("r", radius()));
    hover.style.display = "none";
  };
  const setView = (x, y, zoom) => {
    const z = Math.min(mostZoom, Math.max(1, zoom)), within = (at, size) => Math.min(size - size / z, Math.max(0, at));
    view = { x: within(x, width), y: within(y, height), zoom: z };
    applyView();
    changed();
  };
  // Zooms around a place of the box, given as shares of its sides: that place stays where it is.
  const zoomBy = (factor, atX = .5, atY = .5) => {
    const zoom = Math.min(mostZoom, Math.max(1, view.zoom * factor));
    setView(view.x + atX * width * (1 / view.zoom - 1 / zoom), view.y + atY * height * (1 / view.zoom - 1 / zoom), zoom);
  };
  const moveBy = (x, y) => setView(view.x + x * width / view.zoom, view.y + y * height / view.zoom, view.zoom);
  const place = event => {
    const rect = canvas.getBoundingClientRect();
    return [(event.clientX - rect.left) / rect.width, (event.clientY - rect.top) / rect.height];
  };
  // The page scrolls under the wheel, so the map takes it only when the reader is at the map.
  canvas.addEventListener("wheel", event => {
    if (!event.ctrlKey && !event.metaKey && document.activeElement !== canvas) return;
    event.preventDefault();
    zoomBy(Math.exp(-event.deltaY * (event.ctrlKey ? .01 : .002)), ...place(event));
  }, { passive: false });
  const fingers = new Map();
  let dragged = false;
  canvas.onpointerdown = event => {
    fingers.set(event.pointerId, place(event));
    dragged = false;
  };
  canvas.onpointermove = event => {
    const before = fingers.get(event.pointerId), now = place(event);
    if (!before) return;
    const other = [...fingers].find(([id]) => id !== event.pointerId)?.[1];
    const apart = at => Math.hypot(at[0] - other[0], at[1] - other[1]);
    if (other) zoomBy(apart(now) / (apart(before) || 1), other[0], other[1]);
    else if (Math.hypot(now[0] - before[0], now[1] - before[1]) < .01 && !dragged) return; // a click that shook
    else if (view.zoom > 1) moveBy(before[0] - now[0], before[1] - now[1]);
    if (!dragged) canvas.setPointerCapture(event.pointerId);
    dragged = true;
    fingers.set(event.pointerId, now);
  };
  canvas.onpointerup = canvas.onpointercancel = event => fingers.delete(event.pointerId);
  canvas.addEventListener("click", event => { if (dragged) event.stopPropagation(); }, true);
  const middle = () => {
    const far = dot => Math.hypot(dot.point.x - view.x - width / view.zoom / 2, dot.point.y - view.y - height / view.zoom / 2);
    const all = [...dots].filter(([, dot]) => shown(dot)).sort((a, b) => far(a[1]) - far(b[1]));
    if (all.length) all[0][1].onclick();
  };
  const keys = { ArrowLeft: () => moveBy(-.2, 0), ArrowRight: () => moveBy(.2, 0), ArrowUp: () => moveBy(0, -.2),
    ArrowDown: () => moveBy(0, .2), "+": () => zoomBy(1.5), "=": () => zoomBy(1.5), "-": () => zoomBy(1 / 1.5),
    0: () => setView(0, 0, 1), Enter: middle };
  canvas.addEventListener("keydown", event => {
    if (!keys[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    keys[event.key]();
  });
  const buttons = element("div", undefined, box);
  buttons.className = "zoom";
  for (const [sign, label, act] of [["+", "Zoom in", () => zoomBy(1.5)], ["−", "Zoom out", () => zoomBy(1 / 1.5)],
    ["⤢", "Show all", () => setView(0, 0, 1)]]) {
    const button = element("button", sign, buttons);
    button.type = "button";
    button.title = label;
    button.setAttribute("aria-label", label);
    button.onclick = act;
  }

  const legend = () => {
    const names = [...slots.keys()].sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
    const found = names.filter(name => name.toLowerCase().includes(search.toLowerCase()));
    const row = key.querySelector(".names") || element("span", undefined, key);
    const focus = document.activeElement?.dataset?.name;
    row.className = "names";
    row.replaceChildren();
    const toggle = (label, pressed, act, slot) => {
      const button = element("button", undefined, row);
      button.type = "button";
      button.setAttribute("aria-pressed", pressed);
      if (slot !== undefined) {
        element("i", undefined, button).style.background = colour(slot);
        button.dataset.name = label;
      }
      button.append(slot === undefined ? label : `${label} ${count(counts.get(label) || 0)}`);
      button.onclick = act;
      if (label === focus) button.focus();
    };
    const filtered = () => { dots.forEach(paint); legend(); changed(); };
    if (names.length > 1) toggle("All classes", !chosen.size, () => { chosen.clear(); filtered(); });
    // Those that are chosen first: they must not hide behind the limit.
    [...found.filter(name => chosen.has(name)), ...found.filter(name => !chosen.has(name))].slice(0, mostNames)
      .forEach(name => toggle(name, chosen.has(name), () => {
        if (!chosen.delete(name)) chosen.add(name);
        filtered();
      }, slots.get(name)));
    if (found.length > mostNames) element("span", `and ${count(found.length - mostNames)} more`, row);
    if (!key.querySelector("input") && names.length > mostNames) {
      const label = element("label", "Find a class ");
      const input = element("input", undefined, label);
      input.type = "search";
      input.oninput = () => { search = input.value; legend(); };
      key.prepend(label);
    }
  };
  new ResizeObserver(applyView).observe(box);
  return {
    show(points) {
      counts.clear();
      points.forEach(p => counts.set(p.name, (counts.get(p.name) || 0) + 1));
      const fresh = [...counts.keys()].filter(name => !slots.has(name)).sort();
      fresh.forEach(name => slots.set(name, slots.size));
      points.forEach(p => { if (p.colour != null) slots.set(p.name, p.colour); });
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
        dot.point = { ...each, x: x(each.x), y: y(each.y) };
        dot.style.transform = `translate(${dot.point.x.toFixed(2)}px, ${dot.point.y.toFixed(2)}px)`;
        dot.firstChild.textContent = each.title;
        paint(dot);
      }
      legend();
    },
    mark(at) {
      dots.forEach((dot, each) => dot.classList.toggle("picked", each === at));
    },
    state: () => ({ ...view, names: [...chosen] }),
    restore({ x, y, zoom, names }) {
      chosen = new Set(names);
      setView(x, y, zoom);
      dots.forEach(paint);
    },
    // What is in view, on a canvas of its own.
    picture(scale = 2) {
      const made = document.createElement("canvas"), pen = made.getContext("2d");
      made.width = width * scale;
      made.height = height * scale;
      pen.fillStyle = ink("paper");
      pen.fillRect(0, 0, made.width, made.height);
      dots.forEach(dot => {
        if (!shown(dot)) return;
        const { x, y, name, hollow } = dot.point, zoom = view.zoom * scale;
        pen.beginPath();
        pen.arc((x - view.x) * zoom, (y - view.y) * zoom, 4 * scale, 0, 2 * Math.PI);
        pen.globalAlpha = hollow ? 1 : .7;
        pen.fillStyle = pen.strokeStyle = colour(slots.get(name) ?? 0);
        pen.lineWidth = 1.5 * scale;
        if (hollow) pen.stroke(); else pen.fill();
      });
      return made;
    },
  };
};
