/** Addresses of the pages of channels. */

export function channelPath(id: number): string {
  return `/settings/channels/${id}`;
}

/** The page on which a channel of that kind is connected to the line. */
export function connectPath(kind: string, lineId: number, created = false): string {
  return `/settings/channels/new?kind=${encodeURIComponent(kind)}&line=${lineId}${created ? "&created=1" : ""}`;
}
