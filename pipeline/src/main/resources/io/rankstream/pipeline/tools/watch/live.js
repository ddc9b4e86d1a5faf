// Everything that came out of a record is text: it is only ever set with textContent, alt or title.
const share = value => value == null ? "–" : value.toFixed(3);
const percent = value => value == null ? "–" : `${(100 * value).toFixed(value > 0 && value < .1 ? 1 : 0)} %`;
const time = millis => new Date(millis).toLocaleTimeString();
const stateOfUrl = new URLSearchParams(location.hash.slice(1));
const stream = () => byId("stream").value || stateOfUrl.get("stream") || "";
const ask = async path => {
  const answer = await fetch(stream() ? `${path}${path.includes("?") ? "&" : "?"}stream=${encodeURIComponent(stream())}` : path);
  if (answer.status === 404) return undefined;
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer.json();
};
const pictureOf = key => `picture?key=${key}&stream=${encodeURIComponent(stream())}`;

const line = (label, key, inkName, more) => ({ label, key, ink: inkName, ...more });
const charts = Object.fromEntries(Object.entries({
  accuracy: { title: "Accuracy", range: [0, 1], series: [line("micro", "micro", "in"), line("macro", "macro", "out"),
    line("micro, last images", "windowMicro", "in", { dash: [4, 4] }), line("macro, last images", "windowMacro", "out", { dash: [4, 4] })] },
  loss: { title: "Loss", canBeLog: true, series: [line("cross-entropy", "classification", "out"),
    line("ranking", "ranking", "in", { second: true })] },
  ends: { title: "Head and tail", range: [0, 1], series: [line("head", "head", "in"), line("tail", "tail", "out")] },
  pace: { title: "Learning rate and gradient", canBeLog: true, series: [line("gradient norm", "gradientNorm", "out"),
    line("learning rate", "learningRate", "in", { second: true, raw: true })] },
  batches: { title: "Triplets and replays", range: [0, 1], series: [line("active triplets", "active", "out"),
    line("replayed images", "replayed", "in")] },
}).map(([id, spec]) => [id, liveChart(byId(id), spec)]));

const confusion = confusionPanel({ table: byId("confusion"), about: byId("confusionAbout"), none: byId("noConfusion"), box: byId("confusionBox"),
  text: byId("confusionCell"), spoken: byId("confusionSpoken"), pairs: byId("pairs"), noPairs: byId("noPairs"), save: byId("confusionCsv") });

let run, map, picked, points = [], shown = -1, seen = false;
const options = () => ({ x: byId("x").value, smooth: Number(byId("smooth").value), log: byId("log").checked });
const showCurves = () => Object.values(charts).forEach(chart => chart.show(run?.stream?.curve, options()));

