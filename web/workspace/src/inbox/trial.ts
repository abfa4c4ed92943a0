/** Colleagues who try a chat are customers like any other to the line; whoever answers should know that it is a test. */

/** Was it written on our own page for trying a chat, or in the sample of the settings, which shows that page? */
export function isTrial(page: string | undefined, origin: string = window.location.origin): boolean {
  if (!page || !URL.canParse(page)) return false;
  const at = new URL(page);
  return at.origin === origin && /^\/try\/[\w-]+$/.test(at.pathname);
}
