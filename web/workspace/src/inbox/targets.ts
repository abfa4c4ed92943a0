/** To whom a conversation can be transferred, found by words. */
import type { ConversationRow, Department, LineBrief, TransferTarget, User } from "@openlines/client";

export interface Target {
  key: string;
  kind: "person" | "department" | "line";
  name: string;
  /** A person who can take it now; departments and lines always can. */
  available: boolean;
  unavailable?: string;
  to: TransferTarget;
}

interface Known {
  users: Iterable<User>;
  departments: Iterable<Department>;
  lines: Iterable<LineBrief>;
}

/** Everybody and everything but where it is now: the available first, then by name. */
export function targetsOf({ users, departments, lines }: Known, row: ConversationRow, language: string): Target[] {
  const people: Target[] = [...users]
    .filter((user) => user.active !== false && user.id !== row.operator_id)
    .map((user) => ({
      key: `u${user.id}`,
      kind: "person",
      name: user.name,
      available: user.available ?? false,
      ...(user.unavailable ? { unavailable: user.unavailable } : {}),
      to: { user_id: user.id },
    }));
  const order = new Intl.Collator(language);
  people.sort((a, b) => Number(b.available) - Number(a.available) || order.compare(a.name, b.name));
  const rest: Target[] = [
    ...[...departments].map((one): Target => ({ key: `d${one.id}`, kind: "department", name: one.name, available: true, to: { department_id: one.id } })),
    ...[...lines]
      .filter((one) => one.id !== row.line_id && one.active !== false)
      .map((one): Target => ({ key: `l${one.id}`, kind: "line", name: one.name, available: true, to: { line_id: one.id } })),
  ];
  return [...people, ...rest];
}
