/** The few elements that the chat adds to somebody's page, all inside one shadow root. */

import css from "./loader.css?inline";

const SVG = "http://www.w3.org/2000/svg";
export const CHAT = "M21 15a2 2 0 0 1-2 2H7l-4 4V5a2 2 0 0 1 2-2h14a2 2 0 0 1 2 2z";
export const DOWN = "m6 9 6 6 6-6";
const CROSS = "M18 6 6 18M6 6l12 12";

export interface Dom {
  host: HTMLElement;
  button: HTMLButtonElement;
  icon: SVGPathElement;
  label: HTMLElement;
  badge: HTMLElement;
  bubble: HTMLElement;
  say: HTMLButtonElement;
  away: HTMLButtonElement;
  panel: HTMLElement;
}

export function build(nonce: string): Dom {
  const host = document.createElement("openlines-chat");
  const root = host.attachShadow({ mode: "open" });
  dress(root, nonce);
  const button = element("button", "button", root);
  const icon = draw(CHAT, 24, button);
  const label = element("span", "", button);
  const badge = element("span", "badge", button);
  // The region is there before its words are, else they would not be read out.
  const live = element("div", "", root);
  live.setAttribute("aria-live", "polite");
  const bubble = element("div", "bubble", live);
  const say = element("button", "say", bubble);
  const away = element("button", "away", bubble);
  draw(CROSS, 16, away);
  const panel = element("div", "panel shut", root);
  panel.id = "panel";
  panel.setAttribute("role", "dialog");
  button.type = say.type = away.type = "button";
  button.dataset["testid"] = "widget-button";
  bubble.dataset["testid"] = "widget-bubble";
  badge.dataset["testid"] = "widget-unread";
  button.setAttribute("aria-controls", "panel");
  button.hidden = bubble.hidden = badge.hidden = label.hidden = true;
  return { host, button, icon, label, badge, bubble, say, away, panel };
}

/** The greeting, or the last message with its author's name above it. */
export function fill(say: HTMLElement, name: string, text: string): void {
  say.textContent = "";
  if (name) element("b", "", say).textContent = name;
  say.append(text);
}

/** A constructed sheet asks nothing of the site's style-src; old browsers get an element with its nonce. */
function dress(root: ShadowRoot, nonce: string): void {
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    root.adoptedStyleSheets = [sheet];
  } catch {
    const style = element("style", "", root);
    style.nonce = nonce;
    style.textContent = css;
  }
}

function element<K extends keyof HTMLElementTagNameMap>(tag: K, name: string, parent: Node): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  if (name) made.className = name;
  parent.appendChild(made);
  return made;
}

function draw(path: string, size: number, parent: Node): SVGPathElement {
  const svg = document.createElementNS(SVG, "svg");
  const shape = document.createElementNS(SVG, "path");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("width", `${size}`);
  svg.setAttribute("height", `${size}`);
  svg.setAttribute("aria-hidden", "true");
  shape.setAttribute("d", path);
  svg.appendChild(shape);
  parent.appendChild(svg);
  return shape;
}