const ratio = counts => {
  const some = counts.filter(n => n > 0);
  return some.length ? Math.max(...some) / Math.min(...some) : 1;
};
const showTiles = (letters, s, waiting) => {
  byId("tiles").replaceChildren();
  const add = (value, label, title) => {
    tile(byId("tiles"), value, label);
    byId("tiles").lastChild.title = title || "";
  };
  const classes = s.classes || [];
  add(count(s.step || 0), "training steps", s.lineage ? `Lineage ${s.lineage}` : "");
  add(s.newestVersion == null ? "–" : count(s.newestVersion), "newest embedding version",
    `${count(s.trainedEmbeddings || 0)} of ${count(s.embeddings || 0)} embeddings are of images just trained on. Lineage ${s.newestLineage || "–"}`);
  if (s.drift)
    add(s.drift.cosineShift.toFixed(3), `drift since version ${count(s.drift.against)}`,
      `1 − cos of version ${count(s.drift.version)}. Recall@1 of new queries: ${share(s.drift.newInNew)} in a new index, ${share(s.drift.newInOld)} in an old one, ${share(s.drift.mapped)} with the map`);
  if (s.epochs?.serving)
    add(count(s.epochs.serving.number), `epoch of version ${count(s.epochs.serving.version)}`,
      `Serves since ${time(s.epochs.serving.completeAt)}. ${count(s.epochs.serving.images)} images were embedded again, ${count(s.epochs.serving.superseded)} had arrived again or were deleted, ${count(s.epochs.serving.refused)} were not accepted`);
  if (s.epochs?.open)
    add(count(s.epochs.open.embedded), `embedded in epoch ${count(s.epochs.open.number)}, which is open`,
      `Version ${count(s.epochs.open.version)} embeds all images since ${time(s.epochs.open.openedAt)}. Consumers change to it when it is complete`);
  if (s.rounds)
    add(count(s.rounds.round), `round of ${count(s.rounds.replicas)} replicas`,
      `Wait for the last average: ${s.rounds.waitMillis.map((ms, r) => `replica ${r} ${ms == null ? "–" : `${ms.toFixed(0)} ms`}`).join(", ")}. Long for all but one: that one is slow`);
  add(count(s.images || 0), "images embedded");
  add(share(s.micro), "micro accuracy", "Each image counts alike");
  add(share(s.macro), "macro accuracy", "Each class counts alike");
  add(!classes.length ? "–" : `${ratio(classes.map(c => c.traffic)).toFixed(0)} → ${ratio(classes.map(c => c.slots)).toFixed(1)}`,
    "imbalance: traffic → training", "Images of the most frequent class for one of the least frequent. In a long training that of the batches grows, where batch.balance is auto and images of rare classes come again and again");
  add(count(s.knownClasses || 0), "classes");
  add((s.stepsPerSecond || 0).toFixed(1), "steps a second", "While it trains, over the last 200 steps");
  add(waiting == null ? "–" : count(waiting), "input records waiting", "Records of the input after the last that has a result");
  add(percent(letters.share), "dead letters, last 1,000", "Of the last 1,000 records of each partition of the input");
};
const bar = (row, value, most, color) => {
  const made = element("div", undefined, element("td", undefined, row));
  made.className = "bar";
  made.style.cssText = `width: ${most ? 100 * value / most : 0}%; background: var(--${color})`;
};
const showClasses = s => {
  const table = byId("classes"), all = s.classes || [], find = byId("find").value.toLowerCase();
  const classes = all.filter(c => c.name.toLowerCase().includes(find));
  table.replaceChildren();
  byId("more").textContent = !all.length ? "No class yet: it appears with its first labelled image."
    : !classes.length ? "No class has this in its name."
      : s.moreClasses ? `and ${count(s.moreClasses)} with fewer images` : "";
  byId("classesCsv").disabled = !all.length;
  if (!classes.length) return;
  head(table, ["class", "in", "", "trained", "", "recall", ""]);
  const most = key => Math.max(1, ...all.map(c => c[key]));
  const traffic = most("traffic"), slots = most("slots");
  for (const c of classes) {
    const row = element("tr", undefined, table), name = element("td", undefined, row);
    const dot = element("i", undefined, name);
    dot.className = "dot-key";
    dot.style.background = colour(c.colour);
    name.append(c.name);
    name.title = c.name;
    element("td", count(c.traffic), row);
    bar(row, c.traffic, traffic, "in");
    element("td", count(c.slots), row);
    bar(row, c.slots, slots, "out");
    element("td", share(c.recall), row);
    bar(row, c.recall || 0, 1, "soft");
  }
};
const rows = (table, names, all, cells) => {
  table.replaceChildren();
  if (!all.length) return;
  head(table, names);
  for (const each of all) {
    const row = element("tr", undefined, table);
    cells(each).forEach(cell => element("td", cell, row));
  }
};
const showLetters = letters => {
  byId("lettersAbout").textContent = letters.total
    ? `${count(letters.total)} records of the input could not be used${letters.repeats
      ? `, ${count(letters.repeats)} of them not for the first time` : ""}; they wait in the dead-letter topic.`
    : "None so far.";
  rows(byId("reasons"), ["reason", "records", "of the last 1,000"], Object.entries(letters.reasons),
    ([reason, n]) => [reason, count(n), percent(letters.shares[reason] || 0)]);
  const last = letters.last.slice(0, 8), drawn = JSON.stringify(last);
  if (byId("letters").dataset.drawn === drawn) return; // each picture is asked for once
  byId("letters").dataset.drawn = drawn;
  rows(byId("letters"), ["image", "reason", "id", "from", "sent again", "detail"], last,
    letter => ["", letter.reason, letter.image === undefined ? "–" : `${letter.stream}/${letter.image}`, letter.origin,
      letter.redriven ? `${letter.redriven} ×` : "–", letter.detail]);
  [...byId("letters").querySelectorAll("tr")].slice(1).forEach((row, i) => {
    const image = picture(`letter?key=${last[i].key}`, `Image of the dead letter from ${last[i].origin}`, row.firstChild);
    image.onerror = () => row.firstChild.replaceChildren("none"); // Kafka has deleted it, or it cannot be decoded
  });
};
const showVersions = versions => {
  byId("versionsAbout").textContent = versions.length ? "Model files, the newest first."
    : "None published yet; --versions.directory of the job publishes them.";
  rows(byId("versions"), ["version", "at", "micro", "macro", "MB", "file"], versions.slice(0, 5), v => [count(v.version),
    time(v.publishedAt), share(v.micro), share(v.macro), (v.sizeBytes / 1e6).toFixed(1), v.uri]);
};
const showStreams = streams => {
  const select = byId("stream"), chosen = stream() || streams[0];
  if (select.options.length === streams.length) return;
  select.replaceChildren();
  streams.forEach(name => { element("option", name, select).value = name; });
  select.value = streams.includes(chosen) ? chosen : streams[0];
  byId("streams").hidden = streams.length < 2;
};
const showHealth = ({ state, words }, s, now) => {
  byId("health").className = `health ${state.toLowerCase()}`;
  // Set only when it changes: a screen reader says it each time.
  if (byId("status").textContent !== words) byId("status").textContent = words;
  byId("ago").textContent = s.updatedAt ? `Last step: ${new Date(s.updatedAt).toLocaleString()}.` : "";
  document.title = `${{ TRAINING: "▶", IDLE: "⏸", STARTING: "…", ARRIVING: "…" }[state] || "⚠"} ${s.step ? `step ${count(s.step)} · ` : ""}Rankstream`;
};
const showNotices = (problems, s) => {
  const skipped = s.lastNotTaken && `Steps not taken: ${count(s.notTaken)}; the last was step ` +
    `${count(s.lastNotTaken.step)}: ${s.lastNotTaken.outcome} (${s.lastNotTaken.fault}).`;
  const all = [...problems, ...(skipped ? [skipped] : [])];
  if (byId("notices").dataset.shown === JSON.stringify(all)) return;
  byId("notices").dataset.shown = JSON.stringify(all);
  byId("notices").replaceChildren();
  all.forEach(problem => { element("p", problem, byId("notices")).className = "notice"; });
};

