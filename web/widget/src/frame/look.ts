/** What the loader is told: how the button looks, and of messages. */

import type { Heard, Look } from "../protocol";
import type { Config, Message } from "./model/types";
import { accent, inkOn } from "./text/color";
import type { Speech } from "./words";

const RADIUS = 16;

/** `met`: the visitor has written before and needs no greeting. */
export function lookOf(config: Config, { words }: Speech, met: boolean): Look {
  const color = accent(config.colors?.accent);
  const greeting = config.greeting_bubble;
  const text = typeof greeting === "string" ? greeting : greeting?.text;
  const delay = typeof greeting === "object" ? greeting.delay : undefined;
  return {
    shown: config.hours?.shown ?? true,
    ...(config.hours?.until && { until: config.hours.until }),
    accent: color,
    ink: inkOn(color),
    side: config.position?.includes("left") ? "left" : "right",
    button: config.bubble !== false,
    label: typeof config.bubble === "string" ? config.bubble : "",
    greeting: met && !config.preview ? "" : (text ?? ""),
    delay: delay ?? 3,
    radius: radiusOf(config),
    words: {
      title: config.name || words.chat,
      open: words.open_chat,
      close: words.close_chat,
      dismiss: words.dismiss,
      unread: words.unread,
    },
  };
}

export function radiusOf(config: Config | undefined): number {
  return Math.min(28, Math.max(0, config?.radius ?? RADIUS));
}

export function heardOf(message: Message): Heard {
  return {
    author: message.author as Heard["author"],
    name: message.name ?? "",
    text: message.text || (message.files ?? []).map((file) => file.name).join(", "),
    at: message.at,
  };
}
