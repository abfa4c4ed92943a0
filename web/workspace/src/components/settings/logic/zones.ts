/** Time zones as people look for them: by city, by the zone's own name, by the distance from UTC. */

export interface Zone {
  id: string;
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
  const city = (parts.at(-1) ?? id).replace(/_/g, " ");
  const region = parts.length > 1 ? (parts[0] ?? "") : "";
  const offset = offsetOf(id, now);
  const name = part(id, language, now, "longGeneric");
  return { id, city, region, name, offset, label: `${city} · ${offsetWords(offset)}` };
}

function part(id: string, language: string, now: Date, timeZoneName: "longGeneric" | "longOffset"): string {
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

/** Every word typed must be found in the city, the region, the name or the offset. */
export function findZones(zones: readonly Zone[], query: string): Zone[] {
  const words = query
    .toLowerCase()
    .replace(/-/g, "−")
    .split(/[\s/_]+/)
    .filter(Boolean);
  if (!words.length) return [...zones];
  return zones.filter((zone) => {
    const text =
      `${zone.city} ${zone.region} ${zone.name} ${zone.id.replace(/_/g, " ")} ${offsetWords(zone.offset)}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
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
