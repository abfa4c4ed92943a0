/**
 * The way of the focus through a dialog, for `:content` of UModal: it begins on what says `autofocus` and not on the
 * cross in the corner, and goes back to where it was.
 */
let resting: HTMLElement | null = null;
let back: HTMLElement | null = null;

// Where the focus last was outside of what opens and closes: the button of a menu, not the entry that was pressed.
document.addEventListener("focusin", ({ target }) => {
  if (target instanceof HTMLElement && !target.closest('[role="menu"], [role="dialog"]')) resting = target;
});

export const beginsInside = {
  onOpenAutoFocus(event: Event): void {
    // A menu is still fading out when its entry opens a dialog; gone, its entry could take no focus back.
    back = document.activeElement?.closest('[role="menu"]') ? resting : null;
    const begin = (event.target as HTMLElement | null)?.querySelector<HTMLElement>("[autofocus]");
    if (!begin) return;
    event.preventDefault();
    begin.focus();
  },
  onCloseAutoFocus(event: Event): void {
    if (!back?.isConnected) return;
    event.preventDefault();
    back.focus();
  },
};
