import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { htmlPage } from "../../src/html/page.ts";
import { LESSONS } from "../../src/scenario/catalogue.ts";
import type { Scenario } from "../../src/scenario/scenario.ts";
import { openLab } from "../../src/scenario/session.ts";
import { BrowserPage, findChromium } from "./browser.ts";
import { hostile } from "./hostile.ts";

const program = findChromium();
if (program === null) console.warn("no Chromium here: exported pages are not tried in a browser");

const folder = mkdtempSync(join(tmpdir(), "wirelab-pages-"));
let page: BrowserPage;

async function write(scenario: Scenario | undefined): Promise<string> {
  if (scenario === undefined) throw new Error("no such lesson");
  const path = join(folder, `${scenario.name}.html`);
  writeFileSync(path, (await htmlPage(await openLab(scenario))).html);
  return `file://${path}`;
}

const text = (selector: string): Promise<unknown> =>
  page.evaluate(`document.querySelector(${JSON.stringify(selector)})?.textContent`);
const count = (selector: string): Promise<unknown> =>
  page.evaluate(`document.querySelectorAll(${JSON.stringify(selector)}).length`);
/** The middle of an element. */
const middle = (selector: string): Promise<unknown> =>
  page.evaluate(
    `(() => { const b = document.querySelector(${JSON.stringify(selector)}).getBoundingClientRect(); return [b.x + b.width / 2, b.y + b.height / 2]; })()`,
  );

