// Looks at reports, rankstream-demo.html or report.html of an experiment, in a real browser: on a desktop, dark, on a phone.
// Fails on an error in the console and on what inspection.mjs finds. Writes a picture of each. No build needs it.
//
//   npm install playwright-core axe-core        in any folder; the browser is that of the system
//   NODE_PATH=FOLDER/node_modules node lab/browser/check_report.mjs /tmp/pictures rankstream-demo.html experiment/report.html
import { mkdirSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { findings, launch, listen } from "./inspection.mjs";

const [folder, ...reports] = process.argv.slice(2);
if (!reports.length) {
  console.log("Give a folder for pictures and a report or more: check_report.mjs /tmp/pictures rankstream-demo.html");
  process.exit(2);
}
mkdirSync(folder, { recursive: true });
const phone = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true };
const looks = { desktop: { viewport: { width: 1280, height: 900 } }, dark: { viewport: { width: 1280, height: 900 }, colorScheme: "dark" },
  phone, "phone-dark": { ...phone, colorScheme: "dark" } };

const problems = [];
const browser = await launch();
for (const report of reports) {
  for (const [look, settings] of Object.entries(looks)) {
    const name = `${basename(dirname(resolve(report)))}-${basename(report, ".html")}-${look}`;
    const page = await (await browser.newContext(settings)).newPage();
    listen(page, problem => problems.push(`${name}: ${problem}`));
    await page.goto(pathToFileURL(resolve(report)).href);
    if (await page.locator("#arm option").count()) await page.locator("#arm").selectOption({ index: 0 });
    for (const part of ["#about", "#pairs", "#made dd", "#confusion tr"]) {
      const empty = await page.locator(part).count() && !(await page.locator(part).first().textContent()).trim();
      if (empty) problems.push(`${name}: ${part} is empty`);
    }
    await page.locator("#made details").evaluateAll(all => all.forEach(each => { each.open = true; }));
    (await findings(page)).forEach(each => problems.push(`${name}: ${each}`));
    await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
    await page.context().close();
  }
}
await browser.close();
problems.forEach(each => console.log(each));
console.log(problems.length ? `${problems.length} problems` : "The reports are fine.");
process.exit(problems.length ? 1 : 0);
