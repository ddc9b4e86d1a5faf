// Looks at the live page in a real browser, with made-up figures: empty, training, finished, dark, on a phone.
// Fails on an error in the console, what inspection.mjs finds, or a control that does not do what it says. Writes a picture of
// each state. No build needs it.
//
//   npm install playwright-core axe-core        in any folder; the browser is that of the system
//   ./rankstream watch --no-browser
//   NODE_PATH=FOLDER/node_modules node lab/browser/check_page.mjs http://localhost:8070 /tmp/pictures
import { mkdirSync, readFileSync } from "node:fs";
import { findings, launch, listen } from "./inspection.mjs";

const [address = "http://localhost:8070", folder = "pictures"] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });

const pixel = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64");
const now = Date.UTC(2026, 0, 1, 12), steps = 400;
const curve = () => {
  const all = Array.from({ length: steps }, (_, i) => i + 1), wave = i => Math.sin(i * 12.9898) * .5;
  const of = value => all.map(value);
  return { step: all, millis: of(i => now - (steps - i) * 500), images: of(i => 20 * i),
    loss: of(i => 3 / Math.sqrt(i)), classification: of(i => 2.5 / Math.sqrt(i) * (1 + .4 * wave(i))),
    ranking: of(i => .2 / Math.sqrt(i) * (1 + wave(i))), learningRate: of(i => .01 * (1 - i / 500)),
    gradientNorm: of(i => i === 30 ? null : 4 / Math.sqrt(i) * (1 + wave(i))), active: of(i => 1 / (1 + i / 50)),
    replayed: of(() => .3), micro: of(i => i < 5 ? null : 1 - .8 / Math.sqrt(i)), macro: of(i => i < 5 ? null : .95 - .8 / Math.sqrt(i)),
    windowMicro: of(i => 1 - .7 / Math.sqrt(i)), windowMacro: of(i => .95 - .7 / Math.sqrt(i)),
    head: of(i => 1 - .5 / Math.sqrt(i)), tail: of(i => .9 - .8 / Math.sqrt(i)) };
};
const hostile = "<img src=x onerror=alert(1)>";
const names = [...Array.from({ length: 9 }, (_, i) => `class-${i}`), hostile];
const confusionOf = (all, others, classes) => {
  const size = all.length + (others ? 1 : 0), line = [...all, ...(others ? [null] : [])];
  const rows = line.map((name, i) => {
    const predicted = line.map((_, j) => i === j ? 700 - 40 * i : Math.max(0, (i * 7 + j * 13) % 17 - 6));
    return { name, all: predicted.reduce((a, b) => a + b, 0) + (i ? 0 : 64), predicted };
  });
  const pairs = rows.slice(0, all.length).flatMap((row, i) => row.predicted.slice(0, all.length).map((images, j) =>
    ({ label: row.name, predicted: all[j], images, all: row.all, right: i === j }))).filter(pair => !pair.right && pair.images);
  return { predictions: rows.reduce((sum, row) => sum + row.all, 0), window: 10000, correct: rows.reduce((sum, row, i) => sum + row.predicted[i], 0),
    unknown: 64, classes: classes || size, others, rows, pairs: pairs.sort((a, b) => b.images - a.images).slice(0, 8) };
};
const run = (state, words, more = {}) => ({ now, streams: ["default", "=other"], problems: [], waiting: 1204,
  health: { state, words }, deadLetters: { total: 7, repeats: 2, share: .007, reasons: { IMAGE_CORRUPT: 5, LABEL_INVALID: 2 }, shares: { IMAGE_CORRUPT: .005, LABEL_INVALID: .002 },
    last: [{ key: 7, reason: "IMAGE_CORRUPT", origin: "images.v2-0@812", redriven: 1, at: now, detail: hostile },
      { key: 6, reason: "LABEL_INVALID", stream: "default", image: `cats/${hostile}.jpg`, origin: "images.v2-0@811", redriven: 0, at: now, detail: "The label is blank" }] },
  stream: { images: 8000, labeled: 7600, embeddings: 15200, trainedEmbeddings: 7200, newestVersion: 398, newestLineage: "0197c3a1",
    sample: 1, step: steps, updatedAt: now - 2000, lineage: "0197c3a1", learningRate: .002, stepMillis: 48, notTaken: 1,
    lastNotTaken: { step: 30, outcome: "skipped", fault: "exploding_gradient" }, knownClasses: 10, micro: .961, macro: .912,
    stepsPerSecond: 19.7, curve: curve(), moreClasses: 0, confusion: confusionOf(names, 0),
    classes: names.map((name, i) => ({ name, colour: i, traffic: 4000 >> i, slots: 900 - 20 * i, recall: .98 - i * .04 })),
    versions: [{ version: 300, publishedAt: now, uri: "file:///models/default-300.safetensors", sizeBytes: 44e6, micro: .95, macro: .9 }] },
  ...more });
