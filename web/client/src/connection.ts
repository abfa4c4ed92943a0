/**
 * How a page stays in touch: take a snapshot, follow the events after it, resume after every break.
 *
 *   stopped ─start→ loading ─snapshot→ connecting ─ready→ live
 *                     ↑  └─failed→ waiting ←closed──┴───────┘
 *                     └──reset, nothing to resume from──────
 *
 * `step` is pure: it gets what happened and says what to do. `link.ts` does it. Times are milliseconds of
 * whatever clock the driver uses. A break costs nothing: the cursor is kept and the server sends what was missed.
 */
import { fullJitter } from "./backoff";
import { SIGNED_OUT, TOO_SLOW } from "./types";

export type Phase = "stopped" | "loading" | "connecting" | "live" | "waiting";

export interface Connection {
  readonly phase: Phase;
  /** Where to go on from; null means that a new snapshot is needed. */
  readonly cursor: number | null;
  readonly epoch: string | null;
  /** Failed attempts in a row. */
  readonly attempt: number;
  /** Since when nothing has come through; null while live and before the first start. */
  readonly lostAt: number | null;
  /** The server has said that nobody is signed in here. */
  readonly signedOut: boolean;
}

export type Input =
  | { type: "start" }
  | { type: "stop" }
  | { type: "snapshot"; cursor: number; epoch: string }
  | { type: "snapshot_failed"; signedOut: boolean }
  | { type: "ready"; cursor: number; epoch: string }
  | { type: "changes"; cursor: number }
  | { type: "reset" }
  | { type: "closed"; code: number }
  /** Nothing was heard for too long: the connection only seems to be alive. */
  | { type: "silent" }
  /** The wait is over. */
  | { type: "retry" }
  /** The network is back, or somebody is looking again: do not wait any longer. */
  | { type: "hurry" };

export type Effect =
  | { type: "load" }
  | { type: "open" }
  | { type: "close" }
  /** Call back with `retry` after so many milliseconds. */
  | { type: "wait"; milliseconds: number }
  | { type: "signed_out" };

export interface Given {
  now: number;
  random: () => number;
}

export const STOPPED: Connection = {
  phase: "stopped",
  cursor: null,
  epoch: null,
  attempt: 0,
  lostAt: null,
  signedOut: false,
};

type Step = readonly [Connection, readonly Effect[]];

/** What follows from `input`: the next state, and what has to be done. What does not fit changes nothing. */
export function step(state: Connection, input: Input, given: Given): Step {
  switch (input.type) {
    case "start":
      return state.phase === "stopped" ? begin({ ...state, signedOut: false, lostAt: given.now }) : [state, []];
    case "stop":
      return [STOPPED, state.phase === "stopped" ? [] : [{ type: "close" }]];
    case "snapshot":
      if (state.phase !== "loading") return [state, []];
      return [{ ...state, phase: "connecting", cursor: input.cursor, epoch: input.epoch }, [{ type: "open" }]];
    case "snapshot_failed":
      if (state.phase !== "loading") return [state, []];
      return input.signedOut ? leave() : pause(state, given);
    case "ready":
      return ready(state, input.cursor, input.epoch);
    case "changes":
      if (state.phase !== "live" || input.cursor <= (state.cursor ?? -1)) return [state, []];
      return [{ ...state, cursor: input.cursor }, []];
    case "reset":
      return isOpen(state) ? reset(state, given) : [state, []];
    case "closed":
      return isOpen(state) ? closed(state, input.code, given) : [state, []];
    case "silent":
      if (!isOpen(state)) return [state, []];
      return withFirst({ type: "close" }, pause(lose(state, given), given));
    case "retry":
    case "hurry":
      return state.phase === "waiting" ? begin(state) : [state, []];
  }
}

function isOpen(state: Connection): boolean {
  return state.phase === "connecting" || state.phase === "live";
}

function begin(state: Connection): Step {
  return state.cursor === null
    ? [{ ...state, phase: "loading" }, [{ type: "load" }]]
    : [{ ...state, phase: "connecting" }, [{ type: "open" }]];
}

function ready(state: Connection, cursor: number, epoch: string): Step {
  if (!isOpen(state)) return [state, []];
  // The server may name a cursor that is ahead of what it is about to send: ours moves with what has come.
  const kept = state.epoch === epoch && state.cursor !== null ? state.cursor : cursor;
  return [{ ...state, phase: "live", cursor: kept, epoch, attempt: 0, lostAt: null }, []];
}

/** The cursor is of no use any more (too old, another epoch). The socket is of no use without a snapshot either. */
function reset(state: Connection, given: Given): Step {
  return withFirst({ type: "close" }, begin({ ...lose(state, given), cursor: null, epoch: null }));
}

function closed(state: Connection, code: number, given: Given): Step {
  if (code === SIGNED_OUT) return leave();
  // Too slow for what came: nothing is wrong with the line, so no waiting; the cursor brings the rest.
  if (code === TOO_SLOW && state.phase === "live") return begin(lose(state, given));
  return pause(lose(state, given), given);
}

function leave(): Step {
  return [{ ...STOPPED, signedOut: true }, [{ type: "close" }, { type: "signed_out" }]];
}

function lose(state: Connection, given: Given): Connection {
  return { ...state, lostAt: state.lostAt ?? given.now };
}

function pause(state: Connection, given: Given): Step {
  const milliseconds = fullJitter(state.attempt, given.random);
  return [{ ...state, phase: "waiting", attempt: state.attempt + 1 }, [{ type: "wait", milliseconds }]];
}

function withFirst(effect: Effect, [state, effects]: Step): Step {
  return [state, [effect, ...effects]];
}
