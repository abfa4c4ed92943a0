/** A line under edit: what is stored, what is on the page, and saving it as a whole. */
import { ApiError } from "@openlines/client";
import { computed, type Ref, shallowRef } from "vue";

import { settingsApi } from "../api";
import { makeAside } from "../aside";
import {
  type Change,
  changesOf,
  type LineDraft,
  type Merge,
  merged,
  patchOf,
  type Part,
  sameValue,
  withValue,
} from "../logic/changes";
import type { Line, OperatorFace, QueueEntry, QueueMember } from "../types";
import { type Faults, useFaults } from "../useFaults";

/** As it was stored when the editing began: whether somebody has saved since is told when it is saved. */
interface Left {
  line: Line;
  queue: QueueEntry[];
  draft: LineDraft;
}

const aside = makeAside<Left>();

export interface Clash extends Merge {
  /** Who saved meanwhile, and when, where the server says it. */
  who: string;
  at: string;
  line: Line;
  queue: QueueEntry[];
}

export type Saved = { done: Change[] } | null;

function membersOf(queue: readonly QueueEntry[]): QueueMember[] {
  return queue.map((entry) =>
    entry.department_id
      ? { department_id: entry.department_id, ...(entry.with_head ? { with_head: true } : {}) }
      : { user_id: entry.user_id ?? 0 },
  );
}

function draftOf(line: Line, queue: readonly QueueEntry[]): LineDraft {
  return {
    name: line.name,
    active: line.active,
    settings: line.settings,
    members: membersOf(queue),
    faces: line.faces ?? [],
    looks: line.looks ?? {},
  };
}

/** Whether there is nothing new about the line: nobody saved it, and no chat came or went. */
function same(one: Line, other: Line): boolean {
  return one.version === other.version && sameValue(Object.keys(one.looks ?? {}), Object.keys(other.looks ?? {}));
}