const map = Array.from({ length: 600 }, (_, i) => {
  const c = i % 10, turn = i * 2.4, far = (i % 37) / 90;
  return [i, Math.cos(c) + far * Math.cos(turn), Math.sin(c) + far * Math.sin(turn), i % 15 ? names[c] : null, names[c], 390 + i % 9, c, i % 3 > 0];
});
const nothing = { now, streams: [], problems: ["embeddings.v2: the topic does not exist yet: start the job, or correct the topic's name"],
  waiting: null, health: { state: "STARTING", words: "Waiting for the first training step to be committed." },
  deadLetters: { total: 0, repeats: 0, share: null, reasons: {}, shares: {}, last: [] } };
const training = run("TRAINING", "Training.");
const finished = run("IDLE", "No training step for 12 minutes: idle or finished. Every record of the input has a result; new ones start it again.", { waiting: 0 });
const longNames = Array.from({ length: 11 }, (_, i) => i === 4 ? `${hostile}${"a-very-long-name-".repeat(8)}` : `species-${1000 + 97 * i}`);
const many = run("TRAINING", "Training.");
many.stream.confusion = confusionOf(longNames, 9989, 10000);
const flawless = run("TRAINING", "Training.");
flawless.stream.confusion = { predictions: 40, window: 10000, correct: 40, unknown: 0, classes: 2, others: 0, pairs: [],
  rows: [{ name: "cat", all: 30, predicted: [30, 0] }, { name: "dog", all: 10, predicted: [0, 10] }] };
const stalled = run("STALLED", "No training step for 3 minutes, and 1204 records of the input have no result yet: the job is restarting, or has stopped. Look at its log.");

const problems = [];
const browser = await launch();
const open = async (name, figures, settings = {}, hash = "") => {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, acceptDownloads: true, ...settings });
  const page = await context.newPage();
  listen(page, problem => problems.push(`${name}: ${problem}`));
  await page.route("**/api/run*", route => route.fulfill({ json: figures }));
  await page.route("**/api/map*", route => route.fulfill({ json: map }));
  await page.route("**/api/neighbours*", route => route.fulfill({ json: map.slice(0, 11).map(([, , , label, predicted], i) =>
    ({ key: i === 0 ? Number(new URL(route.request().url()).searchParams.get("key")) : i, id: `image-${i}`, label, predicted, confidence: .9, version: 398 })) }));
  await page.route("**/api/confusion*", route => route.fulfill({ json: names.map((name, i) => [name, i ? names[i - 1] : null, 40 - i]) }));
  await page.route("**/picture*", route => route.fulfill({ body: pixel, contentType: "image/png" }));
  await page.route("**/letter*", route => route.fulfill(/key=6/.test(route.request().url())
    ? { body: pixel, contentType: "image/png" } : { status: 204, contentType: "image/png" }));
  await page.goto(`${address}/${hash}`);
  await page.waitForFunction(() => document.getElementById("status").textContent !== "Connecting …");
  if (figures.stream) await page.waitForFunction(() => document.querySelectorAll("#neighbours img").length > 0);
  return page;
};
const say = (name, fact, holds) => { if (!holds) problems.push(`${name}: ${fact}`); };

const inspect = async (name, page) => {
  (await findings(page)).forEach(each => problems.push(`${name}: ${each}`));
  await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
};

const phone = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true };
for (const [name, figures, settings] of [["empty", nothing], ["training", training], ["finished", finished], ["stalled", stalled],
  ["many", many], ["many-phone", many, phone], ["flawless", flawless],
  ["dark", training, { colorScheme: "dark" }], ["phone", training, phone], ["phone-dark", finished, { ...phone, colorScheme: "dark" }],
  ["phone-empty", nothing, phone], ["tablet", training, { viewport: { width: 820, height: 1180 } }]]) {
  const page = await open(name, figures, settings);
  if (name === "training") await page.screenshot({ path: `${folder}/fold.png` });
  await inspect(name, page);
  await page.context().close();
}

