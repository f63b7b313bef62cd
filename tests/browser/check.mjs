// Opens pages in headless Chromium and checks what only a browser can tell.
//
//   node check.mjs FOLDER [PICTURES]     every *.html in FOLDER; screenshots and PDF go to PICTURES when it is given
//
// Checked for each page, wide and narrow, light and dark: no request, no error of the page or its policy, nothing to
// scroll sideways, nothing clipped, the decision on the first screen, what to do above the rankings, no violation found by
// axe. Once for each page: at most six screens while folds are closed; every control is reached by the keyboard, a table is
// sorted by it, the command is copied by it, a link opens its section; without scripts the page says the same, and axe finds
// nothing; printed, axe finds nothing either, and on A4 and Letter it has at most eight sheets, the first of a report whole,
// folds closed and listed.
import { readdirSync, readFileSync, writeFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism, tmpdir } from "node:os";
import { join, resolve, basename } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const [folder, pictures] = process.argv.slice(2).filter((word) => word !== "");
if (!folder) {
  console.error("usage: node check.mjs FOLDER [PICTURES]");
  process.exit(2);
}
if (pictures) mkdirSync(pictures, { recursive: true });
const pages = readdirSync(folder).filter((name) => name.endsWith(".html")).sort();
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync"],
});
const screens = [[1280, 720, "light"], [1280, 720, "dark"], [390, 844, "light"], [390, 844, "dark"]];
const problems = [];
const scriptless = mkdtempSync(join(tmpdir(), "pages-"));

function withoutScripts(name) {
  const copy = join(scriptless, name);
  writeFileSync(copy, readFileSync(join(folder, name), "utf8").replace(/<script[^>]*>[\s\S]*?<\/script>/g, ""));
  return copy;
}

async function open(name, [width, height, colorScheme], options = {}, path = join(folder, name)) {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme, bypassCSP: false, ...options });
  const page = await context.newPage();
  const address = pathToFileURL(resolve(path)).href;
  const report = (text) => problems.push(`${name} ${width} ${colorScheme}: ${text}`);
  page.on("request", (request) => request.url() !== address && report(`request ${request.url()}`));
  page.on("pageerror", (error) => report(`error ${error.message}`));
  page.on("console", (message) => message.type() === "error" && report(`console ${message.text()}`));
  await page.goto(address);
  return { context, page, report };
}

// What must be seen without scrolling; on a small screen at least the verdict and the headline.
async function firstScreen(page, width, height, report) {
  const wanted = width > 1000 ? [".band h1", ".headline h2", ".tiles", ".todo", ".ranks", ".trust", ".summary", "h1.plain"] : [".band h1", ".headline h2"];
  for (const selector of wanted) {
    const boxes = await page.locator(selector).evaluateAll((found) => found.map((one) => one.getBoundingClientRect().bottom));
    if (boxes.some((bottom) => bottom > height)) report(`${selector} ends at ${Math.round(Math.max(...boxes))}, below the first screen`);
  }
  const sideways = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  if (sideways > 0) report(`${sideways} pixels to scroll sideways`);
  const clipped = await page.evaluate(() => [...document.querySelectorAll(".band *, .first *, .ranks *")]
    .filter((one) => one.checkVisibility() && one.clientWidth > 0 && one.scrollWidth > one.clientWidth + 1 && !one.closest("svg") && !one.closest(".hidden"))
    .map((one) => one.outerHTML.slice(0, 100)));
  if (clipped.length) report(`clipped on the first screen: ${clipped[0]}`);
  const order = await page.evaluate(() => {
    const [todo, ranks] = [".todo", ".ranks"].map((name) => document.querySelector(name)?.getBoundingClientRect());
    return !ranks || todo.bottom <= ranks.top;
  });
  if (!order) report("the rankings stand above what to do");
  const charts = await page.locator("svg.chart").evaluateAll((found) => found.some((one) => one.parentElement.scrollWidth > one.parentElement.clientWidth + 1));
  if (charts) report("a chart scrolls sideways");
}

async function axeFinds(page, report) {
  // The policy of the page forbids other scripts, so axe comes in through the debugger.
  await page.evaluate(axe);
  const found = await page.evaluate(() => window.axe.run(document, {
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
  }));
  for (const violation of found.violations) {
    report(`axe ${violation.id}: ${violation.help} (${violation.nodes.length}): ${violation.nodes[0].html.slice(0, 160)}`);
  }
}

async function keyboard(page, report) {
  const all = await page.evaluate(() => {
    const found = [...document.querySelectorAll("a[href], button, input, summary, [tabindex='0']")];
    return found.filter((one) => one.checkVisibility()).length;
  });
  const reached = new Set();
  for (let step = 0; step < all + 20; step += 1) {
    await page.keyboard.press("Tab");
    const place = await page.evaluate(() => {
      const one = document.activeElement;
      const every = [...document.querySelectorAll("*")];
      const outline = getComputedStyle(one);
      return [every.indexOf(one), one === document.body || outline.outlineStyle !== "none"];
    });
    if (!place[1]) report("a focused element is not marked");
    if (place[0] > 2) reached.add(place[0]);
  }
  if (reached.size < all) report(`the keyboard reaches ${reached.size} of ${all} controls`);
  const button = page.locator("table[data-sort] th.n button:visible").first();
  if (await button.count()) {
    await button.focus();
    await page.keyboard.press("Enter");
    const order = await button.evaluate((one) => one.closest("th").getAttribute("aria-sort"));
    if (order !== "descending") report("Enter on a head does not sort");
  }
}

