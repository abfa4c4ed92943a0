/** What a token may be allowed to do. The first two anybody may give, the others only an administrator. */
export const SCOPES = [
  { name: "read", administrator: false },
  { name: "reply", administrator: false },
  { name: "manage", administrator: true },
  { name: "admin", administrator: true },
] as const;