const page = await open("controls", training);
const box = await page.locator("#map svg").boundingBox();
say("controls", `the map ends at ${Math.round(box.y + box.height)} of 900: it is not above the fold`, box.y + box.height <= 900);
await page.waitForFunction(() => document.querySelectorAll("#letters img").length < 2);
const rows = await page.locator("#letters tr").allTextContents();
say("controls", `a letter without an image says so, and one with an image shows it: ${rows}`,
  rows[1].startsWith("none") && await page.locator("#letters img").count() === 1);
const circles = () => page.locator("#map circle").evaluateAll(all => all.filter(each => each.style.display !== "none").length);
say("controls", "all dots show at first", await circles() === 600);
await page.locator("#key button", { hasText: "class-3" }).click();
say("controls", `a class shows alone, not ${await circles()} dots`, await circles() === 60);
await page.locator("#x").selectOption("images");
await page.locator("#smooth").fill("0.9");
await page.locator("#log").check();
await page.locator("#map svg").focus();
await page.keyboard.press("+");
await page.keyboard.press("ArrowLeft");
const hash = new URL(page.url()).hash;
say("controls", `the address keeps the state: ${hash}`, ["x=images", "smooth=0.9", "log=1", "class=class-3", "view="].every(each => hash.includes(each)));
await page.locator("#accuracy .chart").focus();
for (let i = 0; i < 3; i++) await page.keyboard.press("ArrowLeft");
const spoken = await page.locator("#accuracy .spoken").textContent();
say("controls", `arrow keys read the third value from the end, not "${spoken}"`, spoken.startsWith("fresh images trained on 7,960: micro 0."));
await page.locator("#confusion td").nth(1).click(); // of a row of ten cells
const told = () => page.locator("#confusionCell").textContent();
say("controls", `a click reads a cell, not "${await told()}"`, /^7 of 795 images of class-0 taken for class-1 \(0\.9 %\)\.$/.test(await told()));
await page.locator("#confusionBox").focus();
await page.keyboard.press("ArrowDown");
say("controls", `the arrow keys go on from it, not to "${await told()}"`, /of class-1 recognised/.test(await told()));
say("controls", "the cell is spoken", await page.locator("#confusionSpoken").textContent() === await told());
say("controls", "one cell is marked", await page.locator("#confusion .chosen").count() === 1);
await inspect("controls", page);
for (const [id, ending] of [["curvesCsv", "csv"], ["curvesJson", "json"], ["classesCsv", "csv"], ["confusionCsv", "csv"], ["mapCsv", "csv"], ["mapPng", "png"], [null, "png"]]) {
  const [file] = await Promise.all([page.waitForEvent("download"), (id ? page.locator(`#${id}`) : page.locator("section .tools button", { hasText: "PNG" }).first()).click()]);
  const path = `${folder}/${id || "chart"}.${ending}`;
  await file.saveAs(path);
  const content = readFileSync(path);
  say("controls", `${path} has content`, content.length > 100);
  if (id === "curvesCsv") say("controls", "the CSV has a row for each point", content.toString().trim().split("\r\n").length === steps + 1);
  if (id === "confusionCsv") say("controls", "the CSV has all confusions", content.toString().trim().split("\r\n").length === names.length + 1);
  if (id === "curvesJson") say("controls", "the JSON has the matrix", JSON.parse(content).stream.confusion.rows.length === names.length);
  if (id === "curvesJson") say("controls", "the JSON is the run", JSON.parse(content).stream.step === steps);
}
await page.context().close();

const again = await open("restored", training, {}, hash);
say("restored", "the address brings the axis back", await again.locator("#x").inputValue() === "images");
say("restored", "the address brings the filter back", await again.locator("#map circle").evaluateAll(all => all.filter(each => each.style.display !== "none").length) === 60);
await again.unroute("**/api/run*");
await again.route("**/api/run*", route => route.abort());
await again.waitForFunction(() => document.getElementById("status").textContent.includes("has ended"));
await again.screenshot({ path: `${folder}/ended.png` });
await browser.close();
const real = problems.filter(each => !/restored: console: Failed to load resource/.test(each)); // the server that has ended
real.forEach(each => console.log(each));
console.log(real.length ? `${real.length} problems` : "The page is fine.");
process.exit(real.length ? 1 : 0);
