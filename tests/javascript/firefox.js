// The main paths in a real Firefox: `node firefox.js FIREFOX URL`. Each action is done three times in a row.
import assert from "node:assert/strict";
import puppeteer from "puppeteer-core";

const SLOW = 60_000; // ms: TensorFlow loads in processes of its own
const [executablePath, url] = process.argv.slice(2);

/**
 * @param {import("puppeteer-core").Page} page
 * @param {string} selector
 */
const text = (page, selector) => page.$eval(selector, (found) => found.textContent ?? "");

/** @param {import("puppeteer-core").Page} page */
const picture = (page) =>
  page.$eval("canvas.hg-decoded", (canvas) => /** @type {HTMLCanvasElement} */ (canvas).toDataURL());

/**
 * Do something, and wait until the decode is another picture.
 * @param {import("puppeteer-core").Page} page
 * @param {() => Promise<unknown>} act
 */
async function changesThePicture(page, act) {
  const before = await picture(page);
  await act();
  await page.waitForFunction(
    (shown) => /** @type {HTMLCanvasElement} */ (document.querySelector("canvas.hg-decoded")).toDataURL() !== shown,
    { timeout: SLOW },
    before,
  );
}

/**
 * Nothing of the page is beyond its right edge, when all its modules are there.
 * @param {import("puppeteer-core").Page} page
 */
async function fits(page) {
  await page.waitForNetworkIdle({ concurrency: 1, timeout: SLOW }); // a run that ends is still asked for
  const [width, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  assert(width <= window, `${page.url()} is ${width} wide in a window of ${window}`);
}

/** @param {import("puppeteer-core").Page} page */
async function explore(page) {
  await page.goto(`${url}/?model=bundled/mnist-vae-2d`);
  await page.waitForSelector(".hg-map.hg-ready .hg-plot.hg-ready", { timeout: SLOW });
  await page.waitForFunction(() => document.querySelector(".hg-caption")?.textContent?.includes(", class "), {
    timeout: SLOW,
  });
  const boxes = await page.$$eval(".hg-map-bar:not(.hg-map-foot) :is(button, select)", (tools) =>
    tools.map((tool) => tool.getBoundingClientRect().toJSON()),
  );
  assert(boxes.length >= 6);
  for (const [at, one] of boxes.entries()) {
    for (const other of boxes.slice(at + 1)) {
      const apart = one.right <= other.left || other.right <= one.left || one.bottom <= other.top;
      assert(apart || other.bottom <= one.top, `tools of the map lie over each other: ${JSON.stringify([one, other])}`);
    }
  }
  await page.focus("input[type=range]");
  for (const key of /** @type {const} */ (["ArrowRight", "PageUp", "Home"])) {
    await changesThePicture(page, () => page.keyboard.press(key));
  }
  const glass = /** @type {import("puppeteer-core").ElementHandle} */ (await page.$(".hg-map-glass"));
  const { x, y, width, height } = /** @type {import("puppeteer-core").BoundingBox} */ (await glass.boundingBox());
  for (const share of [0.3, 0.5, 0.7]) {
    await changesThePicture(page, async () => {
      await page.mouse.move(x + 0.4 * width, y + 0.4 * height);
      await page.mouse.down();
      await page.mouse.move(x + share * width, y + share * height, { steps: 4 });
      await page.mouse.up();
    });
  }
  const took = Number(/ ([\d.]+) ms$/.exec(await text(page, ".hg-latency"))?.[1]);
  assert(took > 0, "a coarse clock is no reason to say that a decode took no time");
  for (const number of ["500", "1000", "2"]) {
    await page.click("[aria-label='number of the image']", { count: 3 });
    await page.keyboard.type(number);
    await page.keyboard.press("Enter");
    await page.waitForFunction(
      (wanted) => document.querySelector(".hg-caption")?.textContent?.includes(`image ${wanted},`),
      { timeout: SLOW },
      Number(number).toLocaleString("en"),
    );
  }
  await fits(page);
}

/** @param {import("puppeteer-core").Page} page */
async function train(page) {
  for (let time = 0; time < 3; time++) {
    await page.goto(`${url}/train?variant=vae&epochs=1`);
    await page.waitForSelector("[data-test-script-state=notRunning] .st-key-start-training button", { timeout: SLOW });
    await page.locator(".st-key-start-training button").click();
    await page.waitForFunction(() => location.search.includes("run="), { timeout: SLOW });
    await page.waitForFunction(() => /finished/i.test(document.body.innerText), { timeout: SLOW });
    await page.waitForSelector(".hg-plot[aria-label='loss curves'].hg-ready", { timeout: SLOW });
    await fits(page);
  }
}

/** @param {import("puppeteer-core").Page} page */
async function losses(page) {
  for (const [view, said] of [
    ["pairings", "Run 3 side by side"],
    ["wirings", "Choose a row to see its code"],
    ["terms", "Keras script"],
  ]) {
    await page.goto(`${url}/losses?view=${view}`);
    await page.waitForFunction((words) => document.body.innerText.includes(words), { timeout: SLOW }, said);
    await fits(page);
  }
}

const browser = await puppeteer.launch({ browser: "firefox", executablePath, headless: true });
try {
  const page = await browser.newPage();
  await page.setViewport({ width: 1280, height: 800 });
  /** @type {string[]} */
  const faults = [];
  page.on("pageerror", (error) => faults.push(String(error)));
  for (const path of [explore, train, losses]) await path(page);
  assert.deepEqual(faults, []);
} finally {
  await browser.close();
}
