/** The one line that says how things stand: who answers and when, or why nothing comes. */

import type { State } from "../state";
import { opens } from "../text/format";
import { fill, type Speech } from "../words";
import type { Config, Place } from "./types";

export interface Status {
  text: string;
  /** Somebody is there; nobody is; something is wrong. */
  tone: "on" | "off" | "busy";
}

export function statusOf(state: State, now: number): Status {
  const { config, speech, conversation } = state;
  const { words } = speech;
  if (state.gone || config?.hours?.shown === false) return { text: words.unavailable, tone: "off" };
  if (state.offline) return { text: words.no_network, tone: "busy" };
  if (state.trouble) return { text: words.connecting, tone: "busy" };
  if (!config) return { text: words.loading, tone: "off" };
  const stage = conversation?.state;
  if (conversation?.operator && (stage === "active" || stage === "closing")) {
    return { text: words.status_operator, tone: "on" };
  }
  if (stage === "bot") return { text: words.status_bot, tone: "on" };
  // What was kept from the last visit says nothing about who is here now.
  if (!state.fresh) return { text: "", tone: "off" };
  if (stage === "waiting" && state.place && !config.hours?.opens_at) return { text: queued(speech, state.place), tone: "on" };
  if (!config.online) return { text: away(speech, config, now), tone: "off" };
  if (stage === "waiting" || stage === "offered") return { text: words.status_waiting, tone: "on" };
  // Who comes back later is told the pace again.
  if (state.ended) return { text: words.status_closed, tone: "off" };
  return { text: pace(speech, config.answers_in), tone: "on" };
}

function away(speech: Speech, { hours }: Config, now: number): string {
  const at = hours?.opens_at ? Date.parse(hours.opens_at) : NaN;
  return at > now ? opens(speech, at, now) : speech.words.status_offline;
}

function queued({ words }: Speech, { place, wait }: Place): string {
  if (wait === undefined) return fill(words.status_place, { n: place });
  return fill(words.status_place_wait, { n: place, m: Math.max(1, Math.ceil(wait / 60)) });
}

function pace({ words }: Speech, seconds: number | undefined): string {
  if (!seconds) return words.status_online;
  if (seconds <= 60) return words.status_answers_seconds;
  if (seconds < 3600) return fill(words.status_answers_minutes, { n: Math.ceil(seconds / 60) });
  return fill(words.status_answers_hours, { n: Math.ceil(seconds / 3600) });
}
