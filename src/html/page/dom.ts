// Elements made in one call. Text is only ever set as text: what a packet holds stays words.

const SVG = "http://www.w3.org/2000/svg";

export type Attributes = Readonly<Record<string, string | number | boolean>>;

/** An HTML element; true sets an attribute, false leaves it out, `text` is its text. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  setAll(element, attributes);
  element.append(...children);
  return element;
}

/** The same of SVG. */
export function draw<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly (Node | string)[]
): SVGElementTagNameMap[K] {
  const element = document.createElementNS(SVG, tag);
  setAll(element, attributes);
  element.append(...children);
  return element;
}

function setAll(element: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false) continue;
    if (name === "text") element.textContent = String(value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
}

/** The element of the page that has this id. Throws where the page has none. */
export function byId(id: string): HTMLElement {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`the page has no #${id}`);
  return element;
}

/** Calls `paint` once before the next frame, however often it was asked for. */
export function oncePerFrame(paint: () => void): () => void {
  let isDue = false;
  return () => {
    if (isDue) return;
    isDue = true;
    requestAnimationFrame(() => {
      isDue = false;
      paint();
    });
  };
}

/** Scrolls `box` so that `top` to `bottom` are within it, to its middle where they were not. */
export function scrollTo(box: HTMLElement, top: number, bottom: number, margin: number): void {
  const { scrollTop, clientHeight } = box;
  if (clientHeight === 0) return;
  const room = Math.min(margin, clientHeight / 4);
  if (top >= scrollTop + room && bottom <= scrollTop + clientHeight - room) return;
  box.scrollTop = (top + bottom) / 2 - clientHeight / 2;
}
