// What the checks of pages share: the browser of the system, and what is wrong with a page as a reader meets it.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const require = createRequire(import.meta.url);
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

export const launch = () => require("playwright-core").chromium
  .launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium", args: ["--no-sandbox"] });

// Tells errors and warnings of the console, failures of scripts, and names that became scripts.
export const listen = (page, tell) => {
  page.on("console", message => { if (["error", "warning"].includes(message.type())) tell(`console: ${message.text()}`); });
  page.on("pageerror", error => tell(error.stack));
  page.on("dialog", dialog => { tell("a name became a script"); dialog.dismiss(); });
};

// Controls and pictures without a name, text of too little contrast, and a page that is wider than its window.
const look = () => {
  const visible = each => each.getClientRects().length > 0, wrong = [];
  document.querySelectorAll("button, input, select, [tabindex]").forEach(each => {
    const label = each.getAttribute("aria-label") || each.textContent.trim() || each.labels?.[0]?.textContent.trim();
    if (visible(each) && !label) wrong.push(`no name: ${each.outerHTML.slice(0, 80)}`);
  });
  document.querySelectorAll("img:not([alt])").forEach(each => wrong.push(`no alt: ${each.outerHTML.slice(0, 80)}`));
  const light = text => {
    const [r, g, b] = text.match(/[\d.]+/g).map(Number).map(v => v / 255).map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
    return .2126 * r + .7152 * g + .0722 * b;
  };
  const paper = each => {
    for (let at = each; at; at = at.parentElement) {
      const color = getComputedStyle(at).backgroundColor;
      if (!/, 0\)$|transparent/.test(color)) return color;
    }
    return "rgb(255, 255, 255)";
  };
  document.querySelectorAll("p, span, b, td, th, h1, h2, button, label, figcaption, em, output").forEach(each => {
    const own = [...each.childNodes].some(node => node.nodeType === 3 && node.textContent.trim());
    if (!own || !visible(each) || each.disabled) return;
    const [high, low] = [light(getComputedStyle(each).color), light(paper(each))].sort((a, b) => b - a);
    const contrast = (high + .05) / (low + .05);
    if (contrast < 4.5) wrong.push(`contrast ${contrast.toFixed(1)}: ${each.textContent.slice(0, 40)}`);
  });
  if (document.documentElement.scrollWidth > innerWidth) wrong.push(`wider than the window: ${document.documentElement.scrollWidth} > ${innerWidth}`);
  return wrong;
};

// What the rules of axe find, from the impact "serious" on.
const audit = async () => (await window.axe.run(document)).violations
  .filter(each => ["serious", "critical"].includes(each.impact))
  .map(each => `axe: ${each.impact}: ${each.id}: ${each.nodes.slice(0, 3).map(node => node.html.slice(0, 100)).join(" | ")}`);

export const findings = async page => {
  const seen = await page.evaluate(look);
  await page.evaluate(axe);
  return [...seen, ...await page.evaluate(audit)];
};
