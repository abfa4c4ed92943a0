/** Time zones as people look for them: by city, by the zone's own name, by the distance from UTC. */

import { RUSSIAN_PLACES } from "./places";

export interface Zone {
  id: string;
  /** The city, or in another language than English the place as people call it. */
  city: string;
  region: string;
  /** The zone's name in the page's language ("Москва", "Central European Time"). */
  name: string;
  /** Minutes east of UTC at the moment of asking. */
  offset: number;
  label: string;
}

export function guessZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
}

/** All zones the browser knows, west to east, then by city. */
export function zonesOf(language: string, now: Date = new Date(), ids: readonly string[] = zoneIds()): Zone[] {
  return ids
    .map((id) => zoneOf(id, language, now))
    .sort((a, b) => a.offset - b.offset || a.city.localeCompare(b.city, language));
}

function zoneIds(): string[] {
  const ids = Intl.supportedValuesOf("timeZone");
  return ids.includes("UTC") ? ids : ["UTC", ...ids];
}

export function zoneOf(id: string, language: string, now: Date = new Date()): Zone {
  const parts = id.split("/");
  const city = placeOf(id, language, now) || (parts.at(-1) ?? id).replace(/_/g, " ");
  const region = parts.length > 1 ? (parts[0] ?? "") : "";
  const offset = offsetOf(id, now);
  return {
    id,
    city,
    region,
    name: part(id, language, now, "longGeneric"),
    offset,
    label: id === "UTC" ? "UTC" : `${city} · ${offsetWords(offset)}`,
  };
}

/** The zone's place as people of another language than English call it; English has the city in the zone's own name. */
function placeOf(id: string, language: string, now: Date): string {
  if (language.startsWith("en")) return "";
  const known = language.startsWith("ru") ? RUSSIAN_PLACES[id] : undefined;
  const place = known ?? part(id, language, now, "shortGeneric");
  return /^(GMT|UTC)|\//.test(place) ? "" : place;
}

function part(
  id: string,
  language: string,
  now: Date,
  timeZoneName: "longGeneric" | "shortGeneric" | "longOffset",
): string {
  try {
    const parts = new Intl.DateTimeFormat(language, { timeZone: id, timeZoneName }).formatToParts(now);
    return parts.find((one) => one.type === "timeZoneName")?.value ?? id;
  } catch {
    return id;
  }
}

function offsetOf(id: string, now: Date): number {
  const match = /GMT([+-])(\d{2}):(\d{2})/.exec(part(id, "en", now, "longOffset"));
  if (!match) return 0;
  return (match[1] === "-" ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3]));
}

export function offsetWords(minutes: number): string {
  if (minutes === 0) return "UTC";
  const absolute = Math.abs(minutes);
  const rest = absolute % 60;
  return `UTC${minutes < 0 ? "−" : "+"}${Math.floor(absolute / 60)}${rest ? `:${String(rest).padStart(2, "0")}` : ""}`;
}

/**
 * Every word typed must be found in the city, the region, the name or the offset. A zone whose city begins like
 * that comes before one that is only said to be in the same time.
 */
export function findZones(zones: readonly Zone[], query: string): Zone[] {
  const words = query
    .toLowerCase()
    .replace(/-/g, "−")
    .split(/[\s/_]+/)
    .filter(Boolean);
  if (!words.length) return [...zones];
  const found = zones.filter((zone) => {
    const text = `${zone.city} ${zone.region} ${zone.name} ${zone.id.replace(/[_-]/g, " ")} ${offsetWords(zone.offset)}`;
    return words.every((word) => text.toLowerCase().includes(word));
  });
  const rank = (zone: Zone): number => {
    const own = [zone.city, (zone.id.split("/").at(-1) ?? "").replace(/_/g, " ")].map((name) => name.toLowerCase());
    if (own.some((name) => name.startsWith(words.join(" ")))) return 0;
    return words.every((word) => own.some((name) => name.includes(word))) ? 1 : 2;
  };
  return found.sort((a, b) => rank(a) - rank(b));
}

/** "14:24" on the zone's clock. */
export function clockIn(id: string, language: string, now: Date): string {
  return new Intl.DateTimeFormat(language, {
    timeZone: id,
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  }).format(now);
}