describe.skipIf(program === null)("a page in a browser", () => {
  let url = "";

  beforeAll(async () => {
    page = await BrowserPage.start(program ?? "");
    url = await write(LESSONS.find(({ name }) => name === "tcp-peer-killed"));
  }, 60_000);

  afterAll(async () => {
    await page.close();
    rmSync(folder, { recursive: true });
  });

  it("opens at the end of the run, asks for nothing but itself and complains of nothing", async () => {
    await page.open(url, 1280, 800);
    expect(await text("#step")).toMatch(/^(\d+)\/\1 /);
    expect(await text("h2")).toContain("The peer vanishes");
    expect(page.complaints).toEqual([]);
    expect(page.requests.filter((address) => !/^(file:.*\.html$|about:|data:)/.test(address))).toEqual([]);
  });

  it("shows packets as arrows with words, and states beside them", async () => {
    expect(await count("#ladder .arrow")).toBeGreaterThan(5);
    expect(await text("#ladder-room")).toContain("ESTABLISHED");
    expect(await count("#calls .row")).toBeGreaterThan(3);
    expect(await count("#source .code")).toBeGreaterThan(20);
    expect(await count("#source .code.selected")).toBe(1);
    expect(await text("#source-name")).toMatch(/^\w+ {2}[\w-]+\.ts:\d+$/);
    expect(await count("#connections .connection")).toBeGreaterThan(2);
  });

  it("moves its cursor by the dashboard's keys, and all that is shown with it", async () => {
    await page.press("Home");
    expect(await text("#step")).toMatch(/^1\//);
    await page.press("ArrowRight");
    await page.press("l");
    expect(await text("#step")).toMatch(/^3\//);
    expect(await text("#step")).toBe(
      await page.evaluate("document.querySelector('#scrubber').ariaValueText"),
    );
    await page.press("3");
    expect(await page.evaluate("document.body.dataset.screen")).toBe("packets");
    await page.press("j");
    expect(await page.evaluate("document.querySelector('#list [aria-selected=true]').ariaPosInSet")).toBe(
      "2",
    );
    expect(await text("#step")).toContain("SYN ACK");
    expect(await text("#bytes-title")).toContain("packet 2");
  });

  it("filters by words, and gives all back", async () => {
    await page.press("/");
    for (const letter of "fin") await page.press(letter);
    const passed = Number(/^(\d+) of/.exec(String(await text("#list-count")))?.[1]);
    expect(passed).toBeGreaterThan(0);
    expect(passed).toBeLessThan(18);
    expect(await count("#list [role=option]")).toBe(passed);
    await page.press("Escape");
    expect(await text("#list-count")).toBe("18 packets");
  });

  it("lights the bytes of a line, and the line of a byte", async () => {
    const port = `[...document.querySelectorAll('#tree .line')].find((line) => line.title === 'tcp.dstport')`;
    await page.evaluate(`${port}.click()`);
    await page.painted();
    expect(
      await page.evaluate(
        "[...document.querySelectorAll('.hex .lit')].map((cell) => cell.dataset.at).join()",
      ),
    ).toBe("22,23");
    await page.evaluate("document.querySelector('.hex [data-at=\"16\"]').click()");
    await page.painted();
    expect(await page.evaluate("document.querySelector('#tree .selected').title")).toBe("ip.dst");
    expect(await count(".hex .lit")).toBe(4);
  });

  it("plays, faster and slower, and stops", async () => {
    await page.press("Home");
    for (let i = 0; i < 4; i++) await page.press("+");
    await page.press(" ");
    expect(await text("#playing")).toContain("playing");
    expect(await text("#playing")).toContain("×16");
    await page.evaluate(
      "new Promise((done) => new MutationObserver((_, seen) => { seen.disconnect(); done(); }).observe(document.querySelector('#step'), { childList: true, characterData: true, subtree: true }))",
    );
    await page.press(" ");
    expect(await text("#playing")).toContain("paused");
    expect(await text("#step")).not.toMatch(/^1\//);
  });

  it("goes where one points: on the ladder, in the graphs, on the scrubber", async () => {
    await page.press("5");
    expect(await count("#graphs .chart svg[role=img]")).toBeGreaterThan(2);
    const [x, y] = (await middle("#graphs .plot")) as [number, number];
    await page.click(x, y);
    const afterGraph = await text("#step");
    await page.press("2");
    const [left, top] = (await middle("#ladder .label")) as [number, number];
    await page.click(left, top + 4);
    expect(await text("#step")).not.toBe(afterGraph);
    await page.evaluate(
      "(() => { const s = document.querySelector('#scrubber'); s.value = 4; s.dispatchEvent(new Event('input')); })()",
    );
    await page.painted();
    expect(await text("#step")).toMatch(/^5\//);
  });

  it("has a help of its keys, and other colours", async () => {
    await page.press("?");
    expect(await text("#help-keys")).toContain("play, pause");
    await page.press("?");
    const ground = "getComputedStyle(document.documentElement).backgroundColor";
    const dark = await page.evaluate(ground);
    await page.press("T");
    await page.press("T");
    expect(await page.evaluate(ground)).not.toBe(dark);
  });

  it("fits a phone: nothing is wider than the window, lost packets and those sent again are said to be", async () => {
    const timeout = await write(LESSONS.find(({ name }) => name === "connect-timeout"));
    await page.open(`${timeout}#sequence/12`, 390, 844, "light");
    expect(await text("#step")).toMatch(/^12\//);
    expect(await text("#ladder-room")).toContain("✗ lost");
    expect(await text("#ladder-room")).toContain("(again)");
    expect(await count("#ladder .cross.lost")).toBeGreaterThan(0);
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(390);
    const shot = await page.screenshot();
    expect(shot.length).toBeGreaterThan(10_000);
    expect(page.complaints).toEqual([]);
  });

  it("never runs what a program or a packet holds", async () => {
    const before = page.requests.length;
    await page.open(await write(hostile), 1280, 800);
    await page.press("3");
    expect(await page.evaluate("document.title")).toContain("</script><script>document.title");
    expect(await count("img")).toBe(0);
    expect(await count("#list [role=option]")).toBe(1);
    expect(page.requests.slice(before)).toHaveLength(1);
    expect(page.complaints).toEqual([]);
  });
});