const startMap = () => {
  byId("map").replaceChildren();
  byId("key").replaceChildren();
  map = imageMap(byId("map"), byId("key"), pick, () => keepState());
  picked = undefined;
  points = [];
  shown = -1;
};
const showMap = all => {
  points = all;
  byId("noMap").hidden = points.length > 0;
  byId("map").hidden = !points.length;
  ["mapCsv", "mapPng", "another"].forEach(id => { byId(id).disabled = !points.length; });
  map.show(points.map(([key, x, y, label, predicted, version, slot, trained]) => ({
    key, x, y, name: label ?? predicted ?? "unknown", hollow: label === null, picture: pictureOf(key), colour: slot,
    title: `${label ?? `predicted: ${predicted ?? "unknown"}`}, version ${count(version)}${trained ? "" : ", not trained on"}`,
  })));
  if (!points.some(([key]) => key === picked) && points.length) picked = points[Math.floor(points.length / 2)][0];
  map.mark(picked);
};
const showNeighbours = async () => {
  const found = picked === undefined ? [] : await ask(`api/neighbours?key=${picked}`) || [];
  if (!found.length || found[0].key !== picked) return;
  const name = each => each.label ?? each.predicted ?? "unknown";
  byId("neighbours").replaceChildren();
  found.forEach((each, i) => {
    const figure = element("figure", undefined, byId("neighbours"));
    picture(pictureOf(each.key), `${each.id}, version ${each.version}`, figure,
      i === 0 ? undefined : name(each) === name(found[0]));
    const caption = element("figcaption", undefined, figure);
    element(each.label === null ? "em" : "span", (i === 0 ? "query: " : "") + name(each), caption);
    if (i === 0) figure.style.marginRight = "2rem";
  });
};
const pick = key => {
  picked = key;
  map.mark(key);
  showNeighbours().catch(() => {});
};

