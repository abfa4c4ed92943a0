/** Where a part of a settings page puts what belongs under the whole page (a bar for saving): an element's id. */
export const FRAME_BOTTOM = "settings-frame-bottom";
