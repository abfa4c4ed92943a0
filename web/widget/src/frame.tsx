/** The chat itself: a page of ours inside a frame on other people's sites, or on its own (`/chat/KEY`). */

import { render } from "preact";

import { Chat } from "./frame/chat";
import type { Config } from "./frame/model/types";
import { allowSound } from "./frame/sound";
import { createKeeper } from "./frame/storage";
import { App } from "./frame/ui/app";
import { learn } from "./frame/words";
import "./frame/style.css";

const query = new URLSearchParams(location.search);
const root = document.getElementById("chat");
// The page says its key where its address does not.
const key = root?.dataset["key"] ?? query.get("key") ?? decodeURIComponent(/\/chat\/([^/]+)/.exec(location.pathname)?.[1] ?? "");

async function begin(root: HTMLElement): Promise<void> {
  const keeper = createKeeper(`openlines.${key}.`);
  const language = keeper.get<string>("language") ?? query.get("lang") ?? "";
  await learn(language || keeper.get<Config>("config")?.language || navigator.language);
  const chat = new Chat({ key, language, keeper });
  const theme = query.get("theme") ?? "";
  const draw = () => render(<App chat={chat} state={chat.state} theme={theme} />, root);
  chat.store.subscribe(draw);
  draw();
  allowSound();
  chat.start();
}

if (root && key) void begin(root);
