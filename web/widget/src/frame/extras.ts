/** What most visits never show: fetched when the chat is opened, or when something needs it. */

import css from "./extras.css?inline";

export { ContactCard } from "./ui/contact";
export { Buttons } from "./ui/buttons";
export { Emoji } from "./ui/emoji";
export { Attachment } from "./ui/files";
export { Viewer } from "./ui/media";
export { MenuSheet } from "./ui/menu";
export { RatingBlock } from "./ui/rating";
export { UploadList } from "./ui/uploads";
export { createUploads } from "./uploads";

// A constructed sheet needs no word from the page's style-src.
const sheet = new CSSStyleSheet();
sheet.replaceSync(css);
document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
