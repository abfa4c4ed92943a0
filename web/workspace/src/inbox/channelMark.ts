/**
 * The mark of a channel beside the face of who writes there (channelMark.css). What a kind's glyph looks like stands
 * in one rule per kind: a row is given a class, not a picture.
 */
import "./channelMark.css";

import { world } from "@/app/live";
import { GLYPHS } from "@/components/settings/channels/glyphs";
import { pick } from "@/i18n";

/** Bolder than where a glyph is shown large: here it is half as high as its grid. */
const STROKE = 2.6;

function picture(paths: readonly string[]): string {
  const drawn = paths.map((path) => `<path d="${path}"/>`).join("");
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="#fff" stroke-width="${STROKE}" stroke-linecap="round" stroke-linejoin="round">${drawn}</svg>`;
  return `url("data:image/svg+xml,${encodeURIComponent(svg)}")`;
}

export const glyphRules = (glyphs: typeof GLYPHS): string =>
  Object.entries(glyphs)
    .map(([kind, paths]) => `.channel-mark.of-${kind}::after { --glyph: ${picture(paths)}; }`)
    .join("\n");

const sheet = document.createElement("style");
sheet.textContent = glyphRules(GLYPHS);
document.head.append(sheet);

export interface ChannelMark {
  /** Of the element that wears the mark. */
  classes: string;
  /** For its attribute data-mark: what is written where nothing is drawn. */
  letter: string;
  /** What the kind of channel is called. */
  name: string;
}

export function channelMark(channelId: number): ChannelMark {
  const channel = world.channels.get(channelId);
  const kind = channel?.kind ?? "";
  const name = pick(world.kinds.get(kind)?.name) || channel?.name || "";
  if (!name) return { classes: "", letter: "", name };
  if (GLYPHS[kind]) return { classes: `channel-mark of-${kind}`, letter: "", name };
  return { classes: "channel-mark lettered", letter: ([...name][0] ?? "").toLocaleUpperCase(), name };
}
