// The page in Firefox: node firefox.mjs FOLDER_OF_NPM_PACKAGES FIREFOX ADDRESS_OF_THE_PAGE. Prints, as JSON, what a reader finds.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [modules, executablePath, address] = process.argv.slice(2);
const puppeteer = (await import(pathToFileURL(createRequire(`${modules}/x.js`).resolve("puppeteer-core")))).default;
const LONG = { timeout: 180_000 }, found = { problems: [] };
const browser = await puppeteer.launch({ browser: "firefox", executablePath, headless: true, protocolTimeout: 240_000 });
try {
  const page = await browser.newPage();
  page.on("pageerror", (error) => found.problems.push(String(error)));
  const at = (selector) => `[data-cell=unroll] ${selector}`;
  const press = (selector) => page.evaluate((one) => document.querySelector(one).click(), selector);
  const said = (words) => page.waitForFunction((wanted) => document.querySelector(".live-said")?.textContent.includes(wanted), LONG, words);
  const panel = (words) => page.waitForFunction((one, wanted) => document.querySelector(one)?.textContent.includes(wanted), LONG, at(".live-pane + .live-pane"), words);
  const begin = async () => {
    await page.goto(address);
    await page.waitForSelector(".live-begin:enabled", LONG);
    await press(".live-begin");
    await page.waitForSelector(at(".cm-content"), LONG);
  };
  const write = async (text) => {
    await page.click(at(".cm-content"));
    await page.keyboard.down("Control");
    await page.keyboard.press("a");
    await page.keyboard.up("Control");
    await page.keyboard.type(text);
  };

  await begin();
  await press(at(".live-main"));
  await panel("unroll, edge: not yet");
  found.isolated = await page.evaluate(() => crossOriginIsolated);
  await write("kept = 41");
  await press(at(".live-button"));
  await said("Done in");
  await write("while True: pass");
  await press(at(".live-button"));
  await page.waitForSelector("[data-cell=unroll].live-runs", LONG);
  await press(".live-stop");
  await page.waitForSelector(".live-stop:disabled", LONG);
  found.stopped = await page.$eval(at(".live-pane"), (pane) => pane.textContent);
  await write("kept + 1");
  await press(at(".live-button"));
  await page.waitForFunction((one) => document.querySelector(one)?.textContent.trim() === "42", LONG, at(".live-out"));
  await page.waitForSelector("[data-kept=offline]", LONG);
  await begin();
  found.kept = await page.$eval(at(".cm-content"), (content) => content.textContent);
} finally {
  await browser.close();
}
console.log(JSON.stringify(found));
