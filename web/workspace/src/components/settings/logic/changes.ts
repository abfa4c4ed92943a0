import type { LineSettings, Looks, OperatorFace, QueueMember, SettingName } from "../types";

/** What of a line is edited and saved as a whole. */
export interface LineDraft {
  name: string;
  active: boolean;
  settings: LineSettings;
  members: QueueMember[];
  faces: OperatorFace[];
  looks: Looks;
}

/** A setting of one of the line's channels, as the server names its place. */
export type LookPart = `looks.${number}.${string}`;
export type Part = Own | SettingName | LookPart;

type Own = "name" | "active" | "members" | "faces";
const OWN: readonly Part[] = ["name", "active", "members", "faces"];

export function lookPart(channel: number, name: string): LookPart {
  return `looks.${channel}.${name}`;
}

/** The channel and the setting that a part stands for; null when it is none of a channel. */
export function lookOf(part: string): { channel: number; name: string } | null {
  const [first, channel, name] = part.split(".");
  return first === "looks" && name !== undefined ? { channel: Number(channel), name } : null;
}

/** The part at which a fault is shown: "looks.3.invitations.0.page" is said at "looks.3.invitations". */
export function partAt(path: string): string {
  return path.split(".").slice(0, lookOf(path) ? 3 : 1).join(".");
}

/** Of the line itself, beside its settings. */
function isOwn(part: Part): part is Own {
  return OWN.includes(part);
}

export interface Change {
  part: Part;
  from: unknown;
  to: unknown;
}

export interface Conflict extends Change {
  /** What somebody else has saved meanwhile. */
  theirs: unknown;
}

/** Values that mean the same on the page: order of keys, absent and empty texts do not count. */
export function sameValue(a: unknown, b: unknown): boolean {
  return canonical(a) === canonical(b);
}

function canonical(value: unknown): string {
  return (
    JSON.stringify(value, (_key, inner: unknown) => {
      if (inner === null || inner === "") return undefined;
      if (typeof inner !== "object" || Array.isArray(inner)) return inner;
      const entries = Object.entries(inner as Record<string, unknown>).filter(([, one]) => one !== null && one !== "");
      return Object.fromEntries(entries.sort(([x], [y]) => (x < y ? -1 : 1)));
    }) ?? "null"
  );
}

export function valueOf(draft: LineDraft, part: Part): unknown {
  if (isOwn(part)) return draft[part];
  const look = lookOf(part);
  return look ? draft.looks[look.channel]?.[look.name] : draft.settings[part as SettingName];
}

export function withValue(draft: LineDraft, part: Part, value: unknown): LineDraft {
  if (isOwn(part)) return { ...draft, [part]: value };
  const look = lookOf(part);
  if (look) {
    const after = { ...draft.looks[look.channel], [look.name]: value };
    return { ...draft, looks: { ...draft.looks, [look.channel]: after } };
  }
  return { ...draft, settings: { ...draft.settings, [part]: value } };
}

function partsOf(draft: LineDraft): Part[] {
  const looks = Object.entries(draft.looks).flatMap(([channel, look]) =>
    Object.keys(look).map((name) => lookPart(Number(channel), name)),
  );
  return [...OWN, ...(Object.keys(draft.settings) as SettingName[]), ...looks];
}

/** What will change when the draft is saved over the base. */
export function changesOf(base: LineDraft, draft: LineDraft): Change[] {
  return partsOf(draft)
    .filter((part) => comparable(base, part))
    .map((part) => ({ part, from: valueOf(base, part), to: valueOf(draft, part) }))
    .filter((change) => !sameValue(change.from, change.to));
}

/** A channel that only one of two states has did not change: it came or went. */
function comparable(base: LineDraft, part: Part): boolean {
  const look = lookOf(part);
  return !look || look.name in (base.looks[look.channel] ?? {});
}

export interface Merge {
  /** Theirs, with everything of mine that they did not touch, and mine where both changed. */
  draft: LineDraft;
  /** What they changed and I did not: it is taken as it is, and shown. */
  taken: Change[];
  /** Both changed it, differently: a person decides. */
  conflicts: Conflict[];
}

/** Three ways: the base I started from, my draft, what is stored now. */
export function merged(base: LineDraft, mine: LineDraft, theirs: LineDraft): Merge {
  const myChanges = new Map(changesOf(base, mine).map((change) => [change.part, change]));
  const taken: Change[] = [];
  const conflicts: Conflict[] = [];
  let draft = theirs;
  for (const change of changesOf(base, theirs)) {
    const own = myChanges.get(change.part);
    if (!own) taken.push(change);
    else if (!sameValue(own.to, change.to)) conflicts.push({ ...own, theirs: change.to });
  }
  for (const change of myChanges.values()) draft = withValue(draft, change.part, change.to);
  return { draft, taken, conflicts };
}

interface Patch {
  name?: string;
  active?: boolean;
  settings?: Record<string, unknown>;
  looks?: Looks;
}

/** The body of PATCH /lines/{id}: only what differs. Queue and faces go as a whole. */
export function patchOf(
  changes: readonly Change[],
): (Omit<Patch, "settings"> & { settings?: Partial<LineSettings> }) | null {
  const patch: Patch = {};
  for (const { part, to } of changes) {
    if (part === "members" || part === "faces") continue;
    const look = lookOf(part);
    if (look) ((patch.looks ??= {})[look.channel] ??= {})[look.name] = withoutGaps(to);
    else if (part === "name") patch.name = to as string;
    else if (part === "active") patch.active = to as boolean;
    else (patch.settings ??= {})[part] = to;
  }
  return Object.keys(patch).length ? (patch as ReturnType<typeof patchOf>) : null;
}

/** A list as it is typed has empty lines; they are not entries. */
export function withoutGaps(value: unknown): unknown {
  return Array.isArray(value)
    ? value.map((one: unknown) => (typeof one === "string" ? one.trim() : one)).filter((one) => one !== "")
    : value;
}
