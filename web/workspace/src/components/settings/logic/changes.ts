import type { LineSettings, OperatorFace, QueueMember, SettingName } from "../types";

/** What of a line is edited and saved as a whole. */
export interface LineDraft {
  name: string;
  active: boolean;
  settings: LineSettings;
  members: QueueMember[];
  faces: OperatorFace[];
}

export type Part = "name" | "active" | "members" | "faces" | SettingName;

type Own = "name" | "active" | "members" | "faces";
const OWN: readonly Part[] = ["name", "active", "members", "faces"];

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
  return draft.settings[part];
}

export function withValue(draft: LineDraft, part: Part, value: unknown): LineDraft {
  if (isOwn(part)) return { ...draft, [part]: value };
  return { ...draft, settings: { ...draft.settings, [part]: value } };
}

function partsOf(draft: LineDraft): Part[] {
  return [...OWN, ...(Object.keys(draft.settings) as SettingName[])];
}

/** What will change when the draft is saved over the base. */
export function changesOf(base: LineDraft, draft: LineDraft): Change[] {
  return partsOf(draft)
    .map((part) => ({ part, from: valueOf(base, part), to: valueOf(draft, part) }))
    .filter((change) => !sameValue(change.from, change.to));
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

/** The body of PATCH /lines/{id}: only what differs. The queue has its own address. */
export function patchOf(
  changes: readonly Change[],
): { name?: string; active?: boolean; settings?: Partial<LineSettings> } | null {
  const patch: { name?: string; active?: boolean; settings?: Record<string, unknown> } = {};
  for (const { part, to } of changes) {
    if (part === "members" || part === "faces") continue;
    if (part === "name") patch.name = to as string;
    else if (part === "active") patch.active = to as boolean;
    else (patch.settings ??= {})[part] = to;
  }
  return Object.keys(patch).length ? (patch as ReturnType<typeof patchOf>) : null;
}
