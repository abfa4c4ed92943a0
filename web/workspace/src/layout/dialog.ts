/** Where the focus of a dialog begins: on what says `autofocus`, not on the cross in the corner. For `:content` of UModal. */
export const beginsInside = {
  onOpenAutoFocus(event: Event): void {
    const begin = (event.target as HTMLElement | null)?.querySelector<HTMLElement>("[autofocus]");
    if (!begin) return;
    event.preventDefault();
    begin.focus();
  },
};
