/** The frame's end of the line to the loader. On a page of its own there is none. */

import { HELLO, PORT, type ToFrame, type ToLoader } from "../protocol";

export interface Host {
  /** False: the chat is the whole page. */
  embedded: boolean;
  say(message: ToLoader): void;
}

export function meetHost(heard: (message: ToFrame) => void): Host {
  const embedded = window.parent !== window;
  let port: MessagePort | undefined;
  const waiting: ToLoader[] = [];
  if (embedded) {
    const site = location.ancestorOrigins?.[0] ?? (document.referrer ? new URL(document.referrer).origin : undefined);
    addEventListener("message", function listen(event: MessageEvent) {
      if (event.source !== window.parent || event.data?.openlines !== PORT || !event.ports[0]) return;
      // One port, once, from the very page that holds us.
      if (site && event.origin !== site) return;
      removeEventListener("message", listen);
      port = event.ports[0];
      port.onmessage = ({ data }) => heard(data as ToFrame);
      for (const message of waiting.splice(0)) port.postMessage(message);
    });
    // Carries nothing, so it may go to a parent whose origin the browser keeps from us.
    window.parent.postMessage({ openlines: HELLO }, site && site !== "null" ? site : "*");
  }
  return {
    embedded,
    say(message) {
      if (port) port.postMessage(message);
      else if (embedded) waiting.push(message);
    },
  };
}
