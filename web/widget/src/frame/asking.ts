/** What some lines ask before or after the first words. Fetched by the chats of those lines only. */

import css from "./asking.css?inline";

export { Asking, FormCard } from "./ui/asking";

const sheet = new CSSStyleSheet();
sheet.replaceSync(css);
document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
