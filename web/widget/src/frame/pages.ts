/** What differs from page to page: where there is no button, who is invited and when. Fetched where it is asked for. */

import type { Look } from "../protocol";
import type { Config } from "./model/types";
import type { Keeper } from "./storage";

/** Away for so long, and the next page is another visit. */
const VISIT = 30 * 60_000;

interface Visit {
  began: number;
  seen: number;
  /** He had been here before. */
  again: boolean;
}

/** Changes the look for the page that the visitor is on. `met`: he has written before. */
export function onPage(look: Look, config: Config, address: string, met: boolean, keeper: Keeper, now = Date.now()): void {
  const { hidden = [], invitations = [] } = config.pages ?? {};
  look.paged = true;
  if (hidden.some((mask) => fits(mask, address))) look.button = false;
  const visit = visiting(keeper, now);
  if (met && !config.preview) return;
  const who = visit.again ? "returning" : "new";
  const found = invitations.find((one) => (one.who === "all" || one.who === who) && fits(one.page, address));
  if (!found) return;
  look.greeting = found.text;
  look.delay = found.after;
  look.visit = visit.began;
}

function visiting(keeper: Keeper, now: number): Visit {
  const kept = keeper.get<Visit>("visit");
  const fresh = !kept || now - kept.seen > VISIT;
  const visit: Visit = { began: fresh ? now : kept.began, seen: now, again: fresh ? !!kept : kept.again };
  keeper.set("visit", visit);
  return visit;
}

/**
 * Does a page lie under a mask? One that begins with "/" is a path; one with "://" a whole address; any other begins
 * with the host. A mask without "?" looks at the path alone, and a closing "/" makes no difference.
 */
export function fits(mask: string, address: string): boolean {
  const url = parsed(address);
  if (!url) return false;
  const path = url.pathname + (mask.includes("?") ? url.search : "");
  const whole = mask.startsWith("/") ? path : mask.includes("://") ? url.origin + path : url.host + path;
  return matches(plain(mask), plain(whole));
}

function parsed(address: string): URL | undefined {
  try {
    return new URL(address);
  } catch {
    return undefined;
  }
}

function plain(text: string): string {
  let read = text;
  try {
    read = decodeURI(text);
  } catch {
    // A stray % sign: as it is.
  }
  return read.toLowerCase().replace(/(.)\/$/, "$1");
}

/** Piece by piece from the left, so that no mask costs more than one walk along the address. */
function matches(mask: string, text: string): boolean {
  const pieces = mask.split("*");
  const first = pieces.shift() ?? "";
  const last = pieces.pop();
  if (last === undefined) return text === first;
  if (!text.startsWith(first)) return false;
  let at = first.length;
  for (const piece of pieces) {
    const found = text.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
}
