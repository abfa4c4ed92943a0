/** The frame and the one line of speech with it. */

import { HELLO, PORT, type ToFrame, type ToLoader } from "../protocol";

/** A frame that loaded and still does not greet was refused by the browser, or our server is away. */
const PATIENCE = 5000;

export interface Link {
  frame: HTMLIFrameElement;
  send(message: ToFrame): void;
  /** Load the frame anew. */
  again(): void;
}

export interface Ends {
  /** The frame greets: what it must know before anything else. Called again when the frame was loaded anew. */
  greeted(): ToFrame;
  heard(message: ToLoader): void;
  refused(): void;
}

export function connect(origin: string, url: string, ends: Ends): Link {
  const frame = document.createElement("iframe");
  let port: MessagePort | undefined;
  let waiting: ToFrame[] = [];
  let timer = 0;

  addEventListener("message", (event) => {
    const window = frame.contentWindow;
    if (!window || event.source !== window || event.origin !== origin || event.data?.openlines !== HELLO) return;
    clearTimeout(timer);
    port?.close();
    const channel = new MessageChannel();
    port = channel.port1;
    port.onmessage = (heard) => ends.heard(heard.data);
    window.postMessage({ openlines: PORT }, origin, [channel.port2]);
    for (const message of [ends.greeted(), ...waiting]) port.postMessage(message);
    waiting = [];
  });
  frame.addEventListener("load", () => {
    clearTimeout(timer);
    if (!port) timer = window.setTimeout(ends.refused, PATIENCE);
  });
  frame.allow = "autoplay; clipboard-write";
  // The server answers only to the sites that the channel allows, so it must learn which one this is.
  frame.referrerPolicy = "origin";
  frame.src = url;

  return {
    frame,
    send(message) {
      if (port) port.postMessage(message);
      else waiting.push(message);
    },
    again() {
      frame.src = url;
    },
  };
}