export function useLineDraft(id: Ref<number>) {
  const line = shallowRef<Line | null>(null);
  const queue = shallowRef<QueueEntry[]>([]);
  const draft = shallowRef<LineDraft | null>(null);
  const error = shallowRef<unknown>(null);
  const saving = shallowRef(false);
  const clash = shallowRef<Clash | null>(null);
  const faults: Faults = useFaults();

  const base = computed(() => (line.value ? draftOf(line.value, queue.value) : null));
  const changes = computed(() => (base.value && draft.value ? changesOf(base.value, draft.value) : []));

  /** The line first: were the queue of before a save beside the version of after it, saving would undo it unseen. */
  async function fetchBoth(): Promise<[Line, QueueEntry[]]> {
    const asked = id.value;
    const found = await settingsApi.line(asked);
    return [found, await settingsApi.queue(asked)];
  }

  /** Says, once an answer is here, whether the page still shows the line that was asked about. */
  function here(): () => boolean {
    const asked = id.value;
    return () => asked === id.value;
  }

  /** With what this person was editing when his session ended, where there is such. */
  async function load(who = 0): Promise<void> {
    const still = here();
    try {
      const [newLine, newQueue] = await fetchBoth();
      if (!still()) return;
      const left = aside.take(newLine.id, who);
      if (left && left.line.version !== newLine.version) stored(left.line, left.queue);
      else stored(newLine, newQueue);
      draft.value = left?.draft ?? draftOf(newLine, newQueue);
      error.value = null;
    } catch (problem) {
      if (still()) error.value = problem;
    }
  }

  /** The session is over: what is not saved waits for the same person to be back. */
  function leaveFor(who: number): void {
    if (line.value && draft.value && changes.value.length)
      aside.put(line.value.id, who, { line: line.value, queue: queue.value, draft: draft.value });
  }

  /** Who is available now may be asked at any time; what is being edited stays as it is. */
  async function refreshQueue(): Promise<void> {
    const still = here();
    const answer = await settingsApi.queue(id.value);
    if (still() && sameValue(membersOf(answer), membersOf(queue.value))) queue.value = answer;
  }

  /** Somebody else may have saved: shown at once while nothing is being edited here, else met when it is saved. */
  async function catchUp(): Promise<void> {
    if (!line.value || changes.value.length || saving.value) return;
    const still = here();
    const [newLine, newQueue] = await fetchBoth();
    if (!still() || changes.value.length || saving.value) return;
    // An answer to what was asked before the last save says nothing any more.
    if (newLine.version < line.value.version || same(newLine, line.value)) return;
    stored(newLine, newQueue);
    draft.value = base.value;
  }

  function stored(newLine: Line, newQueue: QueueEntry[]): void {
    line.value = newLine;
    queue.value = newQueue;
  }

  function set(part: Part, value: unknown): void {
    if (!draft.value) return;
    draft.value = withValue(draft.value, part, value);
    faults.clear(part);
  }

  function revert(): void {
    draft.value = base.value;
    faults.clear();
  }

  /** Rules, queue, faces and looks are one save: either all of it holds, or nothing. */
  async function send(all: readonly Change[]): Promise<void> {
    if (!line.value) return;
    const members = all.find((change) => change.part === "members");
    const faces = all.find((change) => change.part === "faces");
    line.value = await settingsApi.patchLine(line.value.id, {
      version: line.value.version,
      ...patchOf(all),
      ...(members ? { members: members.to as QueueMember[] } : {}),
      ...(faces ? { faces: faces.to as OperatorFace[] } : {}),
    });
    if (!members) return;
    queue.value = (members.to as QueueMember[]).map((member, position) => ({ position, ...member }));
    void refreshQueue().catch(() => undefined);
  }

  /** What was saved, for words and for taking it back; null when it was refused (faults or clash say why). Other errors are thrown. */
  async function save(): Promise<Saved> {
    if (!base.value || !draft.value || saving.value || !changes.value.length) return null;
    const [before, sent, done] = [base.value, draft.value, changes.value];
    saving.value = true;
    try {
      await send(done);
      // What was typed while the answer was on its way is not saved yet, and not lost either.
      draft.value = merged(sent, draft.value, base.value).draft;
      faults.clear();
      return { done };
    } catch (problem) {
      if (problem instanceof ApiError && problem.status === 409 && (await meet(before, problem))) return null;
      if (!faults.take(problem)) throw problem;
      return null;
    } finally {
      saving.value = false;
    }
  }

  /** Puts back what one save has changed, and nothing else: what has been edited since stays there, unsaved. */
  async function takeBack(saved: readonly Change[]): Promise<Saved> {
    const [now, edited] = [base.value, draft.value];
    if (!now || !edited || saving.value) return null;
    draft.value = saved.reduce((whole, { part, from }) => withValue(whole, part, from), now);
    try {
      const done = await save();
      if (done) draft.value = merged(now, edited, draft.value).draft;
      return done;
    } catch (problem) {
      draft.value = edited;
      throw problem;
    }
  }

  /** Somebody else saved meanwhile: see what, and whether it touches what is being edited. False when nobody did. */
  async function meet(before: LineDraft, problem: ApiError): Promise<boolean> {
    const [theirLine, theirQueue] = await fetchBoth();
    if (theirLine.version === line.value?.version || !draft.value) return false;
    const merge = merged(before, draft.value, draftOf(theirLine, theirQueue));
    const told = (name: string) => (typeof problem.params[name] === "string" ? problem.params[name] : "");
    clash.value = { ...merge, who: told("by"), at: told("at"), line: theirLine, queue: theirQueue };
    return true;
  }

  /** Go on from what they saved, with the given draft on top of it. */
  function settle(resolved: LineDraft | null): void {
    if (!clash.value) return;
    stored(clash.value.line, clash.value.queue);
    draft.value = resolved ?? base.value;
    clash.value = null;
  }

  return {
    line,
    queue,
    draft,
    error,
    saving,
    clash,
    faults,
    base,
    changes,
    load,
    leaveFor,
    catchUp,
    refreshQueue,
    set,
    revert,
    save,
    takeBack,
    settle,
  };
}

export type LineEditor = ReturnType<typeof useLineDraft>;
