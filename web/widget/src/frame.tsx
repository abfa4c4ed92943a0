/** The chat itself: a page of ours inside a frame on other people's sites, or on its own. */
import { render } from "preact";

function Chat() {
  return <main />;
}

const root = document.getElementById("chat");
if (root) render(<Chat />, root);
