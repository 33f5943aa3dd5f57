// A headless Chromium for tests, spoken to through two pipes in its DevTools protocol: messages of JSON that end with a zero byte.

import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import type { Readable, Writable } from "node:stream";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** The browser's program, or null where there is none. */
export function findChromium(): string | null {
  for (const folder of (process.env["PATH"] ?? "").split(delimiter)) {
    for (const name of NAMES) if (existsSync(join(folder, name))) return join(folder, name);
  }
  return null;
}

interface Answer {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Record<string, unknown>;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly message: string };
}

/** A page in the browser. */
export class BrowserPage {
  /** What it said on its console, threw, or was refused. */
  readonly complaints: string[] = [];
  /** Addresses it asked for, its own first. */
  readonly requests: string[] = [];
  readonly #process: ChildProcess;
  readonly #profile: string;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  readonly #events = new Map<string, () => void>();
  #session = "";
  #last = 0;
  #rest = "";

  private constructor(program: string) {
    this.#profile = mkdtempSync(join(tmpdir(), "wirelab-chromium-"));
    const flags = [
      "--headless=new",
      "--no-sandbox",
      "--disable-gpu",
      "--hide-scrollbars",
      "--force-color-profile=srgb",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-extensions",
      "--disable-component-update",
      "--remote-debugging-pipe",
      `--user-data-dir=${this.#profile}`,
      "about:blank",
    ];
    this.#process = spawn(program, flags, { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });
    const from = this.#process.stdio[4] as Readable;
    from.setEncoding("utf8");
    from.on("data", (text: string) => this.#read(text));
  }

  /** Starts `program` with an empty page. */
  static async start(program: string): Promise<BrowserPage> {
    const page = new BrowserPage(program);
    const { targetId } = await page.#ask("Target.createTarget", { url: "about:blank" });
    const { sessionId } = await page.#ask("Target.attachToTarget", { targetId, flatten: true });
    page.#session = String(sessionId);
    for (const domain of ["Page", "Runtime", "Log", "Network"]) await page.#ask(`${domain}.enable`, {});
    return page;
  }

  /** Opens an address, the window so large, and waits for it to be loaded and painted. */
  async open(url: string, width: number, height: number, scheme: "dark" | "light" = "dark"): Promise<void> {
    await this.#ask("Emulation.setDeviceMetricsOverride", {
      width,
      height,
      deviceScaleFactor: 1,
      mobile: false,
    });
    await this.#ask("Emulation.setEmulatedMedia", {
      features: [{ name: "prefers-color-scheme", value: scheme }],
    });
    const loaded = new Promise<void>((done) => this.#events.set("Page.loadEventFired", done));
    await this.#ask("Page.navigate", { url });
    await loaded;
    await this.painted();
  }

  /** Waits until what was changed is on the screen. */
  async painted(): Promise<void> {
    await this.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))");
  }

  /** What an expression comes to in the page, as JSON has it. Rejects with what it threw. */
  async evaluate(expression: string): Promise<unknown> {
    const { result, exceptionDetails } = await this.#ask("Runtime.evaluate", {
      expression,
      awaitPromise: true,
      returnByValue: true,
    });
    if (exceptionDetails !== undefined) throw new Error(JSON.stringify(exceptionDetails));
    return (result as { value?: unknown }).value;
  }

  /** Presses a key as the browser names it: `a`, `ArrowRight`. */
  async press(key: string): Promise<void> {
    const text = key.length === 1 ? { text: key } : {};
    await this.#ask("Input.dispatchKeyEvent", { type: "keyDown", key, ...text });
    await this.#ask("Input.dispatchKeyEvent", { type: "keyUp", key });
    await this.painted();
  }

  /** Clicks at a place of the window. */
  async click(x: number, y: number): Promise<void> {
    const place = { x, y, button: "left", buttons: 1, clickCount: 1 };
    await this.#ask("Input.dispatchMouseEvent", { type: "mousePressed", ...place });
    await this.#ask("Input.dispatchMouseEvent", { type: "mouseReleased", ...place, buttons: 0 });
    await this.painted();
  }

  /** The window as PNG. */
  async screenshot(): Promise<Uint8Array> {
    const { data } = await this.#ask("Page.captureScreenshot", { format: "png" });
    return Buffer.from(String(data), "base64");
  }

  /** Ends the browser; its processes have ended when the pipes to them have. */
  async close(): Promise<void> {
    const gone = new Promise((done) => this.#process.once("close", done));
    this.#session = "";
    await this.#ask("Browser.close", {});
    await gone;
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  }

  async #ask(method: string, params: Record<string, unknown>): Promise<Record<string, unknown>> {
    const id = ++this.#last;
    const session = this.#session === "" ? {} : { sessionId: this.#session };
    const answer = new Promise<Answer>((done) => this.#waiting.set(id, done));
    (this.#process.stdio[3] as Writable).write(`${JSON.stringify({ id, method, params, ...session })}\0`);
    const { result, error } = await answer;
    if (error !== undefined) throw new Error(`${method}: ${error.message}`);
    return result ?? {};
  }

  #read(text: string): void {
    const parts = (this.#rest + text).split("\0");
    this.#rest = parts.pop() ?? "";
    for (const part of parts) this.#take(JSON.parse(part) as Answer);
  }

  #take(message: Answer): void {
    const { id, method, params } = message;
    if (id !== undefined) {
      this.#waiting.get(id)?.(message);
      this.#waiting.delete(id);
      return;
    }
    if (method === undefined) return;
    if (
      method === "Runtime.consoleAPICalled" ||
      method === "Runtime.exceptionThrown" ||
      method === "Log.entryAdded"
    )
      this.complaints.push(JSON.stringify(params));
    if (method === "Network.requestWillBeSent") {
      this.requests.push((params as { request: { url: string } }).request.url);
    }
    this.#events.get(method)?.();
  }
}