// The page that is sent by mail: short while folds are closed.
const screensOf = (name) => (name.startsWith("linkage") ? 8 : 6); // eight attacks take their room
const SHEETS = 8;

async function copies(page, report) {
  const button = page.locator(".command button");
  if (!(await page.locator(".command").count())) return;
  if ((await button.count()) !== 1) return report("the command has no button to copy it");
  await button.focus();
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.querySelector(".command button").textContent !== "Copy");
}

async function links(page, report) {
  if (!(await page.locator("#glossary > details").count())) return;
  await page.evaluate(() => { location.hash = "#glossary"; });
  await page.waitForTimeout(50);
  if (!(await page.locator("#glossary > details").evaluate((fold) => fold.open))) report("a link does not open its section");
  await page.evaluate(() => { document.querySelector("#glossary > details").open = false; location.hash = ""; });
}

async function print(name, page, report) {
  await page.emulateMedia({ media: "print" });
  await axeFinds(page, (text) => report(`printed: ${text}`));
  const open = await page.locator("details[open]").count();
  if (open) report(`${open} folds are open in print`);
  const listed = await page.locator("summary").evaluateAll((found) => found.filter((one) => one.getBoundingClientRect().height < 5).length);
  if (listed) report(`${listed} folds are not listed in print`);
  for (const format of ["A4", "Letter"]) {
    const pdf = await page.pdf({ format, printBackground: true });
    const sheets = (pdf.toString("latin1").match(/\/Type\s*\/Page[^s]/g) ?? []).length;
    if (pictures) writeFileSync(join(pictures, `${basename(name, ".html")}-${format}.pdf`), pdf);
    const isReport = (await page.locator(".sheet").count()) > 0;
    if (sheets > SHEETS || sheets < (isReport ? 2 : 1)) report(`${sheets} sheets of ${format}`);
    if (!isReport) continue;
    // The first sheet ends with the lines to sign on; it must not be taller than what a sheet leaves for it.
    const [width, height] = format === "A4" ? [188, 269] : [193.9, 251.4];
    await page.setViewportSize({ width: Math.round(width * 96 / 25.4), height: 900 });
    const end = await page.locator(".sheet").evaluate((sheet) => sheet.getBoundingClientRect().bottom + window.scrollY);
    if (end > height * 96 / 25.4) report(`the first sheet of ${format} runs over by ${Math.round(end - height * 96 / 25.4)} pixels`);
  }
}

async function check(name) {
  for (const screen of screens) {
    const [width, height, scheme] = screen;
    const { context, page, report } = await open(name, screen);
    await firstScreen(page, width, height, report);
    if (pictures) await page.screenshot({ path: join(pictures, `${basename(name, ".html")}-${width}-${scheme}.png`) });
    // Folds add to what is shown and take nothing away; only the screen that is seen first is looked at closed as well.
    if (screen === screens[0]) {
      await axeFinds(page, report);
      const tall = await page.evaluate(() => document.documentElement.scrollHeight);
      if (tall > screensOf(name) * height) report(`${(tall / height).toFixed(1)} screens`);
    }
    await page.evaluate(() => document.querySelectorAll("details").forEach((fold) => { fold.open = true; }));
    await axeFinds(page, report);
    if (pictures && scheme === "light") {
      await page.screenshot({ path: join(pictures, `${basename(name, ".html")}-${width}-whole.png`), fullPage: true });
    }
    await context.close();
  }
  const wide = await open(name, screens[0]);
  const scripted = await wide.page.evaluate(() => document.body.textContent.replace(/\s/g, "").length);
  await copies(wide.page, wide.report);
  await links(wide.page, wide.report);
  await keyboard(wide.page, wide.report);
  await wide.context.close();
  const sheet = await open(name, screens[0]);
  await print(name, sheet.page, sheet.report);
  await sheet.context.close();
  const bare = await open(name, screens[0], { javaScriptEnabled: false });
  const text = (await bare.page.content()).replace(/<(style|script)[^>]*>[\s\S]*?<\/\1>/g, "").length;
  if (text < scripted / 2) bare.report("content is missing without scripts");
  await bare.context.close();
  // axe is a script itself, so it looks at the page without those of the page.
  const still = await open(name, screens[0], {}, withoutScripts(name));
  await axeFinds(still.page, (text) => still.report(`without scripts: ${text}`));
  await still.context.close();
}

// As many pages at a time as there are processors, at most four.
const waiting = [...pages];
const workers = Array.from({ length: Math.min(4, availableParallelism(), pages.length) }, async () => {
  for (let name = waiting.shift(); name; name = waiting.shift()) await check(name);
});
await Promise.all(workers);
await browser.close();
rmSync(scriptless, { recursive: true });
problems.sort();
for (const problem of problems) console.log(problem);
console.log(`${pages.length} pages, ${problems.length} problems`);
process.exit(problems.length === 0 && pages.length > 0 ? 0 : 1);