const keepState = () => {
  const state = new URLSearchParams(), { x, smooth, log } = options(), view = map.state();
  if (stream() && byId("stream").options.length > 1) state.set("stream", stream());
  if (x !== "step") state.set("x", x);
  if (smooth) state.set("smooth", smooth);
  if (log) state.set("log", 1);
  if (view.zoom > 1) state.set("view", [view.x, view.y, view.zoom].map(n => +n.toFixed(2)).join(" "));
  view.names.forEach(name => state.append("class", name));
  const hash = state.toString();
  if (hash !== location.hash.slice(1)) history.replaceState(null, "", hash ? `#${hash}` : location.pathname);
};
const restoreState = () => {
  if (xAxes[stateOfUrl.get("x")]) byId("x").value = stateOfUrl.get("x");
  byId("smooth").value = stateOfUrl.get("smooth") || 0;
  byId("log").checked = stateOfUrl.has("log");
  const view = (stateOfUrl.get("view") || "").split(" ").map(Number);
  const known = view.length === 3 && view.every(Number.isFinite);
  map.restore({ x: known ? view[0] : 0, y: known ? view[1] : 0, zoom: known ? view[2] : 1, names: stateOfUrl.getAll("class") });
};

const fileName = (what, ending) => `rankstream-${(stream() || "run").replace(/[^\w.-]+/g, "_")}-${what}.${ending}`;
const columns = () => Object.entries(run?.stream?.curve || {});
const files = {
  curvesCsv: () => saveCsv(fileName("curves", "csv"), columns().map(([name]) => name),
    (columns()[0]?.[1] || []).map((_, i) => columns().map(([, values]) => values[i]))),
  curvesJson: () => saveJson(fileName("run", "json"), run || {}),
  classesCsv: () => saveCsv(fileName("classes", "csv"), ["class", "images", "trained", "recall"],
    (run?.stream?.classes || []).map(c => [c.name, c.traffic, c.slots, c.recall])),
  // All counts; when the server has ended, those that are shown.
  confusionCsv: async () => saveCsv(fileName("confusions", "csv"), ["class", "predicted", "images"],
    await ask("api/confusion").catch(() => undefined) || confusion.cells()),
  mapCsv: () => saveCsv(fileName("map", "csv"), ["key", "x", "y", "label", "predicted", "version", "trained"],
    points.map(([key, x, y, label, predicted, version, , trained]) => [key, x, y, label, predicted, version, trained])),
  mapPng: () => savePicture(fileName("map", "png"), map.picture()),
};
Object.entries(files).forEach(([id, act]) => { byId(id).onclick = act; });
Object.entries(charts).forEach(([id, chart]) => {
  const button = element("button", "PNG", byId(id).closest("section").querySelector(".tools"));
  button.type = "button";
  button.setAttribute("aria-label", `Save the chart as PNG: ${id}`);
  button.onclick = () => savePicture(fileName(id, "png"), chart.picture());
});
["x", "smooth", "log"].forEach(id => {
  byId(id).oninput = () => {
    byId("smoothed").textContent = Number(byId("smooth").value).toFixed(2);
    showCurves();
    keepState();
  };
});
byId("find").oninput = () => showClasses(run?.stream || {});
byId("another").onclick = () => { if (points.length) pick(points[Math.floor(Math.random() * points.length)][0]); };
byId("stream").onchange = () => { startMap(); refresh(); keepState(); };

const refresh = async () => {
  try {
    run = await ask("api/run");
    let s = run.stream || {};
    seen = true;
    showStreams(run.streams);
    showHealth(run.health, s, run.now);
    showNotices(run.problems, s);
    showTiles(run.deadLetters, s, run.waiting);
    showCurves();
    ["curvesCsv", "curvesJson"].forEach(id => { byId(id).disabled = !s.step; });
    showClasses(s);
    confusion.show(s.confusion);
    showLetters(run.deadLetters);
    showVersions(s.versions || []);
    if (s.sample !== undefined && s.sample !== shown) {
      shown = s.sample;
      showMap(await ask("api/map") || []);
      await showNeighbours();
    }
  } catch (error) {
    showHealth({ state: "SERVER_GONE", words: seen
      ? "The server of this page has ended. This is the last that it showed; start ./rankstream watch again."
      : "The server of this page does not answer: start ./rankstream watch." }, run?.stream || {});
  }
};
const loop = async () => {
  await refresh();
  setTimeout(loop, 1500);
};
startMap();
restoreState();
byId("smoothed").textContent = Number(byId("smooth").value).toFixed(2);
loop();
