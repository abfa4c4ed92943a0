import { describe, expect, it } from "vitest";

import { type Connection, type Input, step, STOPPED } from "./connection";

const at = (now: number, random = 0.5) => ({ now, random: () => random });

function run(inputs: Input[], from: Connection = STOPPED, now = 1_000): { state: Connection; effects: string[] } {
  const effects: string[] = [];
  let state = from;
  for (const input of inputs) {
    const [next, todo] = step(state, input, at(now));
    state = next;
    effects.push(...todo.map((effect) => effect.type));
  }
  return { state, effects };
}

const LIVE: Input[] = [
  { type: "start" },
  { type: "snapshot", cursor: 10, epoch: "e1" },
  { type: "ready", cursor: 10, epoch: "e1" },
];

describe("connection", () => {
  it("takes a snapshot, then a socket, then is live", () => {
    const { state, effects } = run(LIVE);
    expect(state).toMatchObject({ phase: "live", cursor: 10, epoch: "e1", attempt: 0, lostAt: null });
    expect(effects).toEqual(["load", "open"]);
  });

  it("moves its cursor with what came, never back", () => {
    const { state } = run([...LIVE, { type: "changes", cursor: 15 }, { type: "changes", cursor: 12 }]);
    expect(state.cursor).toBe(15);
  });

  it("resumes by cursor after a break, without a snapshot, and remembers since when it was lost", () => {
    const broken = run([...LIVE, { type: "changes", cursor: 15 }, { type: "closed", code: 1006 }]);
    expect(broken.state).toMatchObject({ phase: "waiting", cursor: 15, lostAt: 1_000, attempt: 1 });
    const again = run([{ type: "retry" }, { type: "closed", code: 1006 }], broken.state, 5_000);
    expect(again.state).toMatchObject({ phase: "waiting", lostAt: 1_000, attempt: 2 });
    const back = run([{ type: "hurry" }, { type: "ready", cursor: 40, epoch: "e1" }], again.state, 6_000);
    expect(back.effects).toEqual(["open"]);
    expect(back.state).toMatchObject({ phase: "live", cursor: 15, attempt: 0, lostAt: null });
  });

  it("waits a random part of a growing bound", () => {
    let state = run(LIVE).state;
    const waits: number[] = [];
    for (let attempt = 0; attempt < 8; attempt += 1) {
      const [next, effects] = step(state, { type: "closed", code: 1006 }, at(1_000, 0.999999));
      waits.push(...effects.flatMap((effect) => (effect.type === "wait" ? [effect.milliseconds] : [])));
      state = step(next, { type: "retry" }, at(1_000))[0];
    }
    expect(waits).toEqual([499, 999, 1999, 3999, 7999, 15999, 19999, 19999]);
    expect(step(run(LIVE).state, { type: "closed", code: 1006 }, at(1_000, 0))[1]).toEqual([
      { type: "wait", milliseconds: 0 },
    ]);
  });

  it("takes a new snapshot on reset", () => {
    const { state, effects } = run([...LIVE, { type: "reset" }]);
    expect(state).toMatchObject({ phase: "loading", cursor: null, epoch: null });
    expect(effects.slice(2)).toEqual(["close", "load"]);
  });

  it("does not wait after having been too slow", () => {
    const { state, effects } = run([...LIVE, { type: "closed", code: 4008 }]);
    expect(state).toMatchObject({ phase: "connecting", cursor: 10 });
    expect(effects.slice(2)).toEqual(["open"]);
  });

  it("stops when signed out, by socket or by snapshot, and can start again", () => {
    const out = run([...LIVE, { type: "closed", code: 4001 }]);
    expect(out.state).toMatchObject({ phase: "stopped", signedOut: true, cursor: null });
    expect(out.effects.slice(2)).toEqual(["close", "signed_out"]);
    expect(run([{ type: "start" }, { type: "snapshot_failed", signedOut: true }]).state.signedOut).toBe(true);
    expect(run([{ type: "start" }], out.state).state).toMatchObject({ phase: "loading", signedOut: false });
  });

  it("gives up a silent line", () => {
    const { state, effects } = run([...LIVE, { type: "silent" }]);
    expect(state.phase).toBe("waiting");
    expect(effects.slice(2)).toEqual(["close", "wait"]);
  });

  it("answers every input in every phase without surprises", () => {
    const inputs: Input[] = [
      { type: "start" },
      { type: "stop" },
      { type: "snapshot", cursor: 1, epoch: "e" },
      { type: "snapshot_failed", signedOut: false },
      { type: "ready", cursor: 1, epoch: "e" },
      { type: "changes", cursor: 2 },
      { type: "reset" },
      { type: "closed", code: 1006 },
      { type: "silent" },
      { type: "retry" },
      { type: "hurry" },
    ];
    const starts: Input[][] = [[], LIVE.slice(0, 1), LIVE.slice(0, 2), LIVE, [...LIVE, { type: "closed", code: 1006 }]];
    for (const start of starts) {
      const { state } = run(start);
      for (const input of inputs) {
        const [next, effects] = step(state, input, at(2_000));
        // Whoever waits has a timer, whoever loads is loading, whoever connects has a socket.
        if (next.phase === "waiting" && state.phase !== "waiting") expect(effects.at(-1)?.type).toBe("wait");
        if (next.phase === "loading" && state.phase !== "loading") expect(effects.at(-1)?.type).toBe("load");
        if (next.phase === "connecting" && state.phase !== "connecting") expect(effects.at(-1)?.type).toBe("open");
        if (next.phase !== "stopped" && next.phase !== "live") expect(next.lostAt).not.toBeNull();
      }
    }
  });
});
